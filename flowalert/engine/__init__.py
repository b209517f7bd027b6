"""Entries to transitions: a deterministic fold, without a clock."""
