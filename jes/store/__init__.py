"""The spool on disk: one adapter in plain SQL, and what is particular to each database."""
