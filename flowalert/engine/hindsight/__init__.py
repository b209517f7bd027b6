"""Rules over the past: what they would have told, what they nearly told, and what a change of them changes.

All of it runs rules on the engine and reads its transitions; nothing here judges a condition.
"""
