"""Which channels a rule's alerts go to."""

import pytest

from flowalert.delivery import route


@pytest.mark.parametrize(
    ("notify", "channels", "told"),
    [
        (["desk"], ["phone", "desk"], ("desk",)),
        (["desk", "phone", "desk"], ["phone", "desk"], ("desk", "phone")),
        ([], ["phone", "desk"], ("phone", "desk")),
        ([], ["phone", "default"], ("default",)),
        (["phone"], ["phone", "default"], ("phone",)),
        ([], [], ()),
    ],
)
def test_a_rule_reaches_its_channels(notify: list[str], channels: list[str], told: tuple[str, ...]) -> None:
    """Those that it names, else the default, else all; none twice."""
    assert route(notify, channels) == told


def test_an_unknown_channel_is_a_fault_of_the_program() -> None:
    """Rules and settings were checked against each other before."""
    with pytest.raises(KeyError, match="dsk"):
        route(["dsk"], ["desk"])
