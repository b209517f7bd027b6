"""Unit tests of rules, in YAML: a short market written by hand, and what must be told of it.

    rules: [../foreigners.yaml]           # relative to this file; patterns like ../*.yaml too
    defaults: {sector: kospi}             # any of date, start, slot, venue, sector, only, for the tests below

    tests:
      - name: a heavy publication is told once in five minutes
        only: foreigners-dump-kospi       # the rules under test; all of the files' when left out
        date: 2026-11-23                  # a Monday when left out
        start: 09:00:30                   # the first slot
        slot: 30s                         # from one slot to the next
        venue: krx                        # that of the rules under test when left out
        market:                           # one figure a slot, as `notation` has them: cumulative, as the wire's
          foreign msval: 0 -50 -450 (-120)x3 =x10
          futures.외국인.msvol: 0 _ 10 !40
        events:
          - {at: 09:03:30, feed: lost}    # or back; `sectors: [kospi]` for these alone
          - {at: 09:05:30, slot: open}    # nobody says that this slot is whole
          - {session: closed}             # at the calendar's time, or at: one of your own
        expect:
          - fires: foreigners-dump-kospi
            at: 09:01:30
            scope: kospi foreign
            severity: warning
            value: -400억
            contains: 대량 순매도
          - quiet: foreigners-turn

A telling of a rule under test that no expectation names is a failure. What is expected of a rule is one of `fires`,
`repeats`, `rises` (more severe) and `resolves`, which are tellings; `held`, a firing that nobody is told of; `quiet`
(`from`, `until`); and `pending`, `open`, `recovering` and `closed`, which are how it stands, at the end without `at`.
"""

from flowalert.rules.trial.loader import LoadedTrials, is_trial_file, list_patterns, load_trials
from flowalert.rules.trial.model import TrialFile
from flowalert.rules.trial.reader import Trial

__all__ = ["LoadedTrials", "Trial", "TrialFile", "is_trial_file", "list_patterns", "load_trials"]
