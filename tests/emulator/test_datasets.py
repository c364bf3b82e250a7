"""Data sets that are files: text, binary, libraries, scratch (blueprint §6, §10)."""

import resource
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.datasets import DatasetFile, DatasetFiles
from jes.codepages import page
from jes.datasets import Attributes, DatasetError
from jes.names import DsName
from jes.records import FB, VB, Recfm, blocks, split

IBM_1047 = page("IBM-1047")
NAME = DsName("PAY.REPORT")
FB80 = Attributes(FB, 80)


def text_file(path: Path, recfm: Recfm = FB, lrecl: int = 80) -> DatasetFile:
    return DatasetFile(path=path, codepage=IBM_1047, recfm=recfm, lrecl=lrecl)


def binary_file(path: Path, recfm: Recfm, lrecl: int) -> DatasetFile:
    return DatasetFile(
        path=path, codepage=IBM_1047, recfm=recfm, lrecl=lrecl, text=False, rdw=not recfm.fixed
    )


def catalogue(files: Mapping[str, DatasetFile]) -> DatasetFiles:
    return DatasetFiles(files, IBM_1047)


def records(files: DatasetFiles, name: DsName = NAME) -> list[bytes]:
    label = files.find(name)
    assert label is not None
    read = list(files.read(name))
    assert [b.first for b in read] == [1, *(b.next for b in read)][: len(read)]
    return [r for b in read for r in split(b.data, label.recfm, label.lrecl)]


def put(
    files: DatasetFiles,
    name: DsName,
    attributes: Attributes,
    data: Sequence[bytes],
    *,
    mod: bool = False,
) -> None:
    draft = files.create(name, attributes, mod=mod)
    try:
        draft.add(list(blocks(data, attributes.recfm, attributes.lrecl)))
        draft.commit()
    finally:
        draft.discard()


