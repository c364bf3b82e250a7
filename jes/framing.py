"""How records lie in files: chunks of bytes in, blocks for the spool out (jes2.md 4.1).

A file of F records has them side by side. One of V records has a record descriptor word (RDW)
before each, and may have a block descriptor word (BDW) before each block of them; VS and VBS
records are cut into segments, each behind a segment descriptor word (SDW). A file of U records has
nothing between its blocks, and text is UTF-8 with a record a line.

Every function reads any chunks, however they are cut, in linear time and without holding more than
a chunk and a block. What does not frame is `BadRecord` with the offset, or line, in its fields.
"""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from jes import messages
from jes.codepages import CodePage
from jes.descriptors import (
    FIRST,
    LAST,
    MIDDLE,
    RDW_ZEROS,
    SDW_MAX,
    SDW_ZEROS,
    SEGMENTS,
    WHOLE,
    WORD,
    bad,
    records,
    walked,
)
from jes.errors import BadCharacter, BadRecord
from jes.records import (
    BLOCK_MAX,
    LRECL_MAX,
    RDW,
    Block,
    Recfm,
    blocks,
    fixed_blocks,
    merged,
)

CHUNK = 1024 * 1024  # a good size for the chunks of a file
LINE_MAX = 4 * LRECL_MAX + 2  # the longest record in UTF-8, and its line end
NOT_UTF_8 = "it is not UTF-8"
BOM = b"\xef\xbb\xbf"

Run = tuple[int, bytes]  # so many whole records as the spool has them


# --- F and U ------------------------------------------------------------------------------------


def fixed(chunks: Iterable[bytes], lrecl: int) -> Iterator[Block]:
    """Records side by side. Raises `BadRecord` for what is left over."""
    return merged(_fixed(chunks, lrecl))


def _fixed(chunks: Iterable[bytes], lrecl: int) -> Iterator[Block]:
    first = 1
    for part in _multiples(chunks, lrecl):
        whole, rest = divmod(len(part), lrecl)
        if rest:
            offset = (first - 1 + whole) * lrecl
            raise bad(offset, f"{rest} bytes left over, LRECL is {lrecl}")
        yield from fixed_blocks(part, lrecl, first)
        first += whole


def undefined(chunks: Iterable[bytes], recfm: Recfm, blksize: int) -> Iterator[Block]:
    """Blocks of `blksize` bytes, the last one as long as it comes, each a record."""
    found = (
        part[at : at + blksize]
        for part in _multiples(chunks, blksize)
        for at in range(0, len(part), blksize)
    )
    return blocks(found, recfm, blksize)


def _multiples(chunks: Iterable[bytes], width: int) -> Iterator[bytes]:
    """The bytes in parts that are multiples of `width`, but for the last."""
    held, size = [], 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= width:
            whole = b"".join(held)
            end = size - size % width
            yield whole[:end]
            held, size = [whole[end:]], size - end
    if size:
        yield b"".join(held)


# --- V ------------------------------------------------------------------------------------------


def variable(
    chunks: Iterable[bytes], lrecl: int = LRECL_MAX, *, bdw: bool = False
) -> Iterator[Block]:
    """Records behind RDWs, in blocks behind BDWs or not; an RDW says `lrecl` at most.

    Raises `BadRecord`.
    """
    words = records(lrecl)
    found = walked(chunks, words.take, words, bdw=bdw)
    return _gathered((count, data) for _, count, data in found)


def spanned(
    chunks: Iterable[bytes], recfm: Recfm, lrecl: int = LRECL_MAX, *, bdw: bool = False
) -> Iterator[Block]:
    """Records in segments behind SDWs, joined. Raises `BadRecord`."""
    return _gathered(_joined(chunks, lrecl, bdw=bdw))


def _joined(chunks: Iterable[bytes], lrecl: int, *, bdw: bool) -> Iterator[Run]:
    """Whole records as they lie, an SDW being an RDW there; the others one by one."""
    whole = replace(SEGMENTS, most=min(lrecl, SDW_MAX))

    def take(data: bytes, at: int) -> tuple[int, int]:
        found = whole.take(data, at)
        return found if found[0] else SEGMENTS.take(data, at)

    chain = _Chain(lrecl)
    for offset, count, data in walked(chunks, take, SEGMENTS, bdw=bdw):
        code = data[2]
        if (code in (MIDDLE, LAST)) != bool(chain.parts):
            raise bad(offset, _BROKEN[code].format(began=chain.began))
        if code == WHOLE and count > 1:
            yield count, data
            continue
        chain.add(offset, data)
        if code in (WHOLE, LAST):
            yield 1, chain.ended()
    if chain.parts:
        raise bad(chain.began, "the last segment of this spanned record is missing")


@dataclass(slots=True)
class _Chain:
    """The segments of a record that has begun, without their SDWs."""

    lrecl: int
    began: int = 0
    size: int = RDW
    parts: list[bytes] = field(default_factory=list)

    def add(self, offset: int, segment: bytes) -> None:
        """The next one. Raises `BadRecord` when the record gets too long."""
        if not self.parts:
            self.began, self.size = offset, RDW
        self.parts.append(segment[RDW:])
        self.size += len(segment) - RDW
        if self.size > self.lrecl:
            raise bad(self.began, f"a spanned record of more than {self.lrecl - RDW} bytes")

    def ended(self) -> bytes:
        """The record behind its RDW."""
        parts, self.parts = self.parts, []
        return WORD.pack(self.size, 0) + b"".join(parts)


