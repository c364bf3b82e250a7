"""Commands of an operator to a running CSSMTP: `MODIFY procname,…` (cssmtp-operations.md 2)."""
