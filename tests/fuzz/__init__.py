"""Fuzz targets, one module a parser. `python -m tests.fuzz --help`; `make fuzz` runs a million.

A target is a module with `SEEDS`, inputs to begin with, `WORDS`, pieces worth inserting, and
`check(data)`, which raises when the parser breaks its promise. Inputs come from a seeded generator,
so that a failure can be repeated.
"""
