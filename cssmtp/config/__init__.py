"""CSSMTP's configuration file in IBM's syntax: `parser.parse` reads it, `describe` tells of it."""
