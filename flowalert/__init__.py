"""flowalert watches who is buying and who is selling in the Korean market, and tells the people who asked."""

__version__ = "0.1.0"
