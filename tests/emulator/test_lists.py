"""`jesmail job list` and `output list`: filters, formats, paging (spool-ui.md 5)."""

import csv
import io
import json
from pathlib import Path

import pytest

from emulator.cli.outside import Screen
from jes.job import Phase
from jes.store.sqlite import open_spool
from jes.sysout import Disposition, JobKind
from tests.emulator.command import Said, jesmail
from tests.emulator.looked_at import Out, World, a_spool, ended_job, new_job
from tests.emulator.test_present import on_a_terminal

# zos-clients.md 1.4: what z/OSMF's clients read in a job and in a job file
JOB_KEYS = {
    "jobid", "jobname", "owner", "subsystem", "status", "type", "class", "retcode", "phase",
    "phase-name",
}  # fmt: skip
FILE_KEYS = {
    "jobname", "jobid", "id", "ddname", "stepname", "procstep", "class", "recfm", "lrecl",
    "byte-count", "record-count", "subsystem",
}  # fmt: skip


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """Jobs in every state, and output for two writers."""
    path = tmp_path / "spool"
    store = open_spool(path, durable=False)
    ended_job(store, Out(), Out("REPORT", dsid=103, writer=None, sysout_class="H",
                                disposition=Disposition.HOLD))  # fmt: skip
    ended_job(store, Out(dest="N2.BO", writer="OTHER"), name="PAYSLIP", retcode="ABEND S806")
    running = new_job(store, "RUNS", owner="ANNA")
    store.set_phase(running, Phase.EXECUTION)
    new_job(store, "WAITS", owner="ANNA", jcl="//WAITS JOB", job_class="B")
    new_job(store, "TASK", kind=JobKind.STC)
    store.close()
    return path


def listed(spool: Path, what: str, *arguments: object) -> list[dict[str, object]]:
    said = jesmail(what, "list", "--spool", spool, "--json", *arguments)
    assert said.code == 0, said.err
    documents: list[dict[str, object]] = said.json
    return documents


def names(spool: Path, *arguments: object) -> list[object]:
    return [job["jobname"] for job in listed(spool, "job", *arguments)]


def outputs(spool: Path, *arguments: object) -> list[tuple[object, object]]:
    return [(one["jobname"], one["outgrp"]) for one in listed(spool, "output", *arguments)]


def test_a_job_has_the_keys_and_words_of_zosmf(spool: Path) -> None:
    first, second, *_ = listed(spool, "job")
    assert first.keys() >= JOB_KEYS
    assert (first["jobid"], first["retcode"], first["type"]) == ("JOB00001", "CC 0000", "JOB")
    assert (first["phase"], first["phase-name"]) == (20, "Job is on the hard copy queue")
    assert second["retcode"] == "ABEND S806"


def test_a_job_has_one_of_three_states_and_no_retcode_before_its_end(spool: Path) -> None:
    """zos-clients.md 0.4: clients know no other word."""
    states = {j["jobname"]: (j["status"], j["retcode"]) for j in listed(spool, "job")}
    assert states["MAILJOB"] == ("OUTPUT", "CC 0000")
    assert states["RUNS"] == ("ACTIVE", None)
    assert states["WAITS"] == states["TASK"] == ("INPUT", None)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--owner", "anna"], ["RUNS", "WAITS"]),
        (["--prefix", "PAY*"], ["PAYSLIP"]),
        (["--prefix", "?UNS"], ["RUNS"]),
        (["--prefix", "PAY"], []),
        (["-p", "RUNS", "-p", "TASK"], ["RUNS", "TASK"]),
        (["-o", "ANNA", "--class", "b"], ["WAITS"]),
        (["--status", "output"], ["MAILJOB", "PAYSLIP"]),
        (["--status", "ACTIVE"], ["RUNS"]),
        (["--status", "INPUT"], ["WAITS", "TASK"]),
        (["--phase", "CONVERSION"], ["WAITS"]),
        (["--phase", "CONVERSION", "--status", "OUTPUT"], []),
        (["--type", "stc"], ["TASK"]),
        (["--held"], []),
    ],
)
def test_jobs_are_filtered(spool: Path, arguments: list[str], found: list[str]) -> None:
    assert names(spool, *arguments) == found


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], [("MAILJOB", "1.1.1"), ("MAILJOB", "2.1.1"), ("PAYSLIP", "1.1.1")]),
        (["--writer", "CSSMTP"], [("MAILJOB", "1.1.1")]),
        (["--writer", ""], [("MAILJOB", "2.1.1")]),
        (["--dest", "N2.*"], [("PAYSLIP", "1.1.1")]),
        (["--disposition", "hold"], [("MAILJOB", "2.1.1")]),
        (["--class", "H", "--class", "B", "-p", "MAILJOB"],
         [("MAILJOB", "1.1.1"), ("MAILJOB", "2.1.1")]),
        (["--jobid", "J2"], [("PAYSLIP", "1.1.1")]),
        (["--outgrp", "2.*"], [("MAILJOB", "2.1.1")]),
        (["--status", "ready"], [("MAILJOB", "1.1.1")]),
        (["--status", "HELD"], [("MAILJOB", "2.1.1")]),
        (["--status", "XMIT"], [("PAYSLIP", "1.1.1")]),
        (["--status", "READY", "--status", "XMIT"], [("MAILJOB", "1.1.1"), ("PAYSLIP", "1.1.1")]),
        (["--status", "BUSY"], []),
    ],
)  # fmt: skip
def test_output_groups_are_filtered(
    spool: Path, arguments: list[str], found: list[tuple[str, str]]
) -> None:
    assert outputs(spool, *arguments) == found


