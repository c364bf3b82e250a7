"""How fast: this program beside reference programs, in one run on one machine (blueprint §5)."""
