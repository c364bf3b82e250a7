"""Jobs that give an embedded system something to show: sample jobs (mail that is delivered, a held
output group, bad spool files), a job that no initiator takes, and one that is held."""

from datetime import UTC

from emulator.clock import running
from emulator.place import Place
from emulator.samples_folder import samples
from emulator.submit import submit, submitter

SYSTEM_FILE = """\
# One initiator runs jobs of class A, one those of B and C. Nobody takes class D.
initiators: [A, BC]
"""
_USER = "IBMUSER"
_WAITS = """\
//WAITD    JOB (DEMO),'NO INITIATOR',CLASS=D,MSGCLASS=H
//* No initiator takes class D: $T I(2),CLASS=D lets it run.
{step}"""
_HELD = """\
//HELDJOB  JOB (DEMO),'HELD',CLASS=A,MSGCLASS=H,TYPRUN=HOLD
//* It waits for $A and its number, or the action A on the ST panel.
{step}"""
_STEP = """\
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: it ran after all

.
QUIT
/*
"""


def send_in(place: Place) -> None:
    """Submit all of them. Raises `UsageFault`, `Unreachable`."""
    texts = {one.name: one.path.read_text("utf-8") for one in samples() if one.system is None}
    texts["waits"], texts["held"] = _WAITS.format(step=_STEP), _HELD.format(step=_STEP)
    clock = running(UTC)
    with submitter(place, clock) as store:
        for name, text in texts.items():
            submit(store, place, text, name, _USER, clock)
