"""`jesmail mail`: files as they leave z/OS become mail (blueprint §6, spool-mail.md 7, 8.3)."""

import asyncio
import os
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.collect import Collector
from emulator.deposit import FileShape, Framed, SpoolFileInput, frame, job_for
from emulator.exits import Exit, UsageFault
from emulator.run import RunOptions, run
from emulator.settings import Settings
from emulator.system import System
from emulator.wiring import instances_of
from jes.codepages import CodePage, page
from jes.names import SysoutClass, WriterName
from jes.records import Recfm
from jes.sysout import SysoutRequest
from tests.emulator.command import jesmail
from tests.spool_files import (
    LINES,
    PAGES,
    SUBJECT,
    TEXT,
    NetdataFile,
    bdw,
    fixed,
    mail_records,
    netdata,
    rdw,
    sdw,
    segments,
)

IBM_1047 = page("IBM-1047")
REQUEST = SysoutRequest(sysout_class=SysoutClass("B"), writer=WriterName("CSSMTP"))
MAIL = "\r\n".join((f"Subject: {SUBJECT}", "", *TEXT, ""))  # as it leaves in ISO8859-1
CONFIG = "Translate {page}\nTargetServer\n{{\n  TargetIp 192.0.2.25\n}}\n"
GUESSED = FileShape()


def shape(recfm: str, *, lrecl: int | None = None, blksize: int | None = None) -> FileShape:
    return FileShape(recfm=Recfm(recfm), lrecl=lrecl, blksize=blksize)


def every_format(codepage: CodePage) -> Iterator[tuple[str, bytes, FileShape]]:
    """A file of each format with the same mail in it, and how it is named on the command line."""
    plain, asa, machine = (mail_records(codepage, control) for control in ("", "A", "M"))
    spanned = [record or b"\x40" for record in plain]
    yield "F", fixed(plain, 80), shape("F", lrecl=80)
    yield "FB", fixed(plain, 133), shape("FB", lrecl=133)
    yield "FBS", fixed(plain, 80), shape("FBS", lrecl=80)
    yield "FBA", fixed(asa, 133), shape("FBA", lrecl=133)
    yield "FBM", fixed(machine, 81), shape("FBM", lrecl=81)
    yield "V", rdw(plain), shape("V")
    yield "VB", bdw(plain, 120), shape("VB", lrecl=255)
    yield "VBX", bdw(plain, 120, extended=True), shape("VB")
    yield "VA", rdw(asa), shape("VA")
    yield "VBA", bdw(asa), shape("VBA", lrecl=137)
    yield "VBM", bdw(machine), shape("VBM")
    yield "VS", b"".join(segments(spanned, 5)), shape("VS")
    yield "VBS", sdw(spanned, 7, 32), shape("VBS")
    yield "VBSA", sdw(asa, 9), shape("VBSA")
    yield "U", fixed(plain, 80), shape("U", blksize=80)
    yield "XMIFB", netdata(NetdataFile(records=[r.ljust(80, b"\x40") for r in plain])), GUESSED
    yield "XMIV", netdata(NetdataFile(records=plain, recfm=0x5002, lrecl=255)), GUESSED
    yield "XMIVBA", netdata(NetdataFile(records=asa, recfm=0x5402, lrecl=137)), GUESSED
    yield "TEXT", "\n".join(LINES).encode(), GUESSED
    yield "FBGUESS", fixed(plain, 80), GUESSED
    yield "VGUESS", rdw(plain), GUESSED
    yield "VBGUESS", bdw(plain), GUESSED


@pytest.mark.parametrize("name", PAGES)
def test_every_format_in_every_page_is_the_same_mail(name: str, tmp_path: Path) -> None:
    config = tmp_path / "cssmtp.conf"
    config.write_text(CONFIG.format(page=name))
    settings = Settings(codepage=name)
    work = []
    for label, data, known in every_format(page(name)):
        path = tmp_path / f"{label}.bin"
        path.write_bytes(data)
        framed = frame(path, known, page(name))
        work.append(SpoolFileInput(framed, job_for(path, None, "USER"), REQUEST))
    saved = tmp_path / "mail"
    with System(settings, lambda: datetime(2024, 1, 31, tzinfo=UTC)) as system:
        options = RunOptions(save_dir=saved)
        outcome = asyncio.run(run(system, instances_of(settings, config), work, options))
    report = outcome.report
    assert outcome.code is Exit.OK
    names = [job.jobname for job in report.jobs]
    assert names == [label for label, _, _ in every_format(page(name))]
    arrived = [(saved / str(mail.eml)).read_bytes().decode("latin-1") for mail in report.mails]
    assert [text[-len(MAIL) :] for text in arrived] == [MAIL] * len(names)


