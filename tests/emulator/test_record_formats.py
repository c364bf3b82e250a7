"""Every record format through a job: data set, SYSOUT, and the file's bytes (jes2.md 4.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from construct import (
    Bytes,
    Const,
    Enum,
    GreedyBytes,
    GreedyRange,
    Int8ub,
    Int16ub,
    Prefixed,
    Struct,
    Terminated,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.datasets import DatasetFile, DatasetFiles
from jes.job import DD, Dataset, Dcb, Step, Sysout
from jes.programs.registry import standard_programs
from jes.programs.step import StepContext
from jes.records import Recfm, split
from jes.running import RunSystem
from jes.store.sqlite import open_spool
from jes.subsystem import Ended, Jes
from jes.sysout import default_outclasses
from tests.jes.job_builders import IBM_1047, NOON, copy_step, dataset, dd, job, sysout

KINDS = ("F", "FB", "FS", "FBS", "V", "VB", "VS", "VBS", "U")
FORMS = [Recfm(kind + control) for kind in KINDS for control in ("", "A", "M")]
LONG = 32_756  # the longest record of variable length that the spool takes
MANY = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])

# jes2.md 4.1 as declarations
RDWS = Struct(
    "all"
    / GreedyRange(
        Prefixed(Int16ub, Struct(Const(b"\0\0"), "data" / GreedyBytes), includelength=True)
    ),
    Terminated,
)
SDWS = Struct(
    "all"
    / GreedyRange(
        Prefixed(
            Int16ub,
            Struct(
                "code" / Enum(Int8ub, whole=0, first=1, last=2, middle=3),
                Const(b"\0"),
                "data" / GreedyBytes,
            ),
            includelength=True,
        )
    ),
    Terminated,
)


def parsed(data: bytes, recfm: Recfm, lrecl: int) -> list[bytes]:
    """What construct finds in a file of that format."""
    if recfm.fixed:
        return list(Struct("all" / GreedyRange(Bytes(lrecl)), Terminated).parse(data).all)
    if not recfm.spanned:
        return [record.data for record in RDWS.parse(data).all]
    records: list[bytes] = []
    for segment in SDWS.parse(data).all:
        assert 5 <= len(segment.data) + 4 <= 32_756
        begins = str(segment.code) in ("whole", "first")
        records.append(segment.data if begins else records.pop() + segment.data)
    return records


@dataclass
class Site:
    """A JES with a store and data sets in `folder`; its program WRITES writes `data` to OUT."""

    folder: Path
    jes: Jes
    data: Sequence[bytes] = ()

    def writes(self, step: StepContext) -> int:
        dcb = step.dcb("OUT")
        assert dcb.recfm is not None
        assert dcb.lrecl is not None
        step.open_output("OUT", dcb.recfm, dcb.lrecl).write(self.data)
        return 0

    def spooled(self, ended: Ended, ddname: str) -> tuple[Recfm, list[bytes]]:
        """The format and the records of the DD's data set on the spool."""
        (file,) = (file for file in ended.files if file.ddname == ddname)
        blocks = self.jes.store.read(file.key, 1, 1 << 30)
        read = [r for b in blocks for r in split(b.data, file.recfm, file.lrecl)]
        assert len(read) == file.records
        return file.recfm, read


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with_files = {
        f"D.{recfm}": DatasetFile(
            path=tmp_path / str(recfm), codepage=IBM_1047, recfm=recfm, lrecl=lrecl_of(recfm),
            text=False, rdw=not recfm.fixed,
        )
        for recfm in FORMS
    }  # fmt: skip
    for recfm in FORMS:
        (tmp_path / str(recfm)).touch()
    programs = standard_programs()
    files = DatasetFiles(with_files, IBM_1047)
    system = RunSystem(
        now=lambda: NOON, sysname="SYS1", node="N1", page=IBM_1047, programs=programs,
        datasets=files, outclasses=default_outclasses(),
    )  # fmt: skip
    store = open_spool(tmp_path / "spool", durable=False)
    found = Site(tmp_path, Jes(store, system))
    programs["WRITES"] = found.writes
    yield found
    store.close()
    files.close()


def lrecl_of(recfm: Recfm) -> int:
    return 90 if recfm.fixed else 32_760


def records_of(recfm: Recfm) -> st.SearchStrategy[list[bytes]]:
    """Records of any bytes; some long, where they may be; none empty in segments."""
    least = 1 if recfm.spanned else 0
    some = st.lists(st.binary(min_size=least, max_size=90), max_size=30)
    if recfm.fixed:
        return some
    longer = st.sampled_from([255, 256, 8_000, LONG - 5, LONG - 4, LONG - 3, LONG])
    many = st.lists(longer.map(lambda size: bytes([size % 251]) * size), max_size=3)
    return st.tuples(some, many, some).map(lambda three: [*three[0], *three[1], *three[2]])


def padded(data: Sequence[bytes], recfm: Recfm) -> list[bytes]:
    return [r.ljust(90, b"\x40") for r in data] if recfm.fixed else list(data)


def kept(data: Sequence[bytes], recfm: Recfm) -> list[bytes]:
    """As the spool keeps them: without trailing blanks, but a control character stays, and what is
    as long as all others (jes2.md 4.3, BLNKTRNC=YES)."""
    if recfm.fixed:
        return padded(data, recfm)
    first = 0 if recfm.control is None else 1
    return [r[:first] + r[first:].rstrip(b"\x40") for r in data]


