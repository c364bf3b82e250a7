"""What a running system says of itself and of its mail: the socket, the port, the command line."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.mail import Status
from emulator import console
from emulator.exits import Exit, Unreachable, UsageFault
from emulator.outcomes import KEPT, MOST, OutcomeRing
from emulator.panels.port import Port
from emulator.place import Place, socket_of
from tests.cssmtp.fake_spool import a_mail, a_spool_file
from tests.emulator.command import jesmail
from tests.emulator.looked_at import World
from tests.emulator.running_system import Up, place_in, system_up
from tests.emulator.test_running_system import mail_job

FILE = a_spool_file()
BAD = "RCPT TO:<b@acme.example>\nRCPT TO:<USERID>"
TWO_TASKS = """
initiators: [A, BC]
started_tasks:
  - {name: CSSMTP}
  - {name: PRINTER, program: writer, folder: printed, classes: A}
"""


def clock() -> datetime:
    return datetime(2024, 1, 31, 6, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A system that has sent three mails; of the third, one recipient has no domain, and there is
    no sender who could be notified."""
    folder = tmp_path_factory.mktemp("status")
    with system_up(place_in(folder, TWO_TASKS), save_dir=folder / "mail") as system:
        for number, jcl in enumerate((mail_job(), mail_job(), faulty_job()), start=1):
            system.submit(jcl)
            system.until("MAILS, SENT TO", number)
        yield system


def faulty_job() -> str:
    job = mail_job("BADJOB").replace("RCPT TO:<b@acme.example>", BAD)
    return job.replace("MAIL FROM:<a@acme.example>", "MAIL FROM:<>")


@pytest.fixture
def port(up: Up) -> Port:
    return Port(up.place)


# --- the status ---------------------------------------------------------------------------------


def test_counters_are_what_was_sent(port: Port) -> None:
    status = port.status()
    assert status is not None
    (cssmtp,) = status.cssmtps
    assert (cssmtp.name, cssmtp.writer, cssmtp.state) == ("CSSMTP", "CSSMTP", "STARTED")
    counters = cssmtp.counters
    assert counters is not None
    assert (counters.files, counters.bad_files, counters.mails) == (3, 1, 3)
    assert (counters.delivered, counters.undeliverable, counters.pending) == (3, 1, 0)
    assert (counters.syntax_errors, counters.in_use) == (1, 0)
    (target,) = cssmtp.targets
    assert (target.name, target.state, target.sent) == ("127.0.0.1", "ACTIVE", 3)
    assert target.last_reply == "250 2.0.0 OK"
    assert [task.state for task in cssmtp.spool_tasks] == ["IDLE"] * 4


def test_the_system_is_named_with_what_it_has(port: Port) -> None:
    status = port.status()
    assert status is not None
    assert (status.sysname, status.node, status.processing) == ("SYS1", "N1", True)
    assert [one.classes for one in status.initiators] == ["A", "BC"]
    tasks = {one.name: (one.type, one.status) for one in status.started_tasks}
    assert tasks == {"CSSMTP": ("CSSMTP", "STARTED"), "PRINTER": ("WRITER", "STARTED")}
    classes = {one.job_class: (one.initiators, one.active) for one in status.jobclasses}
    assert classes["A"] == ((1,), 1)
    assert classes["C"] == ((2,), 1)
    assert classes["D"] == ((), 0)
    out = {one.sysout_class: (one.normal, one.output) for one in status.outclasses}
    assert out["B"] == ("WRITE", "PUNCH")
    assert out["H"] == ("HOLD", "PRINT")
    assert len(out) == len(classes) == 36


def test_what_an_operator_changes_shows(tmp_path: Path) -> None:
    with system_up(place_in(tmp_path, TWO_TASKS)) as up:
        port = Port(up.place)
        up.command("$P I(1)")
        up.command("$T OUTCLASS(K),OUTDISP=(HOLD,HOLD)")
        up.command("$P")
        up.until("CSSMTP STARTED")
        up.command("P CSSMTP")
        up.until("CSSMTP ENDED")
        status = port.status()
        assert status is not None
        assert status.initiators[0].status == "DRAINED"
        assert next(one for one in status.jobclasses if one.job_class == "A").active == 0
        assert next(one for one in status.outclasses if one.sysout_class == "K").normal == "HOLD"
        assert not status.processing
        (cssmtp,) = status.cssmtps
        assert (cssmtp.state, cssmtp.counters, cssmtp.targets) == ("STOPPED", None, ())


# --- what became of mails -----------------------------------------------------------------------


