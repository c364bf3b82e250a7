"""Any text gives lines of an answer, each fit for a console."""

import re
import tempfile
from functools import cache
from pathlib import Path

from jes.commands.answers import WIDTH
from jes.commands.operator import Operator
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from tests.jes.command_builders import CLOCK, a_spool
from tests.jes.fake_machine import FakeMachine

SEEDS = [
    b"$D J1-5,LONG", b"$DO JQ,Q=B,OUTDISP^=(H,L)", b"$T O J(MAIL*),/Q=B,Q=A,W=X,D=N2.U", b"$O J1",
    b"$PO JQ,AGE>3", b"$D Q;$D N;$D A", b"$T I(1-2),CLASS=(A,B)", b"$T OUTCLASS(A),OUTDISP=(,K)",
    b"F CSSMTP,DISPLAY,'x;y'", b"$E MEMBER(SYS1)", b"$HJQ,CC=(ABEND,COMPLETED)", b"$P Q,ALL,A=0",
    b"$D SPL;$D SPOOLDEF", b"$C J1,P", b"$L J'MAILJOB',READY",
]  # fmt: skip
WORDS = [
    b"$", b"JQ", b"J", b"1-*", b"(", b")", b"'", b",", b";", b"=", b"^=", b"<>", b"<", b">", b"/",
    b"*", b"?", b"ALL", b"LONG", b"Q=", b"OUTGRP=", b"99999999999999999999", b"JM=*****A",
]  # fmt: skip


@cache
def _store() -> tuple[tempfile.TemporaryDirectory[str], SpoolStore]:
    folder = tempfile.TemporaryDirectory()
    store = open_spool(Path(folder.name) / "spool", durable=False, clock=lambda: CLOCK)
    a_spool(store)
    return folder, store


def check(data: bytes) -> None:
    """A spool that commands have emptied is followed by a new one."""
    _, store = _store()
    if not store.groups():
        store.close()
        _store.cache_clear()
        _, store = _store()
    lines = Operator(store, FakeMachine()).answer(data.decode("utf-8", "surrogateescape"))
    assert lines
    for line in lines:
        assert line.isprintable()
        found = re.match(r"(?:\w{8}  )?(\$HASP.*)", line)
        assert found is None or len(found[1]) <= WIDTH
        assert "the spool" not in line  # a query that a database refuses