def test_a_data_set_has_the_keys_of_a_job_file(spool: Path) -> None:
    said = jesmail("dataset", "list", "JOB00001", "--spool", spool, "--json")
    assert all(one.keys() >= FILE_KEYS for one in said.json)
    assert [(f["id"], f["ddname"], f["record-count"]) for f in said.json] == [
        (102, "SYSUT2", 2),
        (103, "REPORT", 2),
    ]


def test_a_list_goes_on_where_it_ended(spool: Path) -> None:
    said = jesmail("job", "list", "--spool", spool, "--limit", 2, "--json")
    key = said.json[-1]["key"]
    assert said.err == f"jesmail: there is more: --after {key}\n"
    assert names(spool, "--after", key) == ["RUNS", "WAITS", "TASK"]


def test_the_last_page_does_not_promise_more(spool: Path) -> None:
    assert jesmail("job", "list", "--spool", spool, "--limit", 5).err == ""


def test_a_limit_counts_what_is_shown(spool: Path) -> None:
    """--status is looked at behind the query: the page before it is no limit."""
    assert names(spool, "--status", "INPUT", "--limit", 1) == ["WAITS"]


def test_a_table_begins_as_zowes_does(spool: Path) -> None:
    lines = jesmail("job", "list", "--spool", spool).out.splitlines()
    assert lines[0].split()[:4] == ["JOBID", "RETCODE", "JOBNAME", "STATUS"]
    assert lines[2] == "JOB00002  ABEND S806  PAYSLIP  OUTPUT  IBMUSER  A  HARDCOPY"
    assert not any(line.endswith(" ") for line in lines)


def test_nothing_found_is_an_empty_list_and_no_failure(spool: Path) -> None:
    assert listed(spool, "job", "--prefix", "NONE") == []
    said = jesmail("job", "list", "--spool", spool, "--prefix", "NONE")
    assert (said.code, said.out) == (0, "")
    assert said.err == "jesmail: there are no jobs like that\n"


def test_formats_say_the_same(spool: Path) -> None:
    def said(shape: str) -> Said:
        return jesmail("output", "list", "--spool", spool, "--format", shape)

    documents = said("json").json
    assert [json.loads(line) for line in said("jsonl").out.splitlines()] == documents
    rows = list(csv.DictReader(io.StringIO(said("csv").out)))
    assert [row["outgrp"] for row in rows] == [one["outgrp"] for one in documents]


def test_columns_are_chosen_by_key(spool: Path) -> None:
    columns = ["--columns", "jobid,phase-name", "--type", "STC"]
    lines = jesmail("job", "list", "--spool", spool, *columns).out.splitlines()
    assert lines == ["JOBID     PHASE-NAME", "STC99999  Job is active in input processing"]
    (document,) = listed(spool, "job", *columns)
    assert list(document) == ["jobid", "phase-name"]