def test_each_recipient_has_an_outcome(port: Port) -> None:
    found = port.outcomes()
    assert found is not None
    assert [one.number for one in found.mails] == [1, 2, 3, 4]
    assert found.last == 4
    first = found.mails[0]
    assert (first.jobname, first.ddname, first.dsid, first.outgrp) == (
        "MAILJOB",
        "SYSUT2",
        102,
        "1.1.1",
    )
    assert (first.sender, first.recipient) == ("a@acme.example", "b@acme.example")
    assert (first.status, first.reply, first.eml) == ("delivered", "250 2.0.0 OK", "0001.eml")
    ends = [(one.recipient, one.status, one.eml) for one in found.mails[2:]]
    assert ends == [
        ("b@acme.example", "delivered", "0003.eml"),
        ("USERID", "undeliverable", "0003.eml"),
    ]


def test_outcomes_are_asked_for_behind_a_number(port: Port) -> None:
    newer, few, none = port.outcomes(2), port.outcomes(0, 1), port.outcomes(4)
    assert newer is not None
    assert few is not None
    assert none is not None
    assert [one.number for one in newer.mails] == [3, 4]
    assert [one.number for one in few.mails] == [1]
    assert (none.mails, none.last) == ((), 4)


def test_the_newest_outcomes_are_kept() -> None:
    ring = OutcomeRing(clock)
    mail = a_mail(1, *(f"r{number}@example.com" for number in range(1000)))
    for _ in range(12):
        ring.add(FILE, mail, None)
    found = ring.newer(0, KEPT)
    assert len(found.mails) == MOST
    assert found.mails[0].number == 12_000 - KEPT + 1
    assert found.last == 12_000
    assert ring.newer(11_999, 5).mails[0].recipient == "r999@example.com"


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(), st.integers())
def test_a_ring_gives_just_those_behind_a_number(mails: list[int], after: int, limit: int) -> None:
    ring = OutcomeRing(clock)
    for recipients in mails:
        mail = a_mail(1, "r@example.com")
        ring.add(FILE, a_mail(1, *["r@example.com"] * recipients) if recipients else mail, None)
    total = sum(max(1, one) for one in mails)
    expected = list(range(max(0, after) + 1, total + 1))[: min(max(0, limit), MOST)]
    assert [one.number for one in ring.newer(after, limit).mails] == expected


def test_a_long_reply_is_cut() -> None:
    ring, mail = OutcomeRing(clock), a_mail()
    mail.recipients[0].reply, mail.recipients[0].status = "5" * 10_000, Status.UNDELIVERABLE
    ring.add(FILE, mail, None)
    assert len(ring.newer(0, 1).mails[0].reply or "") == 512


# --- the socket ---------------------------------------------------------------------------------


def asked(place: Place, *requests: bytes) -> list[dict[str, object]]:
    """What a caller gets who sends these lines over one connection."""
    path = socket_of(place.settings)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(path))
        with connection.makefile("rwb") as stream:
            found = []
            for request in requests:
                stream.write(request + b"\n")
                stream.flush()
                found.append(json.loads(stream.readline()))
            return found


@pytest.mark.parametrize(
    "request_",
    [
        b'{"status": 1}',
        b'{"status": "true"}',
        b'{"status": false}',
        b'{"mails": "1"}',
        b'{"mails": null}',
        b'{"mails": 1.5}',
        b'{"mails": 1e400}',
        b'{"mails": 0, "limit": "10"}',
        b'{"mails": 0, "limit": null}',
        b'{"mails": [0]}',
        b'{"mails": ' + b"9" * 5000 + b"}",
        b"[]",
        b"\xff\xfe",
        b'{"": {"": ' * 5000,
    ],
)
def test_a_request_of_a_wrong_kind_is_refused_and_the_next_answered(
    up: Up, request_: bytes
) -> None:
    wrong, right = asked(up.place, request_, b'{"mails": 3}')
    assert list(wrong) == ["error"]
    assert right["last"] == 4


@pytest.mark.parametrize(
    ("request_", "numbers"),
    [
        (b'{"mails": -1, "limit": 2}', [1, 2]),
        (b'{"mails": -99999999999999999999999, "limit": 1}', [1]),
        (b'{"mails": 99999999999999999999999999}', []),
        (b'{"mails": 0, "limit": 99999999999999999999999999}', [1, 2, 3, 4]),
        (b'{"mails": 0, "limit": -1}', []),
        (b'{"mails": 3, "status": 0, "follow": 1}', [4]),
    ],
)
def test_numbers_of_any_size_are_answered(up: Up, request_: bytes, numbers: list[int]) -> None:
    (found,) = asked(up.place, request_)
    mails = found["mails"]
    assert isinstance(mails, list)
    assert [one["number"] for one in mails] == numbers


