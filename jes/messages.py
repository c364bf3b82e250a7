"""Console and job-log messages of JES2 and the system, one line each.

Ids that IBM's pages or real job output confirm are IBM's; every other text carries an id of our own
(`JML…`). Numbers 001-099 are errors of this package, 100-199 job-control faults that IBM has an id
for which nobody could confirm (blueprint §10), 200-249 texts of running jobs and their programs.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a catalogue: its id and a text in `str.format` fields."""

    id: str
    pattern: str

    def text(self, **fields: object) -> str:
        """The text without the id."""
        return self.pattern.format(**fields)

    def line(self, **fields: object) -> str:
        """Id and text, as a console shows it."""
        return f"{self.id} {self.pattern.format(**fields)}"


# --- errors of this package -------------------------------------------------------------------
BAD_NAME = Message("JML001E", "{value!r} is not a valid {what}: {rule}")
UNKNOWN_PAGE = Message("JML002E", "code page {name!r} is not known{hint}")
NOT_IN_PAGE = Message("JML003E", "{where}: character {char!r} is not in code page {page}")
BAD_FRAMING = Message("JML004E", "{where}: offset {offset}: {reason}")
TOO_LONG = Message("JML005E", "{where}: record of {length} bytes, LRECL is {lrecl}")
SPOOL_FAILED = Message("JML006E", "the spool {spool} failed: {reason}")
NOT_CLAIMED = Message("JML008E", "data set {dataset} is not held by this session")
SPOOL_IN_USE = Message("JML009E", "the spool {spool} is in use by {holder}")
BAD_RECFM = Message("JML010E", "{value!r} is not a record format: expected {rule}")
BAD_SPOOL_VERSION = Message("JML011E", "the spool {spool} has layout {found}, this is {wanted}")
NO_JOB_NUMBER = Message("JML012E", "no job number is free between {low} and {high}")
BAD_LINE = Message("JML013E", "{where}: line {line}: {reason}")

NO_SPOOL = Message("JML016E", "there is no spool {spool}")
DISK_FULL = Message("JML021E", "the disk of the spool {spool} is full")
SPOOL_FULL = Message("JML014E", "the spool {spool} is full")
SPOOL_DAMAGED = Message(
    "JML015E",
    "the spool {spool} is damaged: {reason}; 'jesmail spool check' looks closer, "
    "'jesmail spool format' begins anew and loses what is on it",
)

INTERRUPTED = Message("JML017I", "job {jobid} waited for space when the system was stopped")
EVICTED = Message("JML018E", "this member was taken out of the spool {spool} by an operator")
NO_MEMBER = Message("JML019E", "only a member of the spool {spool} can do that")
NOT_OPEN = Message("JML020E", "data set {key} is purged or sealed: nothing more can be written")

