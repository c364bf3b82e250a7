"""`jesmail dataset view`, `job show`, `output show`: what is in a spool, safe for eyes."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import browse
from emulator.browse import Records, decoder
from emulator.exits import Problem, UsageFault
from emulator.lookup import find_dataset, find_job
from emulator.place import look, place_of
from emulator.shown import printable
from jes.records import BLOCK_MAX
from jes.store.sqlite import open_spool
from jes.sysout import Disposition
from tests.emulator.command import Said, jesmail
from tests.emulator.looked_at import PAGE, Out, World, a_spool

BIDI = "\u202e"


def view(spool: Path, *arguments: object) -> Said:
    return jesmail("dataset", "view", *arguments, "--spool", spool)


def test_a_data_set_is_shown_as_text_without_trailing_blanks(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(text=["HELO PLEX1", "", "  two  "]))
    assert view(spool, "JOB00001", "SYSUT2").out == "HELO PLEX1\n\n  two\n"


def test_blanks_of_variable_records_are_data(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(text=["one  "], recfm="VB", lrecl=255))
    assert view(spool, "JOB00001", "SYSUT2").out == "one  \n"


@pytest.mark.parametrize("name", ["SYSUT2", "sysut2", "SEND.SYSUT2", "102", "D0000102"])
@pytest.mark.parametrize("jobid", ["JOB00001", "job00001", "J1", "j0000001", "1"])
def test_a_data_set_has_several_names(tmp_path: Path, jobid: str, name: str) -> None:
    assert view(a_spool(tmp_path / "spool"), jobid, name).out == "HELO PLEX1\nQUIT\n"


def test_of_two_data_sets_with_one_ddname_the_step_says_which(tmp_path: Path) -> None:
    first, second = Out(text=["first"]), Out(text=["second"], stepname="AGAIN", dsid=103)
    spool = a_spool(tmp_path / "spool", first, second)
    said = view(spool, "1", "SYSUT2")
    assert said.code == 2
    assert "102 (SEND.SYSUT2), 103 (AGAIN.SYSUT2)" in said.err
    assert view(spool, "1", "AGAIN.SYSUT2").out == "second\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["JOB00003", "SYSUT2"], "there is no job JOB00003; near it: JOB00001 (MAILJOB)"),
        (["STC00001", "SYSUT2"], "there is no job STC00001; number 1 is JOB00001 (MAILJOB)"),
        (["MAILJOB", "SYSUT2"], "there is no job MAILJOB by id; of that name: JOB00001"),
        (["MAILJIB", "SYSUT2"], "there is no job MAILJIB; near names: MAILJOB"),
        (["J1", "SYSUTT"], "there is no data set SYSUTT of JOB00001 (MAILJOB); near names: SYSUT2"),
        (["J1", "999"], "there is no data set 999 of JOB00001 (MAILJOB); it has SYSUT2"),
        (["J1\x1b[2J", "X"], "there is no job J1.[2J; a job id is JOB00012, J12 or 12"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named_with_what_is_near(
    tmp_path: Path, arguments: list[str], hint: str
) -> None:
    """Exit code 4 (blueprint 6)."""
    said = view(a_spool(tmp_path / "spool"), *arguments)
    assert said.code == 4
    assert said.err.startswith(f"jesmail: {hint}")


def test_records_are_picked_by_number_over_many_blocks(tmp_path: Path) -> None:
    count = 3 * BLOCK_MAX // 80
    spool = a_spool(tmp_path / "spool", Out(text=[f"{n}" for n in range(1, count + 1)]))
    assert view(spool, "1", "102", "--records", f"{count - 1}-").out == f"{count - 1}\n{count}\n"
    assert view(spool, "1", "102", "--records", "818-821").out == "818\n819\n820\n821\n"
    assert view(spool, "1", "102", "--records", "-2").out == "1\n2\n"
    assert view(spool, "1", "102", "--records", "7").out == "7\n"
    assert view(spool, "1", "102", "--records", f"{count + 1}-").out == ""
    assert len(view(spool, "1", "102").out.splitlines()) == count


@pytest.mark.parametrize("text", ["", "-", "0", "0-3", "3-2", "a", "1-2-3", "1 - 2", "-0", "³"])
def test_a_range_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageFault):
        Records.parse(text)


def test_hexadecimal_is_three_lines_a_record(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(records=[b"\xc1\x00\x5a"], recfm="VB", lrecl=80))
    assert view(spool, "1", "102", "--hex").out == "A.!\nC05\n10A\n"


@pytest.mark.parametrize(("recfm", "lrecl"), [("FB", 80), ("VB", 84), ("U", 80)])
def test_raw_bytes_are_those_of_the_spool(tmp_path: Path, recfm: str, lrecl: int) -> None:
    """`jesmail mail --recfm` reads them again: fixed side by side, others behind an RDW."""
    data = [bytes(range(n, n + 40)) for n in range(3)]
    spool = a_spool(tmp_path / "spool", Out(records=data, recfm=recfm, lrecl=lrecl))
    stored = [r.ljust(80, b"\x40") if recfm == "FB" else b"\0\x2c\0\0" + r for r in data]
    assert view(spool, "1", "102", "--raw").raw == b"".join(stored)
    assert view(spool, "1", "102", "--raw", "--records", "2").raw == stored[1]


def test_json_has_the_data_sets_keys_and_its_records(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(text=["one", "two", "three"]))
    document = view(spool, "1", "102", "--json", "--records", "2-3").json
    assert (document["ddname"], document["first-record"]) == ("SYSUT2", 2)
    assert document["records"] == ["two", "three"]
    assert view(spool, "1", "102", "--json", "--hex").json["records"][0].startswith("969585")


def test_an_empty_data_set_shows_nothing(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(records=[]), Out("REPORT", dsid=103))
    assert view(spool, "1", "102").out == ""
    assert view(spool, "1", "102", "--json").json["records"] == []


def test_nothing_in_a_record_reaches_the_terminal_but_what_can_be_seen(tmp_path: Path) -> None:
    record = PAGE.encode("red \x1b[31m bell \x07 nel \x85")
    spool = a_spool(tmp_path / "spool", Out(records=[record], recfm="VB", lrecl=255))
    assert view(spool, "1", "102").out == "red .[31m bell . nel .\n"


def test_a_mixed_page_is_shown_as_characters(tmp_path: Path) -> None:
    record = b"\xc1\x0e\x45\x66\x0f\xc2"
    spool = a_spool(tmp_path / "spool", Out(records=[record], recfm="VB", lrecl=255))
    assert view(spool, "1", "102", "--codepage", "IBM-939").out == "A本B\n"
    assert view(spool, "1", "102", "--codepage", "IBM-939", "--hex").out.splitlines()[1] == "C0460C"


def test_the_systems_page_counts(tmp_path: Path) -> None:
    a_spool(tmp_path / "spool", Out(records=[b"\x5a\x4a"], recfm="VB", lrecl=255))
    system = tmp_path / "system.yaml"
    system.write_text("spool: spool\ncodepage: IBM-273\n")
    assert jesmail("dataset", "view", "1", "102", "--system", system).out == "ÜÄ\n"


@pytest.mark.parametrize(
    "arguments", [["--raw", "--hex"], ["--raw", "--json"], ["--codepage", "X"], ["--records", "0"]]
)
def test_what_does_not_go_together_is_a_usage_fault(tmp_path: Path, arguments: list[str]) -> None:
    assert view(a_spool(tmp_path / "spool"), "1", "102", *arguments).code == 2


@given(st.text())
def test_nothing_printable_moves_a_cursor_or_turns_a_line(text: str) -> None:
    shown = printable(text + BIDI)
    assert len(shown) == len(text) + 1
    assert shown.isprintable()
    assert BIDI not in shown


@given(st.binary())
@pytest.mark.parametrize("name", ["IBM-1047", "IBM-424", "IBM-939", "ISO8859-1"])
def test_any_bytes_are_shown_in_any_page(name: str, data: bytes) -> None:
    assert decoder(name)(data).isprintable()
    assert len(decoder(name, bytewise=True)(data)) == len(data)


def test_a_big_data_set_is_read_in_steps(tmp_path: Path) -> None:
    """Memory does not grow with the data set: 16 MiB are shown in a few."""
    spool = a_spool(tmp_path / "spool", Out(records=[b"x" * 80] * 200_000))
    with look(place_of(None, str(spool))) as store:
        dataset = find_dataset(store, find_job(store, "1"), "102")
        tracemalloc.start()
        size = sum(map(len, browse.raw(store, dataset, Records())))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert size == 16_000_000
    assert peak < 5_000_000


def test_a_data_set_that_is_purged_while_it_is_read_is_no_whole_one(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(records=[b"x" * 80] * 50_000))
    jes = open_spool(spool, durable=False)
    with look(place_of(None, str(spool))) as store:
        dataset = find_dataset(store, find_job(store, "1"), "102")
        pieces = browse.raw(store, dataset, Records())
        next(pieces)
        jes.cancel_group(jes.groups()[0].key)
        while jes.free():
            pass
        with pytest.raises(Problem, match="purged while it was read"):
            list(pieces)
    jes.close()


# --- jobs and groups ------------------------------------------------------------------------------


def test_a_job_is_shown_with_its_groups_and_data_sets(tmp_path: Path) -> None:
    held = Out("REPORT", dsid=103, disposition=Disposition.HOLD)
    spool = a_spool(tmp_path / "spool", Out(), held)
    document = jesmail("job", "show", "1", "--spool", spool, "--json").json
    assert document["jobid"] == "JOB00001"
    assert [f["ddname"] for f in document["files"]] == ["SYSUT2", "REPORT"]
    assert [g["odisp"] for g in document["output"]] == ["WRITE", "HOLD"]
    said = jesmail("job", "show", "1", "--spool", spool).out
    assert "retcode             CC 0000\n" in said
    assert "1.1.1   B  WRITE  CSSMTP" in said
    assert "103  REPORT" in said


def test_output_groups_are_shown_with_their_data_sets(tmp_path: Path) -> None:
    spool = a_spool(tmp_path / "spool", Out(), Out("MORE", dsid=103), Out("C", dsid=104, dest="B"))
    shown = jesmail("output", "show", "1", "*", "--spool", spool, "--json").json
    assert [[f["ddname"] for f in group["files"]] for group in shown] == [["SYSUT2", "MORE"], ["C"]]
    said = jesmail("output", "show", "1", "1.1.1", "--spool", spool, outside=World().outside).out
    assert "MORE" in said


def test_a_group_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    said = jesmail("output", "show", "1", "9.1.1", "--spool", a_spool(tmp_path / "spool"))
    assert said.code == 4
    assert said.err == "jesmail: there is no output group 9.1.1 of JOB00001; it has 1.1.1\n"
