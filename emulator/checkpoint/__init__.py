"""The checkpoint of CSSMTP on disk (blueprint §3): `store` is its table, `journal` the thread that
commits for many mails, `opening` what a CSSMTP of a system gets."""