def texts(files: DatasetFiles, name: DsName = NAME) -> list[str]:
    return [IBM_1047.decode(record) for record in records(files, name)]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(b"A\nB\n", ["A", "B"], id="lines"),
        pytest.param(b"A\nB", ["A", "B"], id="no-last-line-end"),
        pytest.param(b"A\r\n\r\nB\r\n", ["A", "", "B"], id="CRLF"),
        pytest.param(b"\xef\xbb\xbfA\n", ["A"], id="byte-order-mark"),
        pytest.param("Ä€".encode().replace("€".encode(), b"") + b"\n", ["Ä"], id="UTF-8"),
        pytest.param(b"\n", [""], id="one-blank-line"),
        pytest.param(b"", [], id="empty"),
        pytest.param(b"X" * 80 + b"\n", ["X" * 80], id="as-wide-as-LRECL"),
    ],
)
def test_text_lines_are_records_padded_to_lrecl(
    tmp_path: Path, data: bytes, lines: Sequence[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    files = catalogue({"PAY.REPORT": text_file(tmp_path / "a.txt")})
    assert texts(files) == [line.ljust(80) for line in lines]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"A\nB\n" + b"X" * 81, "a.txt line 3: 81 characters", id="too-wide"),
        pytest.param("A\nB→\n".encode(), "a.txt line 2: character '→'", id="not-in-the-page"),
        pytest.param(b"A\nB\nC\xff\n", "a.txt line 3: it is not UTF-8", id="not-UTF-8"),
        pytest.param(b"X" * 3_000_000, "a.txt line 1: ", id="no-line-end-at-all"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    """Blueprint §10: a fault that names file and line."""
    (tmp_path / "a.txt").write_bytes(data)
    files = catalogue({"PAY.REPORT": text_file(tmp_path / "a.txt")})
    with pytest.raises(DatasetError) as caught:
        files.find(NAME)
    assert reason in caught.value.reason


def test_lines_are_counted_over_chunks(tmp_path: Path) -> None:
    good = b"A LINE OF SOME LENGTH, SO THAT MANY CHUNKS ARE READ\n" * 50_000
    (tmp_path / "a.txt").write_bytes(good + b"\xff\n")
    files = catalogue({"PAY.REPORT": text_file(tmp_path / "a.txt")})
    with pytest.raises(DatasetError, match=r"line 50001: it is not UTF-8"):
        files.find(NAME)
    (tmp_path / "a.txt").write_bytes(good)
    assert len(records(files)) == 50_000


def test_a_file_is_looked_at_again_when_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("A\n")
    files = catalogue({"PAY.REPORT": text_file(file)})
    assert files.find(NAME) == FB80
    file.write_text("X" * 81)
    with pytest.raises(DatasetError):
        files.find(NAME)


BINARY = st.lists(st.binary(max_size=96), max_size=60)


@given(data=BINARY)
def test_variable_records_with_rdw_come_back(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes]
) -> None:
    file = tmp_path_factory.mktemp("v") / "a.bin"
    files = catalogue({"PAY.REPORT": binary_file(file, VB, 100)})
    put(files, NAME, Attributes(VB, 100), data)
    assert records(files) == data


@settings(max_examples=20)
@given(count=st.integers(0, 5000))
def test_fixed_records_come_back(tmp_path_factory: pytest.TempPathFactory, count: int) -> None:
    file = tmp_path_factory.mktemp("f") / "a.bin"
    data = [number.to_bytes(2, "big").ljust(133, b"\xff") for number in range(count)]
    files = catalogue({"PAY.REPORT": binary_file(file, FB, 133)})
    put(files, NAME, Attributes(FB, 133), data)
    assert file.stat().st_size == 133 * count
    assert records(files) == data


@pytest.mark.parametrize(
    ("recfm", "data", "reason"),
    [
        pytest.param(FB, bytes(161), "offset 160: 1 bytes left over", id="not-a-multiple"),
        pytest.param(VB, b"\0\x05\0\0A\0\x09\0\0B", "offset 5: the record", id="cut-off"),
        pytest.param(VB, b"\0\x05\0\0A\0\x03\0\0", "offset 5: the record", id="RDW-too-small"),
        pytest.param(VB, b"\0\x05\0\x01A", "offset 0: the record", id="RDW-not-zero"),
        pytest.param(VB, b"\0\x05\0\0A\0\x51\0\0" + bytes(77), "offset 5: ", id="over-LRECL"),
        pytest.param(VB, b"\0\x05\0\0A\0", "offset 5: the record", id="half-an-RDW"),
    ],
)
def test_binary_records_that_do_not_frame(
    tmp_path: Path, recfm: Recfm, data: bytes, reason: str
) -> None:
    (tmp_path / "a.bin").write_bytes(data)
    files = catalogue({"PAY.REPORT": binary_file(tmp_path / "a.bin", recfm, 80)})
    with pytest.raises(DatasetError) as caught:
        files.find(NAME)
    assert reason in caught.value.reason


def test_many_variable_records_make_blocks_the_spool_takes(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes((b"\x03\xec\0\0" + bytes(1000)) * 3000)
    files = catalogue({"PAY.REPORT": binary_file(tmp_path / "a.bin", VB, 1004)})
    assert all(len(block.data) <= 65_520 for block in files.read(NAME))
    assert len(records(files)) == 3000


def test_binary_variable_records_need_an_rdw(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"A")
    entry = replace(binary_file(tmp_path / "a.bin", VB, 80), rdw=False)
    with pytest.raises(DatasetError, match="need an RDW"):
        catalogue({"PAY.REPORT": entry}).find(NAME)


def write(files: DatasetFiles, name: DsName, *lines: str, mod: bool = False) -> None:
    put(files, name, FB80, [IBM_1047.encode(line) for line in lines], mod=mod)


def test_text_is_written_as_lines_without_the_padding(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    files = catalogue({"PAY.REPORT": text_file(file)})
    assert files.find(NAME) is None
    write(files, NAME, "ÄPFEL", "", "B")
    assert file.read_text("utf-8") == "ÄPFEL\n\nB\n"
    file.write_text("OLD")
    write(files, NAME, "NEW", mod=True)
    assert file.read_text("utf-8") == "OLD\nNEW\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(b"\xc1\x25", "record 2: a line end", id="line-end"),
        pytest.param(b"\xc1" * 81, "record 2: 81 bytes", id="too-wide"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    tmp_path: Path, record: bytes, reason: str
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("OLD\n")
    files = catalogue({"PAY.REPORT": text_file(file)})
    with pytest.raises(DatasetError) as caught:
        put(files, NAME, Attributes(VB, 255), [b"\xc1", record])
    assert reason in caught.value.reason
    assert file.read_text() == "OLD\n"
    assert len(list(tmp_path.iterdir())) == 1


@given(
    data=st.lists(st.binary(max_size=20) | st.text("AB \r", max_size=9).map(IBM_1047.encode)),
    recfm=st.sampled_from(["FB", "VB", "VBS", "U"]).map(Recfm),
)
def test_text_comes_back_as_written_or_is_not_written(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes], recfm: Recfm
) -> None:
    """A carriage return that ends a record would be taken for part of the line end."""
    lrecl = 20 if recfm.fixed else 24
    files = catalogue({"PAY.REPORT": text_file(tmp_path_factory.mktemp("t") / "a", recfm, lrecl)})
    want = [record.ljust(20, b"\x40") for record in data] if recfm.fixed else data
    with suppress(DatasetError):
        put(files, NAME, Attributes(recfm, lrecl), data)
        assert records(files) == want
        return
    assert any(byte in b"\x0d\x25" for record in data for byte in record)
    assert files.find(NAME) is None


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_draft_is_beside_its_data_set_until_it_is_committed(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("OLD\n")
    files = catalogue({"PAY.REPORT": text_file(file)})
    draft = files.create(NAME, FB80, mod=False)
    draft.add(list(blocks([IBM_1047.encode("NEW")], FB, 80)))
    assert texts(files) == ["OLD".ljust(80)]
    assert len(left(tmp_path)) == 2
    draft.discard()
    draft.discard()
    assert left(tmp_path) == ["a.txt"]
    assert file.read_text() == "OLD\n"


def test_a_draft_that_failed_once_is_never_committed(tmp_path: Path) -> None:
    files = catalogue({"PAY.REPORT": text_file(tmp_path / "a.txt")})
    draft = files.create(NAME, Attributes(VB, 255), mod=False)
    bad, good = blocks([b"\x25"], VB, 255), blocks([b"\xc1"], VB, 255)
    for one in (bad, good):
        with pytest.raises(DatasetError, match="record 1: a line end"):
            draft.add(list(one))
    with pytest.raises(DatasetError, match="record 1: a line end"):
        draft.commit()
    assert left(tmp_path) == []


@pytest.mark.parametrize("mod", [False, True], ids=["replace", "mod"])
def test_a_file_that_gets_too_large_leaves_the_old_one_as_it_was(tmp_path: Path, mod: bool) -> None:
    """As a full disk does; the limit is the process's own."""
    file = tmp_path / "a.bin"
    file.write_bytes(old := bytes(80 * 500))
    files = catalogue({"PAY.REPORT": binary_file(file, FB, 80)})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    try:
        with pytest.raises(DatasetError, match="too large"):
            put(files, NAME, FB80, [b"A"] * (500 if mod else 1000), mod=mod)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert file.read_bytes() == old
    assert left(tmp_path) == ["a.bin"]


def test_two_drafts_with_mod_both_come_behind_what_is_there(tmp_path: Path) -> None:
    """Two DDs of a step: what is there is looked at when each is committed."""
    file = tmp_path / "a.txt"
    file.write_text("OLD")
    files = catalogue({"PAY.REPORT": text_file(file)})
    drafts = [files.create(NAME, FB80, mod=True) for _ in range(2)]
    for draft, line in zip(drafts, ("ONE", "TWO"), strict=True):
        draft.add(list(blocks([IBM_1047.encode(line)], FB, 80)))
    for draft in drafts:
        draft.commit()
    assert file.read_text() == "OLD\nONE\nTWO\n"
    assert left(tmp_path) == ["a.txt"]


def test_nothing_goes_behind_a_short_last_u_record(tmp_path: Path) -> None:
    """Without RDWs the next one would become part of it."""
    file = tmp_path / "a.bin"
    entry = replace(binary_file(file, Recfm("U"), 4), rdw=False)
    files = catalogue({"PAY.REPORT": entry})
    put(files, NAME, entry.attributes, [b"ABCD", b"EFGH"])
    put(files, NAME, entry.attributes, [b"I"], mod=True)
    assert records(files) == [b"ABCD", b"EFGH", b"I"]
    with pytest.raises(DatasetError, match="shorter than 4 bytes"):
        put(files, NAME, entry.attributes, [b"J"], mod=True)
    assert file.read_bytes() == b"ABCDEFGHI"
    assert left(tmp_path) == ["a.bin"]


def test_a_library_is_made_with_its_first_member(tmp_path: Path) -> None:
    files = catalogue({"PAY.LIB": text_file(tmp_path / "lib")})
    first = files.create(DsName("PAY.LIB(ONE)"), FB80, mod=False)
    assert not (tmp_path / "lib").exists()
    first.commit()
    assert left(tmp_path / "lib") == ["ONE"]
    assert left(tmp_path) == ["lib"]


def test_binary_files_keep_their_format(tmp_path: Path) -> None:
    files = catalogue({"PAY.REPORT": binary_file(tmp_path / "a.bin", FB, 133)})
    with pytest.raises(DatasetError, match="it is FB 133, the job writes FB 80"):
        write(files, NAME, "A")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_a_library(tmp_path: Path) -> None:
    library = tmp_path / "lib"
    library.mkdir()
    (library / "ONE").write_text("HELO\n")
    files = catalogue({"PAY.LIB": text_file(library)})
    assert files.find(DsName("PAY.LIB")) == replace(FB80, library=True)
    assert texts(files, DsName("PAY.LIB(ONE)")) == ["HELO".ljust(80)]
    assert files.find(DsName("PAY.LIB(TWO)")) is None
    write(files, DsName("PAY.LIB(TWO)"), "EHLO")
    assert (library / "TWO").read_text() == "EHLO\n"
    files.delete(DsName("PAY.LIB(ONE)"))
    assert [path.name for path in library.iterdir()] == ["TWO"]
    with pytest.raises(DatasetError, match="folder"):
        files.delete(DsName("PAY.LIB"))
    with pytest.raises(DatasetError, match="folder"):
        write(files, DsName("PAY.LIB"))


def test_a_file_has_no_members(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    files = catalogue({"PAY.REPORT": text_file(tmp_path / "a.txt")})
    with pytest.raises(DatasetError, match="not a folder with members"):
        files.find(DsName("PAY.REPORT(ONE)"))


def test_a_path_that_cannot_be_used_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    files = catalogue({"PAY.REPORT": text_file(tmp_path / "nowhere" / "a.txt")})
    with pytest.raises(DatasetError, match="No such file"):
        write(files, NAME, "A")
    through_a_file = catalogue({"PAY.REPORT": text_file(tmp_path / "a" / "b")})
    assert through_a_file.find(NAME) is None
    device = catalogue({"PAY.REPORT": text_file(Path("/dev/zero"))})
    with pytest.raises(DatasetError, match="not a regular file"):
        device.find(NAME)


def test_data_sets_without_a_file_live_as_long_as_the_system() -> None:
    files = catalogue({})
    assert files.find(NAME) is None
    write(files, NAME, "ONE")
    write(files, NAME, "TWO", mod=True)
    assert [text.strip() for text in texts(files)] == ["ONE", "TWO"]
    with pytest.raises(DatasetError, match="it is FB 80, the job writes VB 84"):
        put(files, NAME, Attributes(VB, 84), [b"A"], mod=True)
    with pytest.raises(DatasetError, match="either a library"):
        write(files, DsName("PAY.REPORT(ONE)"), "A")
    files.delete(NAME)
    assert files.find(NAME) is None
    write(files, DsName("NEW.LIB(ONE)"), "A")
    assert files.find(DsName("NEW.LIB")) == replace(FB80, library=True)
    assert [text.strip() for text in texts(files, DsName("NEW.LIB(ONE)"))] == ["A"]
    files.close()
    assert files.find(DsName("NEW.LIB")) is None
