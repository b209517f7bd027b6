"""The condition language: grammar, parser, checker, compiler."""
