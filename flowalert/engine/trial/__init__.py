"""Rules' tests, run: a market through the engine, and what came of it beside what was expected."""

from flowalert.engine.trial.court import Render, run_trial
from flowalert.engine.trial.verdict import Failure, Row, Surroundings, Verdict

__all__ = ["Failure", "Render", "Row", "Surroundings", "Verdict", "run_trial"]