@pytest.mark.parametrize(
    "answer", [b'{"status": {}}\n', b'{"error": "what?"}\n', b"\xff\n", b"", b'{"status":']
)
def test_an_answer_that_is_none_says_so(tmp_path: Path, answer: bytes) -> None:
    """An older system, or something else, listens on the socket."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        server = threading.Thread(target=serve)
        server.start()
        with pytest.raises(Unreachable):
            console.status(path)
        server.join()


# --- the port -----------------------------------------------------------------------------------


def test_without_a_system_the_port_still_looks(tmp_path: Path) -> None:
    with system_up(place_in(tmp_path)) as up:
        up.submit(mail_job())
        up.until("$HASP395")
    port = Port(up.place)
    assert port.status() is None
    assert port.outcomes() is None
    assert port.log(10) == []
    with port.look() as store:
        assert sum(job.jobname == "MAILJOB" for job in store.jobs()) == 1
    assert port.command("$D JOB(MAILJOB)")[0].startswith("JOB00001")
    with pytest.raises(Unreachable):
        port.follow()


def test_a_read_only_port_gives_no_command(up: Up) -> None:
    with pytest.raises(UsageFault, match="READ-ONLY"):
        Port(up.place, read_only=True).command("$D JQ")


def test_the_console_is_followed_until_somebody_ends_it(up: Up, port: Port) -> None:
    lines, heard = [], threading.Event()
    with port.follow() as following:

        def listen() -> None:
            for line in following:
                lines.append(line)
                heard.set()

        listener = threading.Thread(target=listen)
        listener.start()
        while not heard.wait(0.05):
            up.command("$D I")
        following.close()
        listener.join(20)
        assert not listener.is_alive()
    assert any("$D I" in line for line in lines)
    assert "$D I" in "".join(port.log(1000))


# --- the command line ---------------------------------------------------------------------------


def test_cssmtp_status_shows_targets_and_tasks(up: Up) -> None:
    said = jesmail("cssmtp", "status", "--spool", up.place.spool)
    assert said.code == 0
    assert "files 3 (1 bad, 0 in use), mails 3 (0 waiting, 0 on the way)" in said.out
    assert "recipients: 3 delivered, 1 undeliverable, 0 pending; syntax errors 1" in said.out
    assert "250 2.0.0 OK" in said.out
    document = jesmail("cssmtp", "status", "--spool", up.place.spool, "--json").json
    assert document["cssmtps"][0]["counters"]["delivered"] == 3
    assert document["status_version"] == 1


def test_cssmtp_status_is_shown_again_when_it_changed(up: Up) -> None:
    world = World(waits=[lambda: up.command("$D I"), lambda: None])
    said = jesmail(
        "cssmtp", "status", "--spool", up.place.spool, "--watch", "3", outside=world.outside
    )
    assert said.code == Exit.INTERRUPTED
    assert world.waited == [3.0] * 3
    assert said.out.count("recipients:") == 1, "nothing of it changed"


def test_cssmtp_mails_lists_what_became_of_recipients(up: Up) -> None:
    spool = up.place.spool
    said = jesmail("cssmtp", "mails", "--spool", spool, "--json")
    assert [one["status"] for one in said.json] == ["delivered"] * 3 + ["undeliverable"]
    some = jesmail("cssmtp", "mails", "--spool", spool, "--limit", 2, "--after", 1)
    assert [line.split()[1] for line in some.out.splitlines()] == ["JOBID", "JOB00002", "JOB00003"]
    assert "there is more: --after 3" in some.err
    none = jesmail("cssmtp", "mails", "--spool", spool, "--after", 4, "--json")
    assert none.json == []


def test_cssmtp_mails_come_as_they_are_settled(tmp_path: Path) -> None:
    with system_up(place_in(tmp_path)) as up:

        def mail() -> None:
            up.submit(mail_job())
            up.until("MAILS, SENT TO")

        world = World(waits=[mail])
        said = jesmail(
            *("cssmtp", "mails", "--spool", up.place.spool, "--watch", "1", "--format", "jsonl"),
            outside=world.outside,
        )
    assert [json.loads(line)["number"] for line in said.out.splitlines()] == [1]


def test_cssmtp_commands_need_a_system(tmp_path: Path) -> None:
    for what in ("status", "mails"):
        said = jesmail("cssmtp", what, "--spool", tmp_path / "spool")
        assert (said.code, said.out) == (Exit.UNREACHABLE, "")
        assert "no system answers" in said.err
