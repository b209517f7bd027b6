"""The named parts of a venue's day."""

import pytest

from flowalert.market.calendar import HOURS
from flowalert.market.phase import PHASES, Phase, find_phase, list_phases
from flowalert.market.venue import Venue


@pytest.mark.parametrize("phase", PHASES, ids=lambda each: each.slug)
def test_a_phase_is_found_by_each_of_its_names(phase: Phase) -> None:
    """Slug and Korean name, in any spelling that names have; no two phases share one."""
    for name in (phase.slug, phase.slug.upper().replace("_", "-"), phase.korean, *phase.also):
        assert find_phase(name) is phase
    assert find_phase("lunch") is None


@pytest.mark.parametrize("phase", PHASES, ids=lambda each: each.slug)
def test_a_phase_lies_in_its_venues_day(phase: Phase) -> None:
    """It ends before the last rows are due, and none of NXT begins before the venue does."""
    assert phase.begins < phase.ends <= HOURS[phase.venue].ends
    if phase.venue is Venue.NXT:
        assert phase.begins >= HOURS[phase.venue].opens


def test_the_unified_venue_has_the_phases_of_both() -> None:
    """A rule about it may speak of either exchange."""
    assert list_phases(Venue.UNIFIED) == PHASES
    assert {each.venue for each in list_phases(Venue.KRX)} == {Venue.KRX}
    assert [each.slug for each in list_phases(Venue.NXT)] == ["pre_market", "main", "after_market"]