# --- console of a system that stays up (jes2.md 1.8, 3.4) ---------------------------------------
HASP050 = Message(
    "$HASP050", "JES2 RESOURCE SHORTAGE OF {resource} - {percent}% UTILIZATION REACHED"
)
HASP100 = Message("$HASP100", "{jobname:<8} ON {device:<11} {programmer}")
HASP165 = Message("$HASP165", "{jobname} ENDED AT {node}{ending} CN(INTERNAL)")
HASP355 = Message("$HASP355", "SPOOL VOLUMES ARE FULL")
HASP493 = Message("$HASP493", "JES2 {kind}-START IS IN PROGRESS")
HASP099 = Message("$HASP099", "ALL AVAILABLE FUNCTIONS COMPLETE")
CANCELLED = Message("JML230I", "JOB CANCELLED BY AN OPERATOR")
SYSTEM_UP = Message(
    "JML400I", "SYSTEM {sysname} IS UP: SPOOL {spool}, {initiators} INITIATORS, CONSOLE {console}"
)
SYSTEM_ENDS = Message("JML401I", "SYSTEM {sysname} ENDS: WHAT IS IN HAND IS FINISHED FIRST")
SYSTEM_ENDED = Message("JML402I", "SYSTEM {sysname} ENDED")
TASK_STARTED = Message("JML403I", "{name} STARTED, EXTERNAL WRITER {writer}")
TASK_ENDED = Message("JML404I", "{name} ENDED")
TASK_UNKNOWN = Message("JML405E", "NO STARTED TASK {name} IN THIS SYSTEM{hint}")
TASK_BUSY = Message("JML406E", "{name} IS {status} ALREADY")
TASK_FAILED = Message("JML407E", "{name} FAILED: {reason}")
SPOOL_LOST = Message("JML408E", "THE SPOOL CANNOT BE REACHED: {reason}; TRYING AGAIN")
NOT_BUILT = Message("JML409E", "{what} IS NOT BUILT YET")
MEMBER_GONE = Message("JML410I", "MEMBER {name} IS GONE: WHAT IT HELD GOES BACK TO THE SPOOL")
SPOOL_STUCK = Message("JML413E", "THE SPOOL DOES NOT ANSWER: THE SYSTEM ENDS WITHOUT IT")
NOT_RUNNING = Message("JML411E", "{what} NEEDS A RUNNING SYSTEM, AND NONE ANSWERS HERE")
GRACE_OVER = Message("JML412W", "WHAT IS STILL IN HAND GOES BACK TO THE SPOOL")

# --- job log (jes2.md 3.4, 3.5) ---------------------------------------------------------------
IRR010I = Message("IRR010I", " USERID {user:<8} IS ASSIGNED TO THIS JOB.")
HASP373 = Message(
    "$HASP373", "{jobname:<8} STARTED - INIT {init:<4} - CLASS {job_class:<8} - SYS {sysname}"
)
HASP375 = Message("$HASP375", "{jobname:<8} ESTIMATED {what:>6} EXCEEDED")  # jes2.md 1.8
HASP395 = Message("$HASP395", "{jobname:<8} ENDED - {ending}")
IEF403I = Message("IEF403I", "{jobname} - STARTED - TIME={time}")
IEF404I = Message("IEF404I", "{jobname} - ENDED - TIME={time}")
IEF450I = Message("IEF450I", "{jobname} {step} - ABEND={abend} REASON={reason}")
IEFC452I = Message("IEFC452I", "{jobname} - JOB NOT RUN - JCL ERROR")

# --- system messages of a job (jes2.md 3.5) ---------------------------------------------------
IEF236I = Message("IEF236I", "ALLOC. FOR {jobname} {step}")
IEF237I = Message("IEF237I", "{device:<4} ALLOCATED TO {ddname}")
IEF142I = Message("IEF142I", "{jobname} {step} - STEP WAS EXECUTED - COND CODE {code:04d}")
IEF272I = Message("IEF272I", "{jobname} {step} - STEP WAS NOT EXECUTED.")
IEF202I = Message("IEF202I", "{jobname} {step} - STEP WAS NOT RUN BECAUSE OF CONDITION CODES")
IEF285I = Message("IEF285I", "  {dsname:<44} {disposition}")
IEF373I = Message("IEF373I", "STEP/{step:<8}/START {stamp}")
IEF032I = Message("IEF032I", "STEP/{step:<8}/STOP  {stamp}")
IEF375I = Message("IEF375I", " JOB/{jobname:<8}/START {stamp}")
IEF033I = Message("IEF033I", " JOB/{jobname:<8}/STOP  {stamp}")
IEF212I = Message("IEF212I", "{jobname} {step} {ddname} - DATA SET NOT FOUND")