_BROKEN = {
    WHOLE: "a whole record inside the one that began at {began}",
    FIRST: "a record begins inside the one that began at {began}",
    MIDDLE: "a middle segment without a first one",
    LAST: "a last segment without a first one",
}


def segmented(spanned: Iterable[bytes]) -> bytes:
    """Records, none of them empty, in as few segments as may be, each behind its SDW."""
    most = SDW_MAX - RDW
    return b"".join(
        WORD.pack(min(len(record) - at, most) + RDW, _code(at, at + most >= len(record)) << 8)
        + record[at : at + most]
        for record in spanned
        for at in range(0, len(record), most)
    )


def _code(at: int, last: bool) -> int:
    if at == 0:
        return WHOLE if last else FIRST
    return LAST if last else MIDDLE


def looks_blocked(head: bytes, *, spanned: bool = False) -> bool:
    """Whether a file that begins so has BDWs: its first word is one, and an RDW or SDW fits in.

    A file with BDWs can always be read without, each block as a record: somebody may know better.
    """
    if len(head) < 2 * RDW:
        return False
    if head[0] & 0x80:
        return True  # an extended BDW; no RDW has that bit
    block, zeros = WORD.unpack_from(head)
    record, rest = WORD.unpack_from(head, RDW)
    mask = SDW_ZEROS if spanned else RDW_ZEROS
    return not zeros and not rest & mask and RDW <= record <= block - RDW


def _gathered(runs: Iterable[Run]) -> Iterator[Block]:
    """Blocks of runs, each of which is `BLOCK_MAX` bytes at most."""
    first, count, size = 1, 0, 0
    held: list[bytes] = []
    for more, data in runs:
        if size + len(data) > BLOCK_MAX:
            yield Block(first, count, b"".join(held))
            first, count, size = first + count, 0, 0
            held = []
        held.append(data)
        count += more
        size += len(data)
    if held:
        yield Block(first, count, b"".join(held))


# --- text ---------------------------------------------------------------------------------------


def text(chunks: Iterable[bytes], page: CodePage, most: int) -> Iterator[list[bytes]]:
    """UTF-8 lines as records of at most `most` bytes in `page`, many at a time.

    A line ends with LF or CRLF; a byte-order mark is dropped. Raises `BadRecord` with the line.
    """
    line_end = page.encode("\n")
    line = 1
    ascii_only = _ascii(page)
    for raw in _whole_lines(chunks):
        try:
            if ascii_only and raw.isascii():
                encoded = raw.translate(ascii_only)
            else:
                encoded = page.encode(raw.decode("utf-8"))
            records = encoded.split(line_end)
        except (UnicodeDecodeError, BadCharacter):
            raise _bad_line(raw, line, page, most) from None
        if max(map(len, records)) > most:
            raise _bad_line(raw, line, page, most)
        yield records
        line += len(records)


@lru_cache(maxsize=16)
def _ascii(page: CodePage) -> bytes | None:
    """What each byte of ASCII is in `page`, or None when it lacks one."""
    try:
        return page.encode("".join(map(chr, range(128)))).ljust(256)
    except BadCharacter:
        return None


def _whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Runs of whole lines joined by LF, without the last one's end."""
    held: list[bytes] = []
    size = 0
    for chunk in _without_mark(chunks):
        end = chunk.rfind(b"\n")
        if end < 0:
            held.append(chunk)
            size += len(chunk)
            if size > LINE_MAX:
                break  # too long for any record: shown as such
            continue
        yield b"".join((*held, chunk[: end + 1])).replace(b"\r\n", b"\n")[:-1]
        held, size = [chunk[end + 1 :]], len(chunk) - end - 1
    if size:
        yield b"".join(held).removesuffix(b"\r")


def _without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks without a byte-order mark, however it is cut."""
    stream = iter(chunks)
    head = b""
    for chunk in stream:
        head += chunk
        if len(head) >= len(BOM):
            break
    yield head.removeprefix(BOM)
    yield from stream


def _bad_line(raw: bytes, first: int, page: CodePage, most: int) -> BadRecord:
    """The fault of the first line in `raw` that has one."""
    for number, line in enumerate(raw.split(b"\n"), first):
        try:
            if len(line) > LINE_MAX:
                codecs.getincrementaldecoder("utf-8")().decode(line[:LINE_MAX])
                return _line(number, f"longer than {most} characters")
            length = len(page.encode(line.decode("utf-8")))
        except UnicodeDecodeError:
            return _line(number, NOT_UTF_8)
        except BadCharacter as error:
            char = error.fields["char"]
            return _line(number, f"character {char!r} is not in code page {page.name}")
        if length > most:
            return _line(number, f"{length} characters, the most is {most}")
    return _line(first, "it cannot be read")


def _line(number: int, reason: str) -> BadRecord:
    return BadRecord(messages.BAD_LINE, where="text", line=number, reason=reason)


def place(error: BadRecord) -> str:
    """Where in its file an error is and what it is, without the file."""
    at = "line" if "line" in error.fields else "offset"
    return f"{at} {error.fields[at]}: {error.fields['reason']}"