def written(out: DD, then: Dataset | None = None, ut2: Sysout | None = None) -> Sequence[Step]:
    first = Step(stepname="S1", program="WRITES", dds=(out,))
    return (first, copy_step("S2", ut1=then, ut2=ut2)) if then else (first,)


@MANY
@given(data=st.data())
@pytest.mark.parametrize("recfm", FORMS, ids=str)
def test_records_come_back_from_a_data_set_and_from_the_spool(
    site: Site, recfm: Recfm, data: st.DataObject
) -> None:
    """A program writes a file, IEBGENER copies it to SYSOUT; A and M stay in the first byte."""
    site.data = data.draw(records_of(recfm))
    name = f"D.{recfm}"
    out = dd("OUT", dataset(name, "OLD,KEEP,KEEP"))
    ended = site.jes.run(job(*written(out, dataset(name), sysout())))
    assert ended.result.retcode == "CC 0000"
    want = padded(site.data, recfm)
    assert site.spooled(ended, "SYSUT2") == (recfm, kept(site.data, recfm))
    file = (site.folder / str(recfm)).read_bytes()
    assert parsed(file, recfm, lrecl_of(recfm)) == want


@MANY
@given(data=st.data())
@pytest.mark.parametrize("recfm", FORMS, ids=str)
def test_records_come_back_from_a_temporary_data_set(
    site: Site, recfm: Recfm, data: st.DataObject
) -> None:
    site.data = data.draw(records_of(recfm))
    name = "SYS00000.T000000.RA000.MAILJOB.T.H01"
    dcb = Dcb(recfm=recfm, lrecl=lrecl_of(recfm))
    out = dd("OUT", dataset(name, "NEW,PASS,DELETE"), dcb=dcb)
    ended = site.jes.run(job(*written(out, dataset(name, "OLD,DELETE,DELETE"), sysout())))
    assert ended.result.retcode == "CC 0000"
    assert site.spooled(ended, "SYSUT2") == (recfm, kept(site.data, recfm))


@pytest.mark.parametrize("recfm", FORMS, ids=str)
def test_mod_puts_records_behind_those_that_are_there(site: Site, recfm: Recfm) -> None:
    site.data = [b"\xc1" * 90, b"\xc2"]
    out = dd("OUT", dataset(f"D.{recfm}", "MOD,KEEP,KEEP"))
    ended = site.jes.run(job(*written(out), *written(out), copy_step(ut1=dataset(f"D.{recfm}"))))
    assert ended.result.retcode == "CC 0000"
    assert site.spooled(ended, "SYSUT2") == (recfm, padded([*site.data, *site.data], recfm))


@pytest.mark.parametrize(
    ("dcb", "size", "retcode"),
    [
        pytest.param(Dcb(recfm=Recfm("U"), blksize=200), 200, "CC 0000", id="as-long-as-BLKSIZE"),
        pytest.param(Dcb(recfm=Recfm("U"), blksize=200), 201, "ABEND S002", id="longer"),
        pytest.param(
            Dcb(recfm=Recfm("U"), lrecl=80, blksize=200), 200, "CC 0000", id="LRECL-is-for-others"
        ),
        pytest.param(Dcb(recfm=Recfm("VBS"), lrecl=84), 81, "ABEND S002", id="VBS-over-LRECL"),
    ],
)
def test_a_u_record_is_as_long_as_a_block(site: Site, dcb: Dcb, size: int, retcode: str) -> None:
    """jes2.md 4.1: of U the whole block is the record."""
    site.data = [b"\xc1" * size]
    ended = site.jes.run(job(*written(dd("OUT", sysout(), dcb=dcb))))
    assert ended.result.retcode == retcode


@pytest.mark.parametrize(
    ("recfm", "data", "reason"),
    [
        pytest.param("VBS", [b"A", b""], "record 2: a VBS record without data", id="no-segment"),
        pytest.param("U", [b"AB", b"A", b"AB"], "record 3: only the last record", id="short"),
        pytest.param("U", [b"AB", b""], "record 2: only the last record", id="empty"),
    ],
)
def test_what_would_not_come_back_is_an_abend_and_changes_nothing(
    site: Site, recfm: str, data: list[bytes], reason: str
) -> None:
    """A file of U records without RDWs has blocks of LRECL bytes."""
    form = Recfm(recfm)
    file = site.folder / "file"
    entry = DatasetFile(
        path=file, codepage=IBM_1047, recfm=form, lrecl=2 if form.undefined else 84, text=False,
        rdw=not form.undefined,
    )  # fmt: skip
    files = DatasetFiles({"A.B": entry}, IBM_1047)
    site.jes.system = RunSystem(
        now=lambda: NOON, sysname="SYS1", node="N1", page=IBM_1047, datasets=files,
        programs={"WRITES": site.writes}, outclasses=default_outclasses(),
    )  # fmt: skip
    file.write_bytes(good := b"AB" if form.undefined else b"\0\5\0\0A")
    site.data = data
    ended = site.jes.run(job(*written(dd("OUT", dataset("A.B", "OLD,KEEP,KEEP")))))
    assert ended.result.retcode == "ABEND S001"
    assert reason in ended.result.faults[0].text
    assert file.read_bytes() == good
    assert not [path.name for path in site.folder.iterdir() if path.name[0] == "."]
