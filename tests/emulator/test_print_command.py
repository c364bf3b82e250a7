"""`jesmail print`: names, copies, binary, failures, exit codes (jes2.md 2.6, 4.1, 4.2)."""

import resource
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.external_writer import Paper, print_copies
from jes.names import SysoutClass, WriterName
from jes.pso import Pso, PsoSelection
from jes.records import Block, Recfm, blocks
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from jes.sysout import Disposition, SpoolFile
from tests.builders import PAGE, ebcdic
from tests.emulator.command import Said, jesmail
from tests.jes.store_builders import a_dataset, a_job, a_request, spooled

A = SysoutClass("A")
STEM = "PRTJOB.JOB00001.D0000102.SYSUT2"


@contextmanager
def spool(folder: Path) -> Iterator[SpoolStore]:
    store = open_spool(folder / "spool")
    try:
        yield store
    finally:
        store.close()


def put(
    folder: Path,
    *lines: str,
    recfm: str = "FB",
    lrecl: int = 80,
    disposition: Disposition = Disposition.WRITE,
    damaged: bool = False,
    **attributes: Any,
) -> None:
    """A data set of job PRTJOB on the spool in the folder, of class A unless said otherwise."""
    asked = {"sysout_class": A, "writer": None, **attributes}
    form = Recfm(recfm)
    new = replace(a_dataset(replace(a_request(), **asked), dsid=102), recfm=form, lrecl=lrecl)
    with spool(folder) as store:
        jobid = store.add_job(a_job("PRTJOB"))
        found = list(blocks([ebcdic(line) for line in lines], form, lrecl))
        if damaged:
            found = [Block(1, 1, b"\xc1" * 79)]
        spooled(store, jobid, new, disposition=disposition, found=found)


def left(folder: Path) -> int:
    """How many output groups are on the spool."""
    with spool(folder) as store:
        return len(store.groups())


def printed(folder: Path, *arguments: object) -> Said:
    return jesmail("print", folder / "out", "--spool", folder / "spool", *arguments)


def files(folder: Path) -> dict[str, str]:
    """What is in the folder: no draft is left behind."""
    return {path.name: path.read_text("utf-8") for path in (folder / "out").iterdir()}


