"""The spool and its subsystem: jobs, SYSOUT, records. It has never heard of mail."""
