"""The spool files of a site: JCL, spool files, folders of them, spools."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.corpus import Candidate, Corpus, Unread, sources
from emulator.deposit import FileShape
from emulator.exits import UsageFault
from emulator.settings import Settings
from emulator.system import System
from jes.names import SysoutClass, WriterName
from jes.sysout import SysoutRequest
from jes.views import GroupFilter

MAIL = "HELO PLEX1\nMAIL FROM:<a@x.example>\nRCPT TO:<b@x.example>\nDATA\n\nHello\n.\n"
JCL = """//SENDER JOB 1,OPS
//SEND EXEC PGM=IEBGENER
//SYSPRINT DD SYSOUT=*
//SYSIN DD DUMMY
//SYSUT1 DD *
HELO PLEX1
//SYSUT2 DD SYSOUT=(B,SMTP)
"""


@pytest.fixture
def corpus() -> Iterator[Corpus]:
    """On a system of its own."""
    request = SysoutRequest(sysout_class=SysoutClass("B"), writer=WriterName("CSSMTP"))
    with System(Settings(), lambda: datetime(2024, 1, 31, tzinfo=UTC)) as system:
        yield Corpus(system, FileShape(), request, "IBMUSER")


def mail_files(corpus: Corpus, source: Path) -> list[tuple[str, str | None, str]]:
    """Job, writer and text of what has a writer."""
    return [
        (one.file.jobname, one.file.writer, text(corpus, one))
        for one in corpus.of(str(source))
        if isinstance(one, Candidate) and one.file.writer
    ]


def text(corpus: Corpus, one: Candidate) -> str:
    """All of a spool file."""
    record, data = 1, b""
    while blocks := one.blocks(record):
        data += b"".join(block.data for block in blocks)
        record = blocks[-1].next
    return "".join(c for c in corpus.system.page.decode(data) if c.isprintable())


def test_the_jobs_of_a_jcl_file_are_run(corpus: Corpus, tmp_path: Path) -> None:
    source = tmp_path / "job.jcl"
    source.write_text("//* a comment\n" + JCL)
    (found,) = mail_files(corpus, source)
    assert found[:2] == ("SENDER", "SMTP")
    assert found[2].rstrip() == "HELO PLEX1"


def test_a_file_is_a_spool_file_for_the_writer_asked_for(corpus: Corpus, tmp_path: Path) -> None:
    source = tmp_path / "pay.txt"
    source.write_text(MAIL)
    (found,) = mail_files(corpus, source)
    assert found[:2] == ("PAY", "CSSMTP")
    assert "MAIL FROM:<a@x.example>" in found[2]


def test_a_spool_is_read_as_it_is(corpus: Corpus, tmp_path: Path) -> None:
    spool, source = tmp_path / "spool", tmp_path / "pay.txt"
    source.write_text(MAIL)
    with System(Settings(spool=spool), corpus.system.clock) as other:
        kept = Corpus(other, corpus.shape, corpus.request, "IBMUSER")
        with closing(kept.of(str(source))) as candidates:  # what is looked at is there
            next(candidates)
            assert [found[0] for found in mail_files(corpus, spool)] == ["PAY"]


def test_what_was_looked_at_is_purged(corpus: Corpus, tmp_path: Path) -> None:
    source = tmp_path / "job.jcl"
    source.write_text(JCL)
    for _ in range(3):
        assert list(corpus.of(str(source)))
    store = corpus.system.jes.store
    assert store.all_files() == []
    assert store.groups(GroupFilter()) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            JCL.replace("DD *", "DD DSN=NOT.THERE").encode(),
            "SENDER JOB00001 did not run to its end",
        ),
        (JCL.encode() + b"\xff", "not UTF-8 text"),
        (b"\xff\xfe\x00\x01", "--recfm names the record format"),
    ],
)
def test_what_cannot_be_read_says_why(
    corpus: Corpus, tmp_path: Path, data: bytes, reason: str
) -> None:
    source = tmp_path / "x"
    source.write_bytes(data)
    (said,) = [one for one in corpus.of(str(source)) if isinstance(one, Unread)]
    assert said.source == str(source)
    assert reason in said.reason


def test_a_folder_means_its_files_at_any_depth(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c", "a", "b/z", "b/.hidden"):
        (tmp_path / name).write_text("x")
    names = [str(Path(one).relative_to(tmp_path)) for one in sources([str(tmp_path)] * 2)]
    assert names == ["a", "c", "b/z"]


def test_what_is_not_there_is_a_usage_fault(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="no such file or folder"):
        sources([str(tmp_path / "no")])
