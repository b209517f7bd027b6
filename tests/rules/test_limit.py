"""What a file may hold at most, and that what is beyond it is refused at its place."""

import pytest

from flowalert.language.literal import parse_span
from flowalert.language.mistake import Mistake
from flowalert.rules.bound import parse_limit
from flowalert.rules.document import LONGEST, WIDEST, Document
from flowalert.rules.interpolation import interpolate
from flowalert.rules.loader import load_rules
from tests.rules.file import rule


def refusals(text: str) -> list[str]:
    return [problem.what for problem in Document("f.yaml", text).problems]


def test_a_text_is_no_longer_than_any_message() -> None:
    """One that is just as long is read."""
    assert refusals("a: " + "x" * LONGEST) == []
    assert refusals("a: " + "x" * (LONGEST + 1)) == ["a text of more than 100,000 characters"]


def test_a_table_has_no_more_keys_than_anybody_knows() -> None:
    """Each that is unknown costs a look for what may be meant."""
    keys = [f"a{number}: 1\n" for number in range(WIDEST + 1)]
    assert refusals("".join(keys[:-1])) == []
    assert refusals("".join(keys)) == ["a table of more than 2,000 keys"]


def test_after_so_many_problems_the_rest_is_not_looked_at() -> None:
    """The last problem says so, at the rule that comes next."""
    loaded = load_rules([("f.yaml", "rules:\n" + "  - x\n" * 20_000)])
    assert loaded.problems[-1].what.startswith("more than 10,000 problems stand above")
    assert len(loaded.problems) < 10_010


@pytest.mark.parametrize("text", ["9" * 5_000 + "/session", "1" + "0" * 9 + "/1h"])
def test_a_limit_of_no_sensible_count_is_a_mistake(text: str) -> None:
    """Python refuses to read numbers of thousands of figures, and no session has a billion updates."""
    with pytest.raises(Mistake, match="is no limit"):
        parse_limit(text)


@pytest.mark.parametrize("text", ["9" * 100 + "m", "9" * 1_000_000 + " updates"])
def test_a_number_beyond_all_amounts_is_a_mistake(text: str) -> None:
    """However many figures it has."""
    with pytest.raises(Mistake, match="larger than any amount"):
        parse_span(text)


def test_an_amount_multiplied_beyond_all_amounts_is_a_mistake() -> None:
    """Units may be strung together, `1조조`, and each multiplies."""
    loaded = load_rules([("f.yaml", rule(when="msval > 1" + "조" * 3_000))])
    assert [each.what for each in loaded.errors] == ["the number is larger than any amount of the market"]


def test_variables_that_are_not_set_are_told_to_a_bound() -> None:
    """A text may hold thousands, and the first twenty say enough."""
    document = Document("f.yaml", "a: " + "${X}" * 5_000)
    interpolate(document, {})
    assert len(document.problems) == 20