# --- running a job, from 200: our own texts (IBM's ids are not confirmed) ------------------------
DUPLICATE_DATASET = Message(
    "JML200E", "{jobname} {step} {ddname} - DISP=NEW, BUT DATA SET {dsname} EXISTS"
)
DATASET_UNUSABLE = Message(
    "JML201E", "{jobname} {step} {ddname} - DATA SET {dsname} CANNOT BE USED: {reason}"
)
JOB_FAILED = Message("JML202E", "{jobname} - JOB FAILED IN STEP {step} - JCL ERROR")
TYPRUN_SCAN = Message("JML203I", "{jobname} - TYPRUN=SCAN: THE JCL WAS CHECKED, NO STEP WAS RUN")
TYPRUN_REFUSED = Message(
    "JML204E", "TYPRUN={typrun} IS NOT SUPPORTED FOR A JOB THAT IS TO RUN NOW: NO STEP WAS RUN"
)
JOB_COND = Message(
    "JML205I", "{jobname} - REMAINING STEPS ARE BYPASSED: COND= OF THE JOB STATEMENT IS MET"
)
IF_NOT_MET = Message("JML206I", "{jobname} {step} - STEP WAS NOT RUN BECAUSE OF IF/THEN/ELSE")
AFTER_ABEND = Message("JML207I", "{jobname} {step} - STEP WAS NOT RUN AFTER AN ABEND")
STEP_ABENDED = Message("JML208I", "{jobname} {step} - STEP ENDED WITH {abend} REASON={reason}")
NO_PROGRAM = Message("JML209E", "PROGRAM {program} IS NOT KNOWN TO THIS SYSTEM{hint}")
PROGRAM_FAILED = Message("JML210E", "PROGRAM {program} FAILED: {problem}")
NO_DD = Message("JML211E", "DD STATEMENT {ddname} IS MISSING")
WRONG_DD = Message("JML212E", "DD {ddname} CANNOT BE OPENED FOR {purpose}: {reason}")
DCB_CONFLICT = Message("JML213E", "DD {ddname}: CONFLICTING RECORD FORMATS: {reason}")
DATASET_ERROR = Message("JML214E", "DATA SET {dsname}: {reason}")
LIBRARY_KEPT = Message(
    "JML215W", "DD {ddname}: DISP=DELETE OF A MEMBER WOULD SCRATCH ALL OF {dsname}: NOT DONE"
)
NOT_DISPOSED = Message("JML216W", "DD {ddname}: {dsname}: {reason}")
OUTLIM_REACHED = Message("JML217E", "DD {ddname}: MORE THAN THE {most} RECORDS OF OUTLIM=")
ESTIMATE_CANCELS = Message(
    "JML218E", "{what}={most} IS EXCEEDED, AND CANCEL IS CODED: {found} SO FAR"
)
NO_SEGMENTS = Message("JML219W", "DD {ddname}: SEGMENT= HAS NO EFFECT: {reason}")

# --- utility programs (jes2.md 5.7) -------------------------------------------------------------
IEB352I = Message("IEB352I", "WARNING: ONE OR MORE OF THE OUTPUT DCB PARMS COPIED FROM INPUT")
IEB311I = Message("IEB311I", "CONFLICTING DCB PARAMETERS")
ICE143I = Message("ICE143I", "BLOCKSET     COPY  TECHNIQUE SELECTED")
ICE054I = Message("ICE054I", "RECORDS - IN: {read}, OUT: {written}")
ICE052I = Message("ICE052I", "END OF DFSORT")
IDC0005I = Message("IDC0005I", "NUMBER OF RECORDS PROCESSED WAS {count}")
IDC0001I = Message("IDC0001I", "FUNCTION COMPLETED, HIGHEST CONDITION CODE WAS {code}")
IDC0002I = Message("IDC0002I", "IDCAMS PROCESSING COMPLETE. MAXIMUM CONDITION CODE WAS {code}")
NO_CONTROL = Message("JML220E", "CONTROL STATEMENT IS NOT SUPPORTED: {statement}")
CANNOT_COPY = Message(
    "JML221E", "{source} IS {recfm} {lrecl}, {target} IS {target_recfm} {target_lrecl}"
)
NO_OPERATION = Message("JML222E", "NO {wanted} WAS ASKED FOR")
