"""How large a spool may become, and how many jobs it may have."""

CAPACITY = 64 * 1024**3  # bytes of a spool whose owner set no limit
TRACK_GROUP = 30 * 3992  # bytes: TGSIZE buffers of BUFSIZE bytes (jes2.md 1.8, 3.3)
WARN = 80  # percent of the spool in use at which $HASP050 comes (TGSPACE WARN=)

JOB_NUMBERS = (1, 99_999)  # JOBDEF RANGE= unless the system file says otherwise (blueprint §10)
JOB_NUMBER_MAX = 999_999
