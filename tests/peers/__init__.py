"""Servers that the tests play against: byte-scripted ones and real ones."""
