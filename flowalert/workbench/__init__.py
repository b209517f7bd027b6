"""Rules looked at before they are in force: checked as they are typed, and tried on the present day.

What takes seconds is done in a process of its own, `python -m flowalert.workbench`, where it holds up nobody and can be
ended: it takes an order on standard input, and has its answer on standard output.
"""
