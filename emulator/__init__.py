"""Wires a spool, JES and CSSMTP together and gives the system its faces."""
