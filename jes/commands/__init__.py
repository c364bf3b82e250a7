"""Operator commands: what an operator types, and what JES2 answers (jes2.md 3)."""
