"""How displays say what a job is doing and how it ended (jes2.md 1.6, 3.3)."""

from jes.job import Phase
from jes.views import JobView

# names of queues in commands; the others that JES2 has (RCV, SETUP, SPIN) are never used here
QUEUES = {
    "INPUT": Phase.INPUT,
    "CNV": Phase.CONVERSION,
    "XEQ": Phase.EXECUTION,
    "OUT": Phase.OUTPUT,
    "PPU": Phase.HARDCOPY,
    "PURGE": Phase.PURGE,
}
_WAITING = {
    Phase.INPUT: "INPUT",
    Phase.CONVERSION: "AWAITING CONVERSION",
    Phase.EXECUTION: "AWAITING EXECUTION",
    Phase.OUTPUT: "AWAITING OUTPUT",
    Phase.HARDCOPY: "AWAITING HARDCOPY",
    Phase.PURGE: "AWAITING PURGE",
}
_DOING = {
    Phase.CONVERSION: "CONVERTING",
    Phase.EXECUTION: "EXECUTING",
    Phase.OUTPUT: "OUTPUT",
    Phase.PURGE: "PURGING",
}
# words of CC= as masks of the results that jobs have on the spool
COMPLETIONS = {
    "COMPLETED": "CC *",
    "ABENDED": "ABEND*",
    "ABEND": "ABEND*",
    "JCLERROR": "JCL ERROR",
    "SECURITY_FAILURE": "SEC ERROR",
    "CANCELED": "CANCELED",
    "CANCELLED": "CANCELED",
    "SYSTEM_FAILURE": "SYS FAIL",
}
_RESULTS = {mask: word for word, mask in reversed(COMPLETIONS.items())}


def status(view: JobView) -> str:
    """The text of STATUS=."""
    doing = _DOING.get(view.phase)
    return f"{doing}/{view.active}" if view.active and doing else _WAITING[view.phase]


def completion(retcode: str | None) -> str:
    """The text of CC=: nothing while a job has no result."""
    kind, _, code = (retcode or "").partition(" ")
    if kind == "CC" and code.isdecimal():
        return f"COMPLETED,RC={int(code)}"
    if kind.startswith("ABEND"):  # ABEND S806, ABENDU0016
        code = code or kind[5:]
        pair = f"S000,{code}" if code.startswith("U") else f"{code},U0000"
        return f"ABENDED,ABEND=({pair})"
    return _RESULTS.get(retcode or "", (retcode or "").replace(" ", "_"))