def test_a_terminals_table_is_cut_to_its_width_and_nothing_elses(spool: Path) -> None:
    narrow = World(screen=Screen(30, 24)).outside
    lines = jesmail("output", "list", "--spool", spool, outside=narrow).out.splitlines()
    assert max(map(len, lines)) <= 30
    whole = jesmail("output", "list", "--spool", spool, "--no-truncate", outside=narrow).out
    assert whole == jesmail("output", "list", "--spool", spool).out


def test_colours_are_for_terminals_that_have_them(spool: Path) -> None:
    coloured = World(screen=Screen(40, 24, colour=True)).outside
    said = jesmail("job", "list", "--spool", spool, outside=coloured).out
    assert "\x1b[31mABEND S806" in said
    plain = World(screen=Screen(40, 24)).outside
    assert "\x1b" not in jesmail("job", "list", "--spool", spool, outside=plain).out


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_real_terminal_gets_colours_unless_it_says_otherwise(
    spool: Path, environment: dict[str, str], *, coloured: bool
) -> None:
    narrow = {"TERM": "xterm", "COLUMNS": "20", **environment}
    said = on_a_terminal(narrow, "job", "list", "--spool", str(spool))
    assert ("\x1b[" in said) == coloured
    assert "JOBID     RETCODE" in said
    assert "OWNER" not in said


@pytest.mark.parametrize("word", ["\udcff", "\x1b[2J", "'; DROP TABLE jobs; --", "%", "\\"])
def test_any_word_is_a_mask_that_matches_nothing(spool: Path, word: str) -> None:
    """Arguments that are no text have surrogates, which no database takes."""
    assert names(spool, "--prefix", word, "--owner", word) == []
    assert jesmail("job", "show", word, "--spool", spool).code == 4
    assert jesmail("output", "show", "1", word, "--spool", spool).code == 4
    assert jesmail("dataset", "view", "1", word, "--spool", spool).code == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ["--status", "HELD"], ["--phase", "X"], ["--type", "X"], ["--columns", "x"],
        ["--json", "--format", "csv"], ["--watch", "0"], ["--watch", "nan"], ["--limit", "0"],
        ["--after", "99999999999999999999"],
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_meant_is_a_usage_fault(spool: Path, arguments: list[str]) -> None:
    said = jesmail("job", "list", "--spool", spool, *arguments)
    assert said.code == 2
    assert said.out == ""


# --- watching -----------------------------------------------------------------------------------


def watched(path: Path, world: World, *arguments: str) -> Said:
    return jesmail("job", "list", "--spool", path, "--watch", *arguments, outside=world.outside)


def test_watching_redraws_when_something_changed_and_only_then(tmp_path: Path) -> None:
    path = a_spool(tmp_path / "spool")
    store = open_spool(path, durable=False)
    world = World(waits=[lambda: None, lambda: ended_job(store, Out(), name="LATER")])
    said = watched(path, world, "3", "--columns", "jobname")
    store.close()
    assert said.code == 130
    assert said.out == "JOBNAME\nMAILJOB\n\nJOBNAME\nMAILJOB\nLATER\n\n"
    assert world.waited == [3, 3, 3]


def test_watching_sees_a_phase_that_nobody_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    store = open_spool(path, durable=False)
    job = new_job(store)
    world = World(waits=[lambda: store.set_phase(job, Phase.EXECUTION)])
    said = watched(path, world, "--columns", "status")
    store.close()
    assert said.out == "STATUS\nINPUT\n\nSTATUS\nACTIVE\n\n"


def test_a_watched_terminal_shows_what_fits(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    store = open_spool(path, durable=False)
    for _ in range(9):
        new_job(store)
    store.close()
    world = World(screen=Screen(80, 6, colour=True))
    said = watched(path, world, "--columns", "jobid")
    assert said.out.startswith("\x1b[H\x1b[2J")
    assert said.out.splitlines()[-1] == "… and 6 more lines"
    assert len(said.out.splitlines()) == 5


def test_watching_an_empty_spool_shows_the_heads(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    open_spool(path, durable=False).close()
    assert watched(path, World(), "--columns", "jobid").out == "JOBID\n\n"
