"""Any text gives an answer, and nothing on the spool can forge a line of one."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jes.commands.answers import WIDTH
from jes.commands.operator import Operator
from jes.commands.table import JES
from jes.sapi import SapiSession
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from jes.sysout import Disposal, Requeue, Selection
from tests.jes.command_builders import CLOCK, a_spool
from tests.jes.fake_machine import FakeMachine
from tests.jes.store_builders import a_dataset, a_job, a_request, spooled

PIECES = (
    *(f"${entry.verb}{entry.objects[-1]}" for entry in JES), "$D ", "J", "JQ", "1", "1-9", "(*)",
    "'X'", ",", "=", "^=", "<", ">", "(", ")", "'", "/", "*", "?", ";", "ALL", "LONG", "Q", "W",
    "F", "OUTDISP", "AGE", "HOLD", "CC", "F X,", "S X", "D A,L", "99999999999999999999",
)  # fmt: skip
commands = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpoolStore]:
    """One spool for all examples."""
    path = tmp_path_factory.mktemp("commands") / "spool"
    opened = open_spool(path, durable=False, clock=lambda: CLOCK)
    yield opened
    opened.close()


@settings(deadline=None, max_examples=300)
@given(text=commands)
def test_any_text_gives_an_answer(store: SpoolStore, text: str) -> None:
    if not store.groups():
        a_spool(store)
    lines = Operator(store, FakeMachine()).answer(text)
    assert lines
    for line in lines:
        assert line.isprintable()
        if found := re.match(r"(?:\w{8}  )?(\$HASP.*)", line):
            assert len(found[1]) <= WIDTH


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.filter_too_much])
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_no_name_on_the_spool_breaks_a_line(store: SpoolStore, name: str) -> None:
    request = replace(a_request(dest=name), forms=name, fcb=name, prmode=name)
    spooled(store, store.add_job(a_job("HOSTILE")), a_dataset(request))
    with SapiSession(store, Selection(or_routed=False)) as session:
        while file := session.select():
            session.dispose(file[0], Disposal.HOLD, Requeue(system_hold=name))
    lines = Operator(store, FakeMachine()).answer("$D O J(HOSTILE),LONG;$P O J(HOSTILE),ALL")
    assert all(line.isprintable() and "$HASP686" in line[:18] for line in lines)
