"""SMF records of CSSMTP: type 119, subtypes 48 to 52 (cssmtp-operations.md 6)."""
