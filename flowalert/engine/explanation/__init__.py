"""A rule in words, Korean or English: what it watches, when it is judged, what becomes of its alerts, who is told."""

from flowalert.engine.explanation.page import Page, Section, explain, sum_up

__all__ = ["Page", "Section", "explain", "sum_up"]
