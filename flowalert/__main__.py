"""`python -m flowalert`."""

from flowalert.cli import main

main()
