"""SMTPD, the mail server before CSSMTP: its configuration, and what it makes of a spool file.

Pure: nothing here reads a file, a name server or a clock. Where no page of IBM's confirms what it
does, the result says so (`facts.Unsure`). Source: smtpd-migration.md, spool-mail.md.
"""
