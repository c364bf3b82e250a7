"""SEGMENT=: pieces of a SYSOUT data set, spun while it is written (jes2.md 1.2, 1.4)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes.programs.step import Abend, StepContext
from jes.records import VBA, Recfm
from jes.segments import Pages
from jes.sysout import SpoolFile
from tests.jes.sysout_jobs import PROGRAMS, Site, a_site, named

VBM = Recfm("VBM")
SEEN: list[int] = []


def pages(step: StepContext, recfm: Recfm = VBA) -> int:
    """As many pages of two lines as PARM says, one write a line."""
    output = step.open_output("OUT", recfm, 133)
    for page in range(1, int(step.parm) + 1):
        output.write([step.page.encode(f"1PAGE {page}"), step.page.encode(" TEXT")])
    output.close()
    return 0


def pages_and_abend(step: StepContext) -> int:
    pages(step)
    raise Abend("U0001")


def pages_left_open(step: StepContext) -> int:
    step.open_output("OUT", VBA, 133).write([step.page.encode("1PAGE 1"), b"\xf1", b"\xf1"])
    return 0


def fixed_pages(step: StepContext) -> int:
    return pages(step, Recfm("FBA"))


def no_control(step: StepContext) -> int:
    return pages(step, Recfm("VB"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    programs = {
        **PROGRAMS, "PAGES": pages, "ABENDS": pages_and_abend, "OPEN": pages_left_open,
        "FIXED": fixed_pages, "NOCC": no_control,
    }  # fmt: skip
    with a_site(tmp_path, programs) as found:
        yield found


def pieces(site: Site, dd: str, program: str = "PAGES,PARM=5") -> tuple[list[SpoolFile], list[str]]:
    """The data sets of DD OUT, and the first line of each."""
    ended = site.run("//J JOB MSGCLASS=A", f"//S EXEC PGM={program}", f"//OUT DD {dd}")
    files = named(ended, "OUT")
    return files, [site.lines(file)[0] for file in files]


@pytest.mark.parametrize("program", ["PAGES,PARM=5", "FIXED,PARM=5"])
@pytest.mark.parametrize(
    "dd",
    [
        pytest.param("SYSOUT=C,SEGMENT=2", id="SEGMENT"),
        pytest.param("SYSOUT=C,SEGMENT=2,SPIN=NO", id="overrides-SPIN"),
        pytest.param("SYSOUT=C,SEGMENT=2,FREE=CLOSE", id="with-FREE=CLOSE"),
    ],
)
def test_every_n_pages_are_a_data_set_and_a_group_of_their_own(
    site: Site, dd: str, program: str
) -> None:
    files, first = pieces(site, dd, program)
    assert first == ["1PAGE 1", "1PAGE 3", "1PAGE 5"]
    assert [file.records for file in files] == [4, 4, 2]
    assert [file.dsid for file in files] == [101, 102, 103]
    assert [file.outgrp for file in files] == ["1.1.1", "2.1.1", "3.1.1"]


def test_pieces_of_a_data_set_for_two_output_statements(site: Site) -> None:
    ended = site.run(
        "//J JOB MSGCLASS=A", "//A OUTPUT DEST=BOB,GROUPID=G", "//B OUTPUT WRITER=W",
        "//S EXEC PGM=PAGES,PARM=3", "//OUT DD SYSOUT=C,SEGMENT=2,OUTPUT=(*.A,*.B)",
    )  # fmt: skip
    found = [(f.dsid, f.dest, f.writer, f.records) for f in named(ended, "OUT")]
    assert found == [
        (101, "BOB", None, 4), (102, "LOCAL", "W", 4), (103, "BOB", None, 2),
        (104, "LOCAL", "W", 2),
    ]  # fmt: skip
    (log,) = named(ended, "JESYSMSG")
    assert sum("IEF285I" in line for line in site.lines(log)) == 4


def test_a_full_piece_can_be_selected_while_the_step_runs(tmp_path: Path) -> None:
    def looks(step: StepContext) -> int:
        output = step.open_output("OUT", VBA, 133)
        output.write([b"\xf1"] * 3)
        output.close()
        SEEN[:] = [len(place.groups())]
        return 0

    with a_site(tmp_path, {"LOOKS": looks}) as place:
        place.run("//J JOB MSGCLASS=A", "//S EXEC PGM=LOOKS", "//OUT DD SYSOUT=C,SEGMENT=1")
        assert SEEN == [2]
        assert len(place.groups()) == 3


def test_an_abend_leaves_what_was_spun_and_the_rest(site: Site) -> None:
    _, first = pieces(site, "SYSOUT=C,SEGMENT=2", "ABENDS,PARM=3")
    assert first == ["1PAGE 1", "1PAGE 3"]


def test_the_last_piece_waits_for_the_end_of_the_job_when_nobody_closed_it(site: Site) -> None:
    """jes2.md 1.4: what the end of the step closes is not spun; SEGMENT has no say in that."""
    files, _ = pieces(site, "SYSOUT=C,SEGMENT=2", "OPEN")
    assert [file.records for file in files] == [2, 1]


@pytest.mark.parametrize(
    ("dd", "program", "says"),
    [
        pytest.param(
            "SYSOUT=C,SEGMENT=2", "NOCC,PARM=5", "VB HAS NO CONTROL CHARACTER", id="RECFM"
        ),
        pytest.param("SYSOUT=C,SEGMENT=2,OUTPUT=*.O", "PAGES,PARM=5", "PAGE MODE", id="PRMODE"),
    ],
)
def test_only_line_mode_with_control_characters_is_cut(
    site: Site, dd: str, program: str, says: str
) -> None:
    ended = site.run(
        "//J JOB MSGCLASS=A", "//O OUTPUT PRMODE=PAGE", f"//S EXEC PGM={program}", f"//OUT DD {dd}"
    )
    assert len(named(ended, "OUT")) == 1
    assert any(f"JML219W DD OUT: SEGMENT= HAS NO EFFECT: IT IS IN {says}" in line
               or f"SEGMENT= HAS NO EFFECT: {says}" in line for line in site.console)  # fmt: skip


def test_outlim_counts_all_pieces(site: Site) -> None:
    files, _ = pieces(site, "SYSOUT=C,SEGMENT=1,OUTLIM=5")
    assert [file.records for file in files] == [2, 2, 1]


@pytest.mark.parametrize(
    ("recfm", "records", "cut"),
    [
        pytest.param(VBA, [b"\xf1", b"\x40", b"\xf1", b"\xf1"], [2, 1, 1], id="ASA"),
        pytest.param(VBA, [b"\x40", b"\xf1"], [1, 1], id="ASA-text-before-the-first-skip"),
        pytest.param(VBA, [b"", b"\x4b", b"\xf1"], [2, 1], id="ASA-empty-and-unknown"),
        pytest.param(VBM, [b"\x8b", b"\x09A", b"\x89B", b"\x09C"], [3, 1], id="machine"),
        pytest.param(VBM, [b"\x09A", b"\x8b", b"\x8b", b"\x8b", b"\x09B"], [2, 3],
                     id="machine-empty-pages-do-not-count"),
        pytest.param(VBM, [b"\x89A", b"\x89B"], [1, 1], id="machine-ends-with-a-page"),
    ],
)  # fmt: skip
def test_a_page_begins_with_a_skip_to_channel_1(
    recfm: Recfm, records: list[bytes], cut: list[int]
) -> None:
    """ASA skips before the line is printed, machine codes after it (jes2.md 4.2)."""
    assert [len(piece) for piece, _ in Pages(recfm, 1).cut(records)] == cut


@given(
    st.sampled_from([VBA, VBM]), st.integers(1, 4),
    st.lists(st.lists(st.binary(max_size=2) | st.sampled_from([b"\xf1", b"\x89", b"\x8b"]))),
)  # fmt: skip
def test_however_records_come_nothing_is_lost_and_the_cuts_are_the_same(
    recfm: Recfm, most: int, chunks: list[list[bytes]]
) -> None:
    whole = [record for chunk in chunks for record in chunk]

    def segments(parts: list[list[bytes]]) -> list[list[bytes]]:
        counted = Pages(recfm, most)
        found: list[list[bytes]] = [[]]
        for part in parts:
            for piece, full in counted.cut(part):
                found[-1] += piece
                if full:
                    found.append([])
        return [piece for piece in found if piece]

    assert segments(chunks) == segments([whole])
    assert [record for piece in segments(chunks) for record in piece] == whole
