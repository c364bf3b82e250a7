"""The rehearsal of the move from SMTPD to CSSMTP, on all the spool files of a site."""
