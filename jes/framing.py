"""How records lie in files: chunks of bytes in, blocks for the spool out (jes2.md 4.1).

A file of F records has them side by side. One of V records has a record descriptor word (RDW)
before each, and may have a block descriptor word (BDW) before each block of them; VS and VBS
records are cut into segments, each behind a segment descriptor word (SDW). A file of U records has
nothing between its blocks, and text is UTF-8 with a record a line.

Every function reads any chunks, however they are cut, in linear time and without holding more than
a chunk and a block. What does not frame is `BadRecord` with the offset, or line, in its fields.
"""

import codecs
import struct
from collections.abc import Iterable, Iterator

from jes import messages
from jes.codepages import CodePage
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
SDW_MAX = 32_756
BDW_MAX = 32_760
EXTENDED_MAX = CHUNK  # tape blocks with a 31-bit length can be 2 GiB; no program writes such
LINE_MAX = 4 * LRECL_MAX + 2  # the longest record in UTF-8, and its line end
NOT_UTF_8 = "it is not UTF-8"
BOM = b"\xef\xbb\xbf"

_WORD = struct.Struct(">HH")
_RDW_ZEROS = 0xFFFF
_SDW_ZEROS = 0xFCFF  # all but the two bits that say which segment it is
_WHOLE, _FIRST, _LAST, _MIDDLE = range(4)


def bad(offset: int, reason: str) -> BadRecord:
    """The error of a file that does not frame."""
    return BadRecord(messages.BAD_FRAMING, where="records", offset=offset, reason=reason)


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
    records = (
        part[at : at + blksize]
        for part in _multiples(chunks, blksize)
        for at in range(0, len(part), blksize)
    )
    return blocks(records, recfm, blksize)


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
    return merged(_variable(chunks, lrecl, bdw=bdw))


def _variable(chunks: Iterable[bytes], lrecl: int, *, bdw: bool) -> Iterator[Block]:
    first = 1
    for _, body, ends in _walked(chunks, "record", lrecl, bdw=bdw):
        for block in _gathered(body, ends, first):
            yield block
            first = block.next


def spanned(
    chunks: Iterable[bytes], recfm: Recfm, lrecl: int = LRECL_MAX, *, bdw: bool = False
) -> Iterator[Block]:
    """Records in segments behind SDWs, joined. Raises `BadRecord`."""
    return blocks(_joined(chunks, lrecl - RDW, bdw=bdw), recfm, lrecl)


def _joined(chunks: Iterable[bytes], most: int, *, bdw: bool) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = began = 0
    for base, body, ends in _walked(chunks, "segment", SDW_MAX, bdw=bdw):
        at = 0
        for end in ends:
            code, segment = body[at + 2], body[at + RDW : end]
            if _breaks(code, bool(parts)):
                raise bad(base + at, _BROKEN[code].format(began=began))
            if not parts:
                began, size = base + at, 0
            parts.append(segment)
            size += len(segment)
            if size > most:
                raise bad(began, f"a spanned record of more than {most} bytes")
            if code in (_WHOLE, _LAST):
                yield b"".join(parts)
                parts = []
            at = end
    if parts:
        raise bad(began, "the last segment of this spanned record is missing")


_BROKEN = {
    _WHOLE: "a whole record inside the one that began at {began}",
    _FIRST: "a record begins inside the one that began at {began}",
    _MIDDLE: "a middle segment without a first one",
    _LAST: "a last segment without a first one",
}


def _breaks(code: int, inside: bool) -> bool:
    """Whether a segment breaks the chain: first and whole ones begin a record, others go on."""
    return (code in (_MIDDLE, _LAST)) != inside


def segmented(records: Iterable[bytes]) -> bytes:
    """Records, none of them empty, in as few segments as may be, each behind its SDW."""
    most = SDW_MAX - RDW
    return b"".join(
        _WORD.pack(min(len(record) - at, most) + RDW, _code(at, at + most >= len(record)) << 8)
        + record[at : at + most]
        for record in records
        for at in range(0, len(record), most)
    )


def _code(at: int, last: bool) -> int:
    if at == 0:
        return _WHOLE if last else _FIRST
    return _LAST if last else _MIDDLE


def looks_blocked(head: bytes, *, spanned: bool = False) -> bool:
    """Whether a file that begins so has BDWs: its first word is one, and an RDW or SDW fits in.

    A file with BDWs can always be read without, each block as a record: somebody may know better.
    """
    if len(head) < 2 * RDW:
        return False
    if head[0] & 0x80:
        return True  # an extended BDW; no RDW has that bit
    block, zeros = _WORD.unpack_from(head)
    record, rest = _WORD.unpack_from(head, RDW)
    mask = _SDW_ZEROS if spanned else _RDW_ZEROS
    return not zeros and not rest & mask and RDW <= record <= block - RDW


