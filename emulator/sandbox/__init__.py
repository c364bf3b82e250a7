"""The sandbox mail server: takes mail on loopback and keeps it."""
