"""What JES2 answers to operators (jes2.md 3.2-3.4), and our own texts, 040-059.

Texts of `$HASP` messages that the reference marks as unverified are listed in the departures.
"""

from jes.messages import Message

# --- objects: a label, then keywords (`jes.commands.answers.shown`) ------------------------------
HASP673 = Message("$HASP673", "MEMBER({number}) {keywords}")
HASP686 = Message("$HASP686", "OUTPUT({jobname}) {keywords}")
HASP826 = Message("$HASP826", "NODE({number}) {keywords}")
HASP842 = Message("$HASP842", "OUTCLASS({sysout_class}) {keywords}")
HASP844 = Message("$HASP844", "SPOOLDEF {keywords}")
HASP890 = Message("$HASP890", "JOB({jobname}) {keywords}")
HASP892 = Message("$HASP892", "INIT({number}) {keywords}")
HASP893 = Message("$HASP893", "VOLUME({volume}) {keywords}")

# --- other answers -------------------------------------------------------------------------------
HASP000 = Message("$HASP000", "OK")
HASP003 = Message("$HASP003", "RC=({rc}),{verb} {object}  - {reason}")
HASP099 = Message("$HASP099", "ALL AVAILABLE FUNCTIONS COMPLETE")
HASP607 = Message("$HASP607", "JES2 NOT DORMANT -- MEMBER DRAINING")
HASP612 = Message("$HASP612", "NO ACTIVE JOBS")
HASP646 = Message("$HASP646", "{percent:.4f} PERCENT SPOOL UTILIZATION")
HASP647 = Message("$HASP647", "{count:>6} {queue} {job_class:<8} {affinity}")
HASP649 = Message("$HASP649", "{text} INVALID COMMAND")
HASP650 = Message("$HASP650", "{text} INVALID OPERAND OR MISPLACED OPERAND")

# --- our own -------------------------------------------------------------------------------------
TOO_LONG = Message("JML040E", "A COMMAND HAS {limit} CHARACTERS AT MOST")
NO_COMMAND = Message("JML041E", "THERE IS NO COMMAND IN THIS LINE")
NEEDS_FILTER = Message("JML042E", "{text}: SAY WHICH: BY NUMBER OR NAME, BY A FILTER, OR ALL")
ALL_AND_FILTER = Message("JML043E", "{text}: EITHER ALL OR A FILTER, NOT BOTH")
NOT_CHANGED = Message(
    "JML044W", "OUTPUT({jobname}) OUTGRP={outgrp} NOT CHANGED: IN USE BY {member}, OR GONE"
)
CLASS_NOT_CHANGED = Message(
    "JML045W", "JOB({jobname}) CLASS NOT CHANGED: THE JOB DOES NOT WAIT FOR EXECUTION"
)
ONLY_VOLUME = Message("JML046E", "VOLUME({volume}) IS THE ONLY SPOOL VOLUME: IT STAYS ACTIVE")
OUR_MEMBER = Message("JML047E", "MEMBER({name}) IS THIS MEMBER")
TAKEN_OVER = Message("JML048I", "MEMBER({name}) IS TAKEN OVER BY {sysname}")
MVS_UNKNOWN = Message("JML049E", "{text} IS NOT A COMMAND OF THIS SYSTEM")
MVS_OPERAND = Message("JML050E", "{text}: EXPECTED {syntax}")
TASKS = Message("JML051I", "STARTED TASKS: {count}")
TASK = Message("JML052I", "{name:<8} {jobid:<8} {status} SINCE {since}")
NEEDS_SUBSCRIPTS = Message("JML054E", "{text}: SAY WHICH ONES, BY NUMBER OR NAME")
WITHDRAWN = Message("JML053I", "{sysname} WITHDRAWS FROM THE SPOOL")
