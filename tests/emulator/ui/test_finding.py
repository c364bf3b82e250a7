"""FIND: what it finds in a record, and how a search goes through data sets."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.panels.browsing import Browse, Look, Spot
from emulator.panels.characters import characters
from emulator.panels.finding import Around, Needle
from emulator.panels.searching import Search, Way
from jes.records import BLOCK_MAX
from tests.emulator.ui.browsed import PAGE, Spool, dataset, ebcdic, run
from tests.emulator.ui.test_browsing import Endless, spooled
from tests.strategies import File, files

LATIN = characters("IBM-1047")


def spans(needle: Needle, text: str, skip: int = 0) -> list[tuple[int, int]]:
    return list(needle.finder(LATIN).spans(PAGE.encode(text), skip))


@pytest.mark.parametrize(
    ("around", "text", "found"),
    [
        (Around.CHARS, "DO DONT ADO ADOPT (do)", [0, 3, 9, 13, 19]),
        (Around.PREFIX, "DO DONT ADO ADOPT (do)", [3]),
        (Around.SUFFIX, "DO DONT ADO ADOPT (do)", [9]),
        (Around.WORD, "DO DONT ADO ADOPT (do)", [0, 19]),
    ],
)
def test_what_is_around_it_counts(around: Around, text: str, found: list[int]) -> None:
    """As ISPF has it (spool-ui.md 1.5)."""
    assert [at for at, _ in spans(Needle("do", around=around), text)] == found


def test_case_counts_only_when_it_is_said() -> None:
    assert spans(Needle("ünï"), "ÜNÏ ünï") == [(0, 3), (4, 7)]
    assert spans(Needle("ünï", exact=True), "ÜNÏ ünï") == [(4, 7)]
    assert spans(Needle("ß"), "ß SS") == [(0, 1)]
    assert spans(Needle("日"), "no such character") == []
    assert spans(Needle(""), "nothing") == []


def test_bytes_are_found_as_they_are() -> None:
    finder = Needle(data=b"\xc1\x00").finder(LATIN)
    assert list(finder.spans(b"\x81\x00\xc1\x00\xc1\x00")) == [(2, 4), (4, 6)]
    finder = Needle(data=b"\x45\x66").finder(characters("IBM-939"))
    assert list(finder.spans(b"\x0e\x45\x66\x0f")) == [(1, 3)]


@pytest.mark.parametrize(
    ("columns", "skip", "found"),
    [((1, 3), 0, [0]), ((1, 2), 0, []), ((2, 9), 0, [4]), ((2, 9), 1, [0, 4]), ((6, 8), 1, [4])],
)
def test_columns_count_with_carriage_control(
    columns: tuple[int, int], skip: int, found: list[int]
) -> None:
    assert [at for at, _ in spans(Needle("abc", columns=columns), "abc abc", skip)] == found


@given(st.text("aAbB. ", min_size=1, max_size=3), st.text("aAbB. ", max_size=40))
def test_the_quick_search_finds_what_a_slow_one_does(needle: str, text: str) -> None:
    slow = [m.span() for m in re.finditer(re.escape(needle), text, re.IGNORECASE)]
    assert spans(Needle(needle), text) == slow


# --- through data sets ---------------------------------------------------------------------------


def two() -> tuple[Spool, Browse]:
    spool = Spool()
    first = spool.add(ebcdic("one x", "two", "x three x"), at_once=1)
    return spool, Browse([first, spool.add([]), spool.add(ebcdic("four", "five x"))])


PLACES = [Spot(0, 1, 4), Spot(0, 3, 0), Spot(0, 3, 8), Spot(2, 2, 5)]


def test_next_and_prev_find_every_place_once() -> None:
    spool, browse = two()
    at, found = Spot(0, 1), []
    while (hit := run(Search(browse, Look(), Needle("X"), Way.NEXT, at), spool).hit) is not None:
        found.append(hit)
        at = Spot(hit.dataset, hit.record, hit.column + 1)
    assert found == PLACES
    start, found = None, []
    while (hit := run(Search(browse, Look(), Needle("X"), Way.PREV, start), spool).hit) is not None:
        found.append(hit)
        start = hit
    assert found == PLACES[::-1]


def test_first_last_and_all() -> None:
    spool, browse = two()
    here = Spot(0, 2)
    assert run(Search(browse, Look(), Needle("x"), Way.FIRST, here), spool).hit == PLACES[0]
    assert run(Search(browse, Look(), Needle("x"), Way.LAST, here), spool).hit == PLACES[-1]
    search = run(Search(browse, Look(), Needle("x"), Way.ALL, here), spool)
    assert (search.hit, search.hits, search.records, search.percent) == (PLACES[0], 4, 3, 100)
    assert run(Search(browse, Look(), Needle("zzz"), Way.ALL), spool).hit is None
    assert run(Search(Browse([]), Look(), Needle("x"), Way.LAST), spool).hit is None


def test_carriage_control_is_not_searched_unless_it_is_shown() -> None:
    spool = Spool()
    browse = Browse([spool.add([b"\xf1" + r for r in ebcdic("a1")], "VBA", 137)])
    assert run(Search(browse, Look(), Needle("1"), Way.FIRST), spool).hit == Spot(0, 1, 1)
    control = Look(control=True)
    assert run(Search(browse, control, Needle("1"), Way.FIRST), spool).hit == Spot(0, 1, 0)


@given(
    files(),
    st.sampled_from(["a", "HELO", ".", "RCPT TO:"]),
    st.sampled_from(["IBM-1047", "IBM-939"]),
)
@settings(deadline=None)
def test_a_search_finds_what_records_have(file: File, text: str, page: str) -> None:
    spool, browse = spooled(file)
    look, needle = Look(codepage=page), Needle(text)
    finder, skip = needle.finder(look.characters), browse.skip(look, 0)
    records = [r.ljust(file.lrecl, b"\x40") if file.recfm[0] == "F" else r for r in file.records]
    places = [
        Spot(0, number, at)
        for number, record in enumerate(records, 1)
        for at, _ in finder.spans(record[skip:], skip)
    ]
    search = run(Search(browse, look, needle, Way.ALL), spool)
    assert search.hits == len(places)
    assert search.hit == (places[0] if places else None)
    last = run(Search(browse, look, needle, Way.LAST), spool).hit
    assert last == (places[-1] if places else None)


def test_a_data_set_that_goes_ends_the_search() -> None:
    spool, browse = two()
    spool.held.clear()
    for way in Way:
        assert run(Search(browse, Look(), Needle("x"), way), spool).hit is None


def test_a_search_goes_on_in_steps_and_says_how_far_it_is() -> None:
    spool, browse = Endless(), Browse([dataset(1, "FB", 80, 819 * 64, 819 * 64 * 80)])
    search = Search(browse, Look(), Needle("no such thing"), Way.NEXT)
    percents = []
    while search.step(spool.read):
        percents.append(search.percent)
    assert percents == sorted(percents)
    assert len(percents) >= 4
    assert 20 < percents[0] < 30
    assert all(limit <= 1024 * 1024 for _, _, limit in spool.reads)
    spool.reads.clear()
    back = Search(browse, Look(), Needle("no such thing"), Way.PREV)
    assert back.step(spool.read)
    assert all(limit == BLOCK_MAX for _, _, limit in spool.reads)
    assert len(spool.reads) == 16
