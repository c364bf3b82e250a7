"""CSSMTP: reads mail from a spool through a port of its own and relays it by SMTP."""