def test_a_data_set_becomes_a_file_and_is_off_the_spool(tmp_path: Path) -> None:
    put(tmp_path, "1TITLE", "+_____", "0Zeile für Zeile", "1two", recfm="VBA", lrecl=137)
    said = printed(tmp_path)
    assert (said.code, said.out, said.err) == (0, f"{tmp_path}/out/{STEM}.txt\n", "")
    assert files(tmp_path) == {f"{STEM}.txt": "TITLE\n_____\n\nZeile für Zeile\n\ftwo\n"}
    assert left(tmp_path) == 0
    assert printed(tmp_path).code == 4


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    """Job ids wrap, and a cold start begins them anew."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f"{STEM}.txt").write_text("mine")
    (tmp_path / "out" / f"{STEM}.2.txt").symlink_to("nowhere")
    put(tmp_path, "new")
    assert printed(tmp_path).out == f"{tmp_path}/out/{STEM}.3.txt\n"
    (tmp_path / "out" / f"{STEM}.2.txt").unlink()
    assert files(tmp_path) == {f"{STEM}.txt": "mine", f"{STEM}.3.txt": "new\n"}


def test_it_is_printed_as_often_as_copies_says(tmp_path: Path) -> None:
    put(tmp_path, "x", copies=3)
    said = printed(tmp_path)
    assert [Path(line).name for line in said.out.split()] == [
        f"{STEM}.txt", f"{STEM}.2.txt", f"{STEM}.3.txt",
    ]  # fmt: skip
    assert set(files(tmp_path).values()) == {"x\n"}
    assert left(tmp_path) == 0


def test_no_copy_is_no_file_and_no_fault(tmp_path: Path) -> None:
    """COPIES=0, jes2.md 1.2."""
    put(tmp_path, "x", copies=0)
    said = printed(tmp_path)
    assert said.code == 0
    assert "JML321I" in said.err
    assert (files(tmp_path), left(tmp_path)) == ({}, 0)


def test_binary_records_are_behind_rdws(tmp_path: Path) -> None:
    """jes2.md 4.1: what comes out can go in again, its control characters too."""
    put(tmp_path, "1a", " b", recfm="FBA", lrecl=5)
    assert printed(tmp_path, "--binary").code == 0
    data = (tmp_path / "out" / f"{STEM}.bin").read_bytes()
    assert data == b"".join(struct.pack(">HH", 9, 0) + ebcdic(r) for r in ("1a   ", " b   "))


def test_a_big_data_set_is_printed_whole(tmp_path: Path) -> None:
    """Many reads of the spool, many blocks."""
    lines = [f"{number:<60}|" for number in range(50_000)]
    put(tmp_path, *lines)
    assert printed(tmp_path).code == 0
    assert files(tmp_path) == {f"{STEM}.txt": "".join(f"{line}\n" for line in lines)}


@pytest.mark.parametrize(
    ("attributes", "arguments", "code"),
    [
        pytest.param({}, (), 0, id="class-A"),
        pytest.param({"sysout_class": SysoutClass("B")}, (), 4, id="another-class"),
        pytest.param({"sysout_class": SysoutClass("B")}, ("--class", "ab"), 0, id="class-list"),
        pytest.param({"writer": WriterName("PRTA")}, (), 4, id="for-a-writer"),
        pytest.param({"writer": WriterName("PRTA")}, ("--writer", "prta"), 0, id="that-writer"),
        pytest.param(
            {"writer": WriterName("PRTA")}, ("--writer", "PRTA", "--class", "B"), 4, id="both"
        ),
        pytest.param({}, ("--writer", "PRTA"), 4, id="for-nobody"),
    ],
)
def test_what_is_selected(
    tmp_path: Path, attributes: dict[str, Any], arguments: tuple[str, ...], code: int
) -> None:
    """jes2.md 2.6."""
    put(tmp_path, "x", **attributes)
    assert printed(tmp_path, *arguments).code == code
    assert left(tmp_path) == (1 if code else 0)


def test_held_output_stays(tmp_path: Path) -> None:
    put(tmp_path, "x", disposition=Disposition.HOLD)
    assert printed(tmp_path).code == 4


def test_a_damaged_data_set_is_held_and_the_others_are_printed(tmp_path: Path) -> None:
    """It goes back with a system hold (jes2.md 1.5); exit code 1 says that something is left."""
    put(tmp_path, damaged=True)
    put(tmp_path, "good")
    said = printed(tmp_path)
    assert said.code == 1
    assert "JML322E PRTJOB JOB00001 1.1.1: SYSUT2 CANNOT BE PRINTED" in said.err
    assert set(files(tmp_path).values()) == {"good\n"}
    with spool(tmp_path) as store:
        (group,) = store.groups()
    assert "LRECL is 80" in (group.system_hold or "")
    assert printed(tmp_path).code == 4


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--class", "A?"), "SYSOUT class"),
        (("--class", "AA"), "each once"),
        (("--class", "ABCDEFGHI"), "1-8"),
        (("--class", ""), "no list of classes"),
        (("--writer", "STDWTR"), "writer name"),
    ],
)
def test_a_wrong_selection_is_a_usage_fault(
    tmp_path: Path, arguments: tuple[str, ...], text: str
) -> None:
    put(tmp_path, "x")
    said = printed(tmp_path, *arguments)
    assert said.code == 2
    assert text in said.err


def test_a_spool_is_needed_and_not_made(tmp_path: Path) -> None:
    assert jesmail("print", tmp_path / "out").code == 2
    said = printed(tmp_path)
    assert said.code == 3
    assert "JML016E" in said.err
    assert not (tmp_path / "spool").exists()


def test_a_spool_that_a_system_has_is_not_for_others(tmp_path: Path) -> None:
    put(tmp_path, "x")
    with spool(tmp_path):
        said = printed(tmp_path)
    assert said.code == 3
    assert "JML009E" in said.err


def test_a_folder_that_cannot_be_made_is_a_usage_fault(tmp_path: Path) -> None:
    put(tmp_path, "x")
    (tmp_path / "file").touch()
    said = jesmail("print", tmp_path / "file" / "out", "--spool", tmp_path / "spool")
    assert said.code == 2
    assert left(tmp_path) == 1


def test_a_crash_behind_the_file_prints_it_again_and_never_loses_it(tmp_path: Path) -> None:
    """The file is whole and named before the data set is disposed of."""
    put(tmp_path, "x")
    paper = Paper(folder=tmp_path / "out", page=PAGE)
    with spool(tmp_path) as store, Pso(store, PsoSelection(classes=(A,))) as pso:
        file = pso.next().file
        assert file is not None
        (path,) = print_copies(file, pso.read, paper)
        assert path.read_text() == "x\n"
    assert printed(tmp_path).code == 0
    assert files(tmp_path) == {f"{STEM}.txt": "x\n", f"{STEM}.2.txt": "x\n"}


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    """The limit on a file's size is the disk here."""
    put(tmp_path, *["x"] * 10_000)
    paper = Paper(folder=tmp_path / "out", page=PAGE)
    with spool(tmp_path) as store, Pso(store, PsoSelection(classes=(A,))) as pso:
        file = pso.next().file
        assert file is not None
        found = {n: pso.read(file, n) for n in (1, file.records + 1)}

        def read(_file: SpoolFile, record: int) -> list[Block]:
            return found[record]

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, before[1]))
        try:
            with pytest.raises(OSError, match="too large"):
                print_copies(file, read, paper)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files(tmp_path) == {}


def test_a_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    put(tmp_path, "x")
    printed(tmp_path)
    (tmp_path / "other").touch()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (
        tmp_path / "other", tmp_path / "out" / f"{STEM}.txt")}  # fmt: skip
    assert len(modes) == 1
