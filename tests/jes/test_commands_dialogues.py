"""What an operator types and what JES2 answers: one golden dialogue for each command (jes2.md 3).

Each runs on a spool that is always the same (`command_builders.a_spool`).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from jes.commands.operator import Operator
from jes.commands.table import JES
from jes.names import JobId
from jes.store.sqlite import open_spool
from tests.jes.command_builders import CAPACITY, CLOCK, a_spool
from tests.jes.fake_machine import FakeMachine, an_initiator

DIALOGUES = {
    "display-jobs": (
        "$D J1", "$dj'mailjob'", "$D JQ(MAIL*)", "$D JOBQ4-5", "$DJ6-*", "$D S", "$D T",
        "$D STC99999", "$D J(1,WAIT?)", "$D J1,LONG", "$D J1,CC", "$DJ(2,3,4),CC,STATUS",
        "$D J99", "$D JQ,Q=XEQ,CLASS=B", "$D JQ,CC=(ABEND,JCLERROR),CC", "$D JQ,OWNER^=IBMUSER",
        "$D JQ,JM=WAIT*", "$D JQ,AGE>1,CC", "$D JQ,HOURS<24,STATUS", "$D JQ,FORMS=STD",
    ),
    "display-active-and-queued": ("$D A", "$D A,S", "$D A,T", "$D N", "$DN,J", "$DN,X"),
    "display-queues": ("$D Q", "$DQ,Q=XEQ", "$D Q,Q=CNV", "$D Q,R=LOCAL", "$D Q,R=N2.THEM",
                       "$D Q,V=SPOOL1,Q=PPU", "$D Q,V=SPOOL2", "$D Q,Q=NONE"),
    "change-jobs": ("$T J5,C=B,P=12", "$T J4,C=B", "$T JQ,/C=A,C=D", "$T J5,S=ANY", "$T J5,P=16",
                    "$T JQ,P=3", "$T J5", "$T J99,P=1"),
    "hold-and-release-jobs": ("$H J5", "$D Q,Q=HOLD", "$A J5", "$H J(WAIT*)", "$A JQ,HOLD=YES",
                              "$H JQ", "$H A", "$A A", "$A A"),
    "cancel-jobs": ("$C J4", "$C J5", "$D J5", "$C J1", "$C J1,P", "$D J1", "$C JQ", "$C S,ALL"),
    "purge-jobs": ("$P J6", "$P J4", "$P JQ,CC=ABENDED", "$D O JQ,OUTGRP", "$P JQ"),
    "display-output": (
        "$D O J1", "$DO JQ,WRITER=CSSMTP,QUEUE", "$DO JQ,Q^=B,OUTDISP,RECORDS", "$DOJ1,LONG",
        "$DOJQ,REC>3,RECORDS", "$DOJQ,F=STD,FORMS", "$DOJQ,OUTDISP=(H,L),OUTDISP",
        "$DOJQ,D=N2.*,ROUTECDE", "$DOJQ,CC=JCLERROR,QUEUE", "$DO J(MAIL?),OUTGRP=2.*,QUEUE",
        "$DOJ4", "$DOS,QUEUE",
    ),
    "list-output": ("$L J1", "$L J1,HOLD", "$L J1,READY", "$LJ4"),
    "change-output": (
        "$T O J1,OUTGRP=1.1.1,W=OTHER,D=U7,F=INV,P=9,FCB=6,BURST=YES,HOLD=OPER",
        "$T O JQ,/Q=B,Q=A", "$T O J1,/HOLD=OPER,HOLD=NONE,W=", "$TOJ1,OUTDISP=LEAVE",
        "$TOJ2,OUTDISP=PURGE", "$TOJQ,Q=A", "$TOJQ,ALL,W=X,Q=A,/F=INV", "$TOJ1,P=256",
        "$TOJ1,W=INTRDR",
        "$TOJ1,OUTDISP=GONE", "$TOJ1",
    ),
    "release-output": ("$O J1", "$O J1", "$O J2,OUTGRP=2.1.1", "$DOJQ,OUTDISP", "$O JQ",
                       "$O JQ,ALL",
                       "$TOJ1,OUTDISP=H", "$O J1,CANCEL"),
    "cancel-output": ("$P O J1", "$P O J1", "$C O J1,Q=H", "$PO JQ", "$PO JQ,OUTGRP=2.*",
                      "$PO J1-2,OUTDISP=L",
                      "$PO JQ,ALL", "$PO JQ,ALL", "$PO TSU1-9999"),
    "purge-queues": ("$P Q", "$P Q,Q=B,A=2", "$P Q,Q=B,A=1", "$P Q,ALL,D=H", "$P Q,ALL,D=A",
                     "$P Q,Q=(A,B),D=X", "$P Q,Q=AB"),
    "outclass": ("$D OUTCLASS(A)", "$D OUTCLASS(B,H,1-2)", "$T OUTCLASS(A),OUTDISP=(K,HOLD)",
                 "$T OUTCLASS(A),OUTDISP=(,P),BLNKTRNC=NO", "$T OUTCLASS(A),OUTDISP=L",
                 "$T OUTCLASS(A),OUTDISP=X", "$T OUTCLASS,OUTDISP=H", "$D OUTCLASS(AA)"),
    "spool": ("$D SPOOL", "$DSPL(SPOOL1),LONG", "$DSPL(OTHER)", "$D SPOOLDEF", "$P SPL(SPOOL1)",
              "$Z SPL(SPOOL1)", "$S SPL(SPOOL1)"),
    "initiators": ("$D I", "$DI2", "$P I1-2", "$P I3", "$S INIT(2)", "$Z I(2,3)",
                   "$T I(1),CLASS=XY", "$TI2-3,CLASS=(C,D)", "$T I,CLASS=A", "$T I1,CLASS=?",
                   "$DI9"),
    "processing": ("$P", "$S", "$P JES2", "$P JES2,ABEND"),
    "members-and-nodes": ("$D MEMBER", "$D MEMBER(SYS1)", "$D MEM(2)", "$E MEMBER(SYS1)",
                          "$E MEMBER(SYS9)", "$E MEMBER(*)", "$D NODE", "$D NODE(N2)"),
    "mvs": ("S CSSMTP", "s xwtr,,,ab", "S XWTR,A", "S XWTR,,,A?", "S XWTR,,,",
            "S CSSMTP,OPT='-p TCPIPb -f'", "s cssmtp,opt=-f", "S CSSMTP,OPT='-f", "S CSSMTP,OPT",
            "stop cssmtp",
            "F CSSMTP,display,'Mixed case'", "F CSSMTP", "S 1X", "D A,L",
            "D T", "VARY 300,ONLINE"),
    "faults": ("", ";;", "$", "$X", "$D NOTHING", "$D J1X", "$D J(1", "$D J1,", "$D J1,Q=(A",
               "$D J1,/CC", "$D J1,NOT=1", "$D J1,AGE>OLD", "$DJ1,CC; $DJ2,CC ; $DJ(';'),CC",
               "$D A;$D NODE", "$DJ 1 - 2 , C C"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_dialogue_reads_as_in_the_golden_file(
    name: str, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    store = open_spool(tmp_path / "spool", durable=False, clock=lambda: CLOCK, capacity=CAPACITY)
    a_spool(store)
    machine = FakeMachine()
    machine.inits[3] = an_initiator(3, JobId("JOB00004"))
    operator = Operator(store, machine)
    lines = []
    for command in DIALOGUES[name]:
        lines += [f"> {command}".rstrip(), *operator.answer(command)]
    store.close()
    golden(f"commands/{name}.txt", "".join(f"{line}\n" for line in lines))


def test_every_command_has_a_dialogue() -> None:
    typed = ["".join(c.upper().split()) for said in DIALOGUES.values() for c in said]
    for entry in JES:
        starts = [f"${entry.verb}{name}" for name in entry.objects]
        assert any(c.startswith(start) for c in typed for start in starts), entry.syntax
