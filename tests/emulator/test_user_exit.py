"""The user exit (cssmtp-operations.md 7): what it is called with, what its answers do, and that no
exit, whatever it does, stops CSSMTP or loses a mail."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from emulator.samples_folder import folder
from tests.emulator.command import Said, jesmail
from tests.emulator.running_system import place_in, system_up
from tests.emulator.test_running_system import CONFIG, mail_job

MAILS = """EHLO MVS1
Mail From:<a@example.com>
RCPT TO:<one@example.com>
DATA
Subject: one

first
second
.
MAIL FROM:<a@example.com>
RCPT TO:<two@example.com>
DATA
Subject: two

text
.
MAIL FROM:<a@example.com>
RCPT TO:<three@example.com>
DATA
Subject: three

text
.
QUIT
"""
HEAD = """import os, sys, time
from cssmtp.exitcalls import Action, Answer
def check(call):
"""
REJECTED = "550 5.7.1 JES Mail rejected by user exit"
ENDED = "550 5.7.1 JES Spool file rejected by user exit"
FAILED = "550 5.7.1 JES User exit failed"


def mailed(
    folder: Path, body: str, *, version: str = "Version3", more: str = "", text: str = MAILS
) -> Said:
    """Mail the spool file under an exit."""
    (folder / "exit.py").write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()))
    (folder / "mails.txt").write_text(text)
    (folder / "c.conf").write_text(f"{CONFIG}\nUserExit {version}\n")
    (folder / "system.yaml").write_text(
        "started_tasks: [{name: CSSMTP, config: c.conf, user_exit: {path: exit.py, seconds: 1"
        f"{more}}}}}]\n"
    )
    return jesmail(
        "mail", "--system", folder / "system.yaml", "--json", folder / "mails.txt",
        "--owner", "ANNA", "--jobname", "PAY",
    )  # fmt: skip


def outcome(said: Said) -> str:
    """d, u or - for each of the mails one, two, three; the mail that no one read is not there."""
    found = {
        r["address"].partition("@")[0]: r["status"][0]
        for mail in said.json["mails"]
        for r in mail["recipients"]
        if mail["kind"] == "original"
    }
    return "".join(found.get(name, "-") for name in ("one", "two", "three"))


def errors(said: Said) -> list[tuple[int, str, bool]]:
    return [(e["record"], e["reply"], e["counted"]) for e in said.json["spool_files"][0]["errors"]]


@pytest.mark.parametrize(
    ("body", "outcomes", "found"),
    [
        ("return 0", "ddd", []),
        ("return None", "ddd", []),
        ("return 99", "ddd", []),
        ("return 10 ** 5000", "ddd", []),
        ("return Answer.ACCEPT", "ddd", []),
        ("return 12 * ('two' in call.data)", "dud", [(11, REJECTED, False)]),
        ("return 12 * (call.data == 'second')", "udd", [(5, REJECTED, False)]),
        ("return 12 * (call.action is Action.END)", "uuu",
         [(2, REJECTED, False), (10, REJECTED, False), (17, REJECTED, False)]),
        ("return 8 * ('two' in call.data)", "du-", [(11, ENDED, False)]),
        ("return 8 * (call.action is Action.FILE)", "---", [(1, ENDED, False)]),
        ("return 8 * (call.action is Action.EHLO)", "---", [(1, ENDED, False)]),
        ("return 12 * (call.action is Action.EHLO)", "ddd", []),
    ],
)  # fmt: skip
def test_an_answer_does_what_register_15_does(
    tmp_path: Path, body: str, outcomes: str, found: list[Any]
) -> None:
    said = mailed(tmp_path, body)
    assert (outcome(said), errors(said)) == (outcomes, found), said.err
    (file,) = said.json["spool_files"]
    assert (file["verdict"], said.code) == (("bad", 5) if found else ("good", 0))
    assert file["mails"] == len(outcomes.replace("-", ""))
    if found:
        assert any(found[0][1] in line for line in said.json["reports"][0]["lines"])


NOTE = "open({path!r}, 'a').write(repr([call.version, int(call.action), call.data, call.jobname,"
NOTE += " call.owner, call.connection, call.user]) + chr(10))\n"
NOTE += "if call.action is Action.INIT: call.user = 'token'\n"


def noted(tmp_path: Path, version: str, answer: str = "return 0") -> list[Any]:
    path = tmp_path / "calls"
    said = mailed(tmp_path, NOTE.format(path=str(path)) + answer, version=version)
    assert outcome(said) == "ddd", said.err
    return [json.loads(line.replace("'", '"').replace("None", "null"))
            for line in path.read_text().splitlines()]  # fmt: skip


def test_an_exit_is_called_for_each_command_and_line_as_they_were_written(tmp_path: Path) -> None:
    calls = noted(tmp_path, "Version3")
    assert [call[1:3] for call in calls[:11]] == [
        [1, ""], [16, ""], [19, "EHLO MVS1"], [4, "Mail From:<a@example.com>"],
        [5, "RCPT TO:<one@example.com>"], [6, "DATA"], [17, "Subject: one"], [17, ""],
        [17, "first"], [17, "second"], [18, ""],
    ]  # fmt: skip
    assert [call[1] for call in calls[-2:]] == [8, 2]
    assert {call[5] for call in calls} == {257}
    assert [call[6] for call in calls] == [None, *["token"] * (len(calls) - 1)]
    assert calls[1][3:5] == [None, None]


def test_only_version_4_has_the_job_and_version_2_has_no_ehlo(tmp_path: Path) -> None:
    assert noted(tmp_path, "Version4")[1][3:5] == ["PAY", "ANNA"]
    (tmp_path / "calls").unlink()
    two = noted(tmp_path, "Version2")
    assert {call[0] for call in two} == {2}
    assert not {19, 20} & {call[1] for call in two}


def test_after_answer_4_the_next_call_is_for_the_next_mail(tmp_path: Path) -> None:
    calls = noted(tmp_path, "Version3", "return 4 if call.action is Action.MAIL else 0")
    assert [call[1] for call in calls] == [1, 16, 19, 4, 4, 4, 2]


MISBEHAVIOURS = {
    "raise": "raise ValueError('no')",
    "exit": "sys.exit(8)",
    "interrupt": "raise KeyboardInterrupt",
    "gone": "os._exit(0)",
    "killed": "os.kill(os.getpid(), 9)",
    "hang": "time.sleep(60)",
    "loop": "while True: pass",
    "rubbish": "return 'twelve'",
    "huge": "return 'x' * 50_000_000",
    "memory": "return len(bytearray(1 << 31)) * 0",  # this machine has as much
    "deep": "return check(call)",
}


@pytest.mark.parametrize("on_failure", ["send", "reject"])
@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_an_exit_that_fails_once_costs_its_mail_at_most(
    tmp_path: Path, name: str, on_failure: str
) -> None:
    """The exit begins again; the mails around it are checked as ever."""
    do = "\n".join(f"    {line}" for line in MISBEHAVIOURS[name].splitlines())
    body = f"if 'two' in call.data:\n{do}\nreturn 12 * ('three' in call.data)"
    said = mailed(tmp_path, body, more=f", on_failure: {on_failure}")
    assert outcome(said) == ("ddu" if on_failure == "send" else "duu"), said.err
    replies = [reply for _, reply, _ in errors(said)]
    assert replies == ([REJECTED] if on_failure == "send" else [FAILED, REJECTED])


def test_an_exit_that_writes_into_every_open_file_is_heard_no_more(tmp_path: Path) -> None:
    """It may spoil what is known of the calls before; then these fail too."""
    write = """for n in range(3, 12):
        try: os.write(n, b'rubbish' * 200)
        except OSError: pass"""
    body = f"if 'two' in call.data:\n    {write}\n    os.abort()"
    assert outcome(mailed(tmp_path, body, more=", on_failure: reject"))[1] == "u"
    assert outcome(mailed(tmp_path, body)) == "ddd"


@pytest.mark.parametrize("body", ["print('x' * 100_000)", "os.fork()"])
def test_printing_and_forking_do_no_harm(tmp_path: Path, body: str) -> None:
    assert outcome(mailed(tmp_path, body)) == "ddd"


@pytest.mark.parametrize(
    ("on_failure", "outcomes", "then"), [("send", "ddd", "SENT UNSEEN"), ("reject", "uuu", "REJ")]
)
def test_after_its_failures_an_exit_is_off(
    tmp_path: Path, on_failure: str, outcomes: str, then: str
) -> None:
    more = f", failures: 2, on_failure: {on_failure}"
    said = mailed(tmp_path, "if call.action is Action.MAIL: raise ValueError('no')", more=more)
    assert outcome(said) == outcomes
    assert [reply for _, reply, _ in errors(said)] == [FAILED] * outcomes.count("u")  # one a mail
    assert said.err.count("JML370W CSSMTP USER EXIT VERSION3 FAILED: ValueError: no") == 2
    assert f"JML371E CSSMTP USER EXIT VERSION3 IS OFF AFTER 2 FAILURES: MAIL IS {then}" in said.err


def test_a_file_that_is_no_exit_is_a_failure_as_any_other(tmp_path: Path) -> None:
    said = mailed(tmp_path, "return (")
    assert outcome(said) == "ddd"
    assert "SyntaxError" in said.err


def test_big_mail_and_many_mails_come_out_right(tmp_path: Path) -> None:
    """Mails over block borders: one line in the last block decides."""
    one = "MAIL FROM:<a@example.com>\nRCPT TO:<{0}@example.com>\nDATA\nSubject: x\n\n{1}\n.\n"
    lines = "\n".join(f"line {n} {'x' * 60}" for n in range(8000))
    text = "HELO MVS1\n" + one.format("one", lines) + one.format("two", f"{lines}\nbad")
    said = mailed(
        tmp_path, "return 12 * (call.data == 'bad')", text=text + one.format("three", "t")
    )
    assert outcome(said) == "dud"


def test_a_copy_of_the_exit_never_answers(tmp_path: Path) -> None:
    """Its answers would stand for those of the blocks that follow."""
    one = "MAIL FROM:<a@example.com>\nRCPT TO:<{0}@example.com>\nDATA\nSubject: x\n\n{1}\n.\n"
    lines = "\n".join(f"line {n} {'x' * 60}" for n in range(3000))
    mails = [one.format("one", lines), one.format("two", f"{lines}\nbad"), one.format("three", "t")]
    body = "if call.action is Action.MAIL: os.fork()\nreturn 12 * (call.data == 'bad')"
    assert outcome(mailed(tmp_path, body, text="HELO MVS1\n" + "".join(mails))) == "dud"


def test_the_time_limit_is_for_each_call(tmp_path: Path) -> None:
    """Some calls together may take longer."""
    body = "if call.action is Action.RECORD: time.sleep(0.25)\nreturn 12 * (call.data == 'text')"
    assert outcome(mailed(tmp_path, body)) == "duu"  # seven lines: more than a second


def test_an_exit_that_is_ended_is_gone_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    body = f"""if 'two' in call.data:
    child = os.fork()
    open({str(pids)!r}, 'a').write(str(os.getpid()) + chr(10))
    time.sleep(60)"""
    assert outcome(mailed(tmp_path, body)) == "ddd"
    found = [int(line) for line in pids.read_text().split()]
    assert len(found) == 2
    for pid in found:
        shown = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], stdout=subprocess.PIPE, text=True, check=False
        )
        assert shown.stdout.strip()[:1] in ("", "Z")  # gone, or dead and not collected yet


def test_an_operator_switches_the_exit_while_cssmtp_runs(tmp_path: Path) -> None:
    """MODIFY USEREXIT acts at once, in both directions; REFRESH sets what the file says."""
    (tmp_path / "c.conf").write_text(CONFIG)
    (tmp_path / "exit.py").write_text(f"{HEAD}    return 12 * (call.action is Action.MAIL)\n")
    task = "started_tasks: [{name: CSSMTP, config: c.conf, user_exit: {path: exit.py}}]"
    with system_up(place_in(tmp_path, task)) as up:
        up.until("CSSMTP STARTED")

        def after(command: str, times: int) -> None:
            assert up.command(command)
            up.submit(mail_job())
            up.until("MAILS, SENT TO", times)

        def sent() -> list[str]:
            lines = [line for line in up.lines if "MAILS, SENT TO" in line]
            return [line.partition("SENT TO ")[2][0] for line in lines]

        after("F CSSMTP,D,CONFIG", 1)
        after("F CSSMTP,USEREXIT,LEVEL=VERSION3", 2)
        after("F CSSMTP,USEREXIT,LEVEL=NONE", 3)
        (tmp_path / "c.conf").write_text(f"{CONFIG}\nUserExit Version4\n")
        after("F CSSMTP,REFRESH", 4)
        assert sent() == ["1", "0", "1", "0"]


def test_without_an_exit_in_the_system_file_userexit_says_so(tmp_path: Path) -> None:
    (tmp_path / "c.conf").write_text(f"{CONFIG}\nUserExit Version3\n")
    with system_up(place_in(tmp_path, "started_tasks: [{name: CSSMTP, config: c.conf}]")) as up:
        up.until("JML353W")
        up.until("CSSMTP STARTED")
        assert up.command("F CSSMTP,USEREXIT,LEVEL=NONE")[0].startswith("JML353W")


def test_a_user_exit_that_is_not_there_is_a_usage_fault(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("started_tasks: [{name: CSSMTP, user_exit: {path: nowhere.py}}]\n")
    said = jesmail("run", "--system", file, "-", stdin="//A JOB\n// EXEC PGM=IEFBR14\n")
    assert (said.code, "nowhere.py" in said.err) == (2, True)


def test_the_sample_exit_lets_mail_to_the_own_domain_pass(tmp_path: Path) -> None:
    sample = (folder() / "exits" / "inside_only.py").read_text("utf-8")
    text = MAILS.replace("example.com", "acme.example").replace("two@acme", "two@elsewhere")
    (tmp_path / "sample.py").write_text(sample)
    body = "import sample\nreturn sample.check(call)"
    assert outcome(mailed(tmp_path, body, text=text)) == "dud"