Walked = tuple[int, bytes, list[int]]  # offset in the file, whole records, where each of them ends


def _walked(chunks: Iterable[bytes], what: str, limit: int, *, bdw: bool) -> Iterator[Walked]:
    """Runs of whole records or segments, which stay behind their descriptor words."""
    least, zeros = (RDW, _RDW_ZEROS) if what == "record" else (RDW + 1, _SDW_ZEROS)
    held, base = b"", 0
    for offset, body in _bodies(chunks) if bdw else _offsets(chunks):
        base = base if held else offset
        held += body
        ends, fine = _ends(held, (least, limit), zeros)
        done = ends[-1] if ends else 0
        if ends:
            yield base, held, ends
        if not fine or (bdw and done < len(held)):
            raise _fault(held[done:], base + done, what, (least, limit))
        held, base = held[done:], base + done
    if held:
        raise _fault(held, base, what, (least, limit))


def _ends(held: bytes, limits: tuple[int, int], zeros: int) -> tuple[list[int], bool]:
    """Where the whole records in `held` end; False when an impossible word follows them."""
    ends: list[int] = []
    add, word = ends.append, _WORD.unpack_from
    least, most = limits
    at, last, size = 0, len(held) - RDW, len(held)
    while at <= last:
        length, rest = word(held, at)
        if rest & zeros or not least <= length <= most:
            return ends, False
        at += length
        if at > size:
            break
        add(at)
    return ends, True


def _fault(rest: bytes, offset: int, what: str, limits: tuple[int, int]) -> BadRecord:
    """Why `rest` does not begin with a whole record or segment."""
    if len(rest) < RDW:
        return bad(offset, f"the {what} descriptor word is cut off")
    length, zeros = _WORD.unpack_from(rest)
    least, most = limits
    if most < length <= LRECL_MAX and not zeros and what == "record":
        return bad(offset, f"the record descriptor word says {length}, LRECL is {most}")
    if not least <= length <= most or zeros & (_RDW_ZEROS if what == "record" else _SDW_ZEROS):
        reason = f"is X'{rest[:RDW].hex().upper()}': no length of {least}-{most}, or not zero after"
        return bad(offset, f"the {what} descriptor word {reason}")
    return bad(offset, f"the {what} of {length} bytes is cut off")


def _offsets(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    offset = 0
    for chunk in chunks:
        yield offset, chunk
        offset += len(chunk)


def _bodies(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """What lies behind each BDW, and where."""
    held, base = b"", 0
    for chunk in chunks:
        held += chunk
        at = 0
        while len(held) - at >= RDW:
            length = _block_length(held, at, base)
            if len(held) - at < length:
                break
            yield base + at + RDW, held[at + RDW : at + length]
            at += length
        held, base = held[at:], base + at
    if held:
        raise bad(base, f"the block is cut off: {len(held)} bytes of it are there")


def _block_length(held: bytes, at: int, base: int) -> int:
    """What a BDW says: 15 bits and two zero bytes, or 31 bits when its first bit is on."""
    length: int
    length, rest = _WORD.unpack_from(held, at)
    most = BDW_MAX
    if length & 0x8000:
        length, rest, most = (length & 0x7FFF) << 16 | rest, 0, EXTENDED_MAX
    if rest or not 2 * RDW <= length <= most:
        word = held[at : at + RDW].hex().upper()
        reason = f"is X'{word}': no length of {2 * RDW}-{most}, or not zero after"
        raise bad(base + at, f"the block descriptor word {reason}")
    return length


def _gathered(body: bytes, ends: list[int], first: int) -> Iterator[Block]:
    """Blocks of at most `BLOCK_MAX` bytes from records that lie as the spool has them."""
    if ends[-1] <= BLOCK_MAX:
        yield Block(first, len(ends), body[: ends[-1]])
        return
    start = last = count = 0
    for end in ends:
        if end - start > BLOCK_MAX:
            yield Block(first, count, body[start:last])
            first, count, start = first + count, 0, last
        last, count = end, count + 1
    yield Block(first, count, body[start:last])


# --- text ---------------------------------------------------------------------------------------


def text(chunks: Iterable[bytes], page: CodePage, most: int) -> Iterator[list[bytes]]:
    """UTF-8 lines as records of at most `most` bytes in `page`, many at a time.

    A line ends with LF or CRLF; a byte-order mark is dropped. Raises `BadRecord` with the line.
    """
    line_end = page.encode("\n")
    line = 1
    for raw in _whole_lines(chunks):
        try:
            records = page.encode(raw.decode("utf-8")).split(line_end)
        except (UnicodeDecodeError, BadCharacter):
            raise _bad_line(raw, line, page, most) from None
        if max(map(len, records)) > most:
            raise _bad_line(raw, line, page, most)
        yield records
        line += len(records)


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