@pytest.mark.parametrize(
    ("label", "options", "said"),
    [
        pytest.param("FBA", ["--recfm", "fba", "--lrecl", "133"], "", id="FBA"),
        pytest.param("VBA", ["--recfm", "VBA"], "RDW, in blocks with BDW, as the first", id="VBA"),
        pytest.param("VBA", ["--recfm", "VBA", "--bdw"], "in blocks with BDW\n", id="told-bdw"),
        pytest.param("V", ["--recfm", "V"], "records with RDW, without BDW\n", id="V"),
        pytest.param("VBS", ["--recfm", "VBS"], "segments with SDW, in blocks", id="VBS"),
        pytest.param("U", ["--recfm", "U", "--blksize", "80"], "", id="U"),
        pytest.param(
            "XMIV", [], "NETDATA (TSO TRANSMIT) from PAYUSER at NODE1: data set PAY.MAIL.TEXT,"
            " RECFM=VB LRECL=255\n", id="NETDATA",
        ),
        pytest.param("TEXT", [], "UTF-8 text, one record a line\n", id="text"),
        pytest.param("FBGUESS", [], "EBCDIC records: RECFM=FB LRECL=80; --recfm says", id="FB80"),
        pytest.param("VGUESS", [], "RECFM=V LRECL=43, RDW without BDW; --recfm says", id="RDW"),
        pytest.param("VBGUESS", [], "RECFM=VB LRECL=43, RDW and BDW; --recfm says", id="BDW"),
    ],
)  # fmt: skip
def test_what_a_file_was_taken_for_is_said(
    label: str, options: list[str], said: str, tmp_path: Path
) -> None:
    config = tmp_path / "cssmtp.conf"
    config.write_text(CONFIG.format(page="IBM-1047"))
    data = next(data for one, data, _ in every_format(IBM_1047) if one == label)
    (tmp_path / f"{label}.bin").write_bytes(data)
    saved = tmp_path / "mail"
    answer = jesmail(
        "mail", tmp_path / f"{label}.bin", *options, "--json", "--save-mail", saved,
        "--cssmtp-config", config,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert said in answer.err
    assert answer.err.count("\n") == (1 if said else 0)
    assert (saved / "0001.eml").read_bytes().decode("latin-1").endswith(MAIL)
    (spooled,) = answer.json["spool_files"]
    assert (spooled["records"], spooled["stepname"], spooled["ddname"]) == (12, "MAIL", "MAIL")
    assert answer.json["jobs"][0]["owner"] == ("PAYUSER" if label == "XMIV" else "IBMUSER")


def test_a_german_print_file_goes_through_translate_273(tmp_path: Path) -> None:
    config = tmp_path / "cssmtp.conf"
    config.write_text(CONFIG.format(page="IBM-273"))
    file = tmp_path / "print.bin"
    file.write_bytes(fixed(mail_records(page("IBM-273"), "A"), 133))
    answer = jesmail(
        "mail", file, "--recfm", "FBA", "--lrecl", "133", "--cssmtp-config", config,
        "--save-mail", tmp_path / "mail", "--owner", "PAY", "--jobname", "PAYJOB", "--json",
    )  # fmt: skip
    assert answer.code == 0
    assert (tmp_path / "mail/0001.eml").read_bytes().decode("latin-1").endswith(MAIL)
    (job,) = answer.json["jobs"]
    assert (job["owner"], job["jobname"]) == ("PAY", "PAYJOB")


GOOD = rdw(mail_records(IBM_1047))
END = len(GOOD)
XMI = netdata(NetdataFile(records=mail_records(IBM_1047), recfm=0x5002, lrecl=255))


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        pytest.param(GOOD[:-1], "--recfm V", f"offset {END - 8}: the record of 8", id="cut-off"),
        pytest.param(GOOD + b"AB", "--recfm V", f"offset {END}: the record desc", id="rest"),
        pytest.param(bytes(81), "--recfm FB --lrecl 80", "offset 80: 1 bytes left", id="F-rest"),
        pytest.param(bytes(80), "--recfm FB", "RECFM FB needs --lrecl", id="F-without-LRECL"),
        pytest.param(bytes(80), "--recfm U", "RECFM U needs --blksize", id="U-without-BLKSIZE"),
        pytest.param(bytes(80), "--recfm FB --lrecl 0", "JML001E", id="LRECL-0"),
        pytest.param(bytes(80), "--recfm FX --lrecl 80", "'FX' is not a record format", id="RECFM"),
        pytest.param(GOOD, "--recfm V --lrecl 20", "word says 25, LRECL is 20", id="over-LRECL"),
        pytest.param(GOOD, "--recfm V --bdw", "offset 4: the record descriptor", id="no-BDWs"),
        pytest.param(
            bdw(mail_records(IBM_1047))[:-1], "--recfm VB", "offset 0: the block is cut off:",
            id="BDW-cut-off",
        ),
        pytest.param(
            bdw([b"AB"]) + b"\0\x0a\0\0\0\7\0\0AB", "--recfm VB",
            "offset 14: the record of 7 bytes is cut off (the first words look like a BDW; --no",
            id="after-a-guess",
        ),
        pytest.param(segments([b"ABC"], 2)[1], "--recfm VS", "offset 0: a last segment", id="VS"),
        pytest.param(XMI[:200], "", "bad.bin: offset ", id="NETDATA-cut-off"),
        pytest.param(
            netdata(NetdataFile(records=[], utilities=("INMCOPY", "IEBCOPY"))), "",
            "not a sequential data set: a partitioned data set", id="NETDATA-of-a-PDS",
        ),
        pytest.param(b"A\nB\xff\n", "", "line 2: it is not UTF-8; --recfm names", id="not-UTF-8"),
        pytest.param("A\n→\n".encode(), "", "line 2: character '→' is not in code", id="lacking"),
        pytest.param(b"A" * 40_000, "", "line 1: 40000 characters, the most is 32756", id="wide"),
        pytest.param(
            fixed(mail_records(IBM_1047), 100) * 4, "", "it looks like EBCDIC: name the record",
            id="FB100-is-not-taken-for-FB80",
        ),
        pytest.param(GOOD, "--lrecl 80", "go with --recfm", id="LRECL-alone"),
        pytest.param(GOOD, "--bdw", "go with --recfm", id="BDW-alone"),
        pytest.param(bytes(80), "--recfm FB --lrecl 80 --bdw", "for V formats", id="BDW-of-FB"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_frame_ends_with_2_and_nothing_is_spooled(
    data: bytes, options: str, reason: str, tmp_path: Path
) -> None:
    """Blueprint §6: refused with the offset; every file is looked at before one is spooled."""
    (tmp_path / "system.yaml").write_text("spool: spool\n")
    (tmp_path / "good.bin").write_bytes(b"")
    (tmp_path / "bad.bin").write_bytes(data)
    answer = jesmail(
        "mail", tmp_path / "good.bin", tmp_path / "bad.bin", *options.split(),
        "--system", tmp_path / "system.yaml",
    )  # fmt: skip
    assert answer.code == 2
    assert answer.out == ""
    assert reason in answer.err
    assert not (tmp_path / "spool").exists()


def test_no_bdw_takes_each_block_for_a_record(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(bdw([b"AB", b"CD"]))
    options = ("--recfm", "VB", "--writer", "NOBODY", "--json")
    assert jesmail("mail", file, *options).json["spool_files"][0]["records"] == 2
    assert jesmail("mail", file, *options, "--no-bdw").json["spool_files"][0]["records"] == 1


def test_an_empty_file_is_a_spool_file_without_records(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    answer = jesmail("mail", tmp_path / "a.txt", "--json")
    assert answer.code == 0
    assert answer.json["spool_files"][0]["records"] == 0


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """A shell's `<(command)`."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(GOOD,))
    writer.start()
    framed = frame(pipe, shape("V"), IBM_1047)
    writer.join()
    assert sum(block.count for block in framed.read()) == 12
    assert sum(block.count for block in framed.read()) == 12


def test_what_is_neither_file_nor_pipe_is_refused() -> None:
    with pytest.raises(UsageFault, match="/dev/zero is no file"):
        frame(Path("/dev/zero"), GUESSED, IBM_1047)


@pytest.mark.parametrize(
    "after", [pytest.param(GOOD + GOOD, id="longer"), pytest.param(GOOD[:-1] + b"X" * 9, id="bad")]
)
def test_a_file_that_changes_while_it_is_read_leaves_nothing_on_the_spool(
    after: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(GOOD)
    framed = frame(path, shape("V"), IBM_1047)
    path.write_bytes(after)
    with System(Settings(), lambda: datetime(2024, 1, 31, tzinfo=UTC)) as system:
        work = SpoolFileInput(framed, job_for(path, None, "USER"), REQUEST)
        with pytest.raises(UsageFault, match="was changed while it was read"):
            work.submit(system, Collector())
        system.jes.housekeeping()
        assert not system.jes.store.all_files()
        assert not system.jes.store.jobs()


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(800 * 80_000)

    def read(framed: Framed) -> int:
        return sum(block.count for block in framed.read())

    tracemalloc.start()
    try:
        assert read(frame(path, shape("FB", lrecl=80), IBM_1047)) == 800_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "jobname"),
    [("pay.bin", "PAY"), ("2024-report.txt", "REPORT"), ("ÄÖ.txt", "MAIL"), ("x" * 12, "X" * 8)],
)
def test_a_file_s_name_makes_the_job_name(name: str, jobname: str) -> None:
    assert job_for(Path(name), None, "user").jobname == jobname
