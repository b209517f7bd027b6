"""YAML text to a rulebook, with errors that name their place."""
