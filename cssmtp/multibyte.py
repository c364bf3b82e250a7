"""MBCS Yes: mixed EBCDIC records to lines the parser can inspect, and on to a target's MBCharset.

How the reading side uses it (spool-mail.md 9.4, cssmtp-config.md 4.11); the first three steps are
what `cssmtp.mixedlines.MixedLineReader` does in the place of `cssmtp.lines.LineReader`:

1. Frame the records of a block as always and join them as EBCDIC bytes, before anything is
   decoded: `joins` says which record goes on in the next. One that ends inside a double-byte run
   does not, since its last byte is half a character, whatever its value.
2. `mixed_lines` decodes the joined records. Its lines are UTF-8 without trailing blanks. ASCII is
   the same there as in an inspection code, and other characters have no byte below X'80', so the
   parser runs on them unchanged. Marks are those of `cssmtp.transcode`, X'1A' for what the page
   does not define. Bytes of a double-byte run are never forbidden and never new lines: below X'40'
   they make an undefined pair. `Utf8` stands in for the page's `Inspection`.
3. Each joined record begins in single-byte state (setting `mbcs_reset_per_record`, on);
   `unbalanced` has those that shift twice the same way, end in double-byte state or hold half a
   pair, for a notice each; `lost` counts what a charset lacks. With the setting off, give `shift`
   of one block to the next; a block that is read a second time must begin with the state it had.
4. `wire` is the step to the wire, as `transcode.wire` is. Every line ends in ASCII state, so a mail
   may be encoded in parts, cut between lines. Of a line that was cut inside a character, that
   character is left out.
5. `Mail.size` and `Mail.eight_bit` count UTF-8, which is not what is sent: with `Wire.extra` they
   give an upper bound, and `wire_size`, part by part for a big mail, what is exact. The limits
   510 and 998 count characters: only a line of more *bytes* than that needs a look
   (`len(line.decode())`).
"""

import codecs
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from cssmtp.transcode import MARKS, SUB, Wire, inspection
from jes import codepages, messages
from jes.codepages import UNDEFINED
from jes.errors import BadCharacter
from jes.mixed import SI, SO, MixedPage, Shift

_GRAPHIC = 0x40
_JOIN_LENGTH, _JOIN = 80, (0x4C, 0x15)  # as in cssmtp.lines
_RECORD_END = b"\x1e"  # forbidden in a record and no mark in a line, so it can stand between them
_NOT_FRAMING = bytes(byte for byte in range(256) if byte not in SO + SI + _RECORD_END)


# --- from records to lines ------------------------------------------------------------------------


@dataclass(slots=True)
class MixedLines:
    """Lines of records, as UTF-8 without trailing blanks, and what was seen in them.

    `special` says whether a line has a mark other than a tab, `ascii` that none has a byte above
    X'7F'; `unbalanced` has indexes of records; `undefined` counts characters that became SUB;
    `shift` is the state behind the last record, always single-byte when it is reset.
    """

    text: list[bytes]
    special: bool = False
    ascii: bool = True
    unbalanced: tuple[int, ...] = ()
    undefined: int = 0
    shift: Shift = Shift.SINGLE


def joins(record: bytes) -> bool:
    """Whether a record is joined with the next: 80 bytes, the last X'4C' or X'15' and no pair's."""
    return (
        len(record) == _JOIN_LENGTH and record[-1] in _JOIN and record.rfind(SO) <= record.rfind(SI)
    )


def mixed_lines(
    records: Sequence[bytes], page: MixedPage, reset: bool = True, shift: Shift = Shift.SINGLE
) -> MixedLines:
    """The lines of records that are joined already and have no carriage control."""
    if not records:
        return MixedLines([], shift=Shift.SINGLE if reset else shift)
    if reset:
        shift = Shift.SINGLE
    joined = _RECORD_END.join(records)
    framing = joined.translate(None, _NOT_FRAMING)
    single = _inspected(page)
    if shift is Shift.SINGLE and framing.replace(SO + SI, b"") == _RECORD_END * (len(records) - 1):
        decoded = page.decode(joined, single=single)
        if not decoded.faults.halves:
            return _lines(decoded.text, (), decoded.faults.undefined, Shift.SINGLE)
    return _walked(records, page, reset, shift)


def _walked(records: Sequence[bytes], page: MixedPage, reset: bool, shift: Shift) -> MixedLines:
    """The same, record by record, where shift codes are amiss or a record has X'1E'."""
    single = _inspected(page, record_end=False)
    text, unbalanced, undefined = [], [], 0
    for index, record in enumerate(records):
        decoded = page.decode(record, Shift.SINGLE if reset else shift, single)
        shift, faults = decoded.shift, decoded.faults
        if faults.halves or faults.shifts or (reset and shift is Shift.DOUBLE):
            unbalanced.append(index)
        undefined += faults.undefined + faults.halves
        text.append(decoded.text)
    last = Shift.SINGLE if reset else shift
    return _lines(_RECORD_END.decode().join(text), tuple(unbalanced), undefined, last)


def _lines(text: str, unbalanced: tuple[int, ...], undefined: int, shift: Shift) -> MixedLines:
    whole = text.replace(UNDEFINED, chr(SUB)).encode() if undefined else text.encode()
    return MixedLines(
        [line.rstrip(b" ") for line in whole.split(_RECORD_END)],
        special=len(whole.translate(None, MARKS)) < len(whole),
        ascii=whole.isascii(),
        unbalanced=unbalanced,
        undefined=undefined,
        shift=shift,
    )


@lru_cache(maxsize=32)
def _inspected(page: MixedPage, record_end: bool = True) -> str:
    """The page's 256 single bytes with the marks, X'1E' for the end of a record where wanted."""
    marks = inspection(codepages.page("IBM-1047")).table[:_GRAPHIC].decode("ascii")
    single = [*marks, *page.single[_GRAPHIC:]]
    single[SO[0]] = page.single[SO[0]]
    if record_end:
        single[_RECORD_END[0]] = _RECORD_END.decode()
    return "".join(single)


@dataclass(frozen=True, slots=True)
class Utf8:
    """What `transcode.Inspection` is to other lines."""

    page: MixedPage

    def byte_of(self, character: str) -> bytes:
        """The bytes of a character, empty when the page does not have it."""
        return character.encode() if self.page.first_bad(character) is None else b""

    def shown(self, line: bytes) -> str:
        """A record for people: its characters, with a period for what cannot be printed."""
        text = line.decode("utf-8", "replace")
        return "".join(c if c.isprintable() and c != UNDEFINED else "." for c in text)


# --- to the wire ----------------------------------------------------------------------------------

_SUBSTITUTE = "jesmail.substitute"
# One character of JIS, KS and GB that tables read in two ways; the other one is tried before SUB.
_TWINS = {
    0x2014: 0x2015, 0x301C: 0xFF5E, 0x2016: 0x2225, 0x2212: 0xFF0D, 0x00A2: 0xFFE0, 0x00A3: 0xFFE1,
    0x00AC: 0xFFE2, 0x00A6: 0xFFE4, 0x00B7: 0x30FB, 0x203E: 0xFFE3, 0x00A5: 0xFFE5, 0x22EF: 0x2026,
}  # fmt: skip
_TWINS |= {other: one for one, other in _TWINS.items()}
# The codec of the standard library that is nearest to each (spool-mail.md 9.4); there is none for
# IBM-948, so that page is refused.
_PYTHON = {
    "IBM-943": "cp932", "IBM-eucJP": "euc_jp", "IBM-949": "cp949", "IBM-1381": "gb2312",
    "IBM-950": "cp950", "Shift_JIS": "shift_jis", "Windows-31J": "cp932", "EUC-JP": "euc_jp",
    "EUC-KR": "euc_kr",
    "GB2312": "gb2312", "GBK": "gbk", "GB18030": "gb18030", "Big5": "big5",
    "Big5-HKSCS": "big5hkscs", "UTF-8": "utf_8",
}  # fmt: skip
_JIS = {  # (JIS X 0208 in, out to the single bytes)
    "IBM-5052": (b"\x1b$B", b"\x1b(J"),
    "IBM-5053": (b"\x1b$@", b"\x1b(J"),
    "IBM-5054": (b"\x1b$B", b"\x1b(B"),
    "IBM-5055": (b"\x1b$@", b"\x1b(B"),
}
# bytes more than in UTF-8, for each byte there: a paragraph sign alone is 8 bytes instead of 2
_EXTRA = {"UTF-8": 0, **dict.fromkeys(_JIS, 3)}
_ASCII_AS_IT_IS = frozenset(_PYTHON)  # JIS must not get ESC, SO or SI
_ALIASES = {
    "IBM-33722": "IBM-eucJP", "IBM-954": "IBM-eucJP", "IBM-5050": "IBM-eucJP",
    "ISO-2022-JP": "IBM-5054", "SJIS": "Shift_JIS", "EUC-CN": "GB2312", "IBM-970": "EUC-KR",
    "IBM-1383": "GB2312", "IBM-1386": "GBK", "IBM-1392": "GB18030", "IBM-5488": "GB18030",
    "IBM-1208": "UTF-8",
}  # fmt: skip
_NUMBER = re.compile(r"(?:IBM|CP|CCSID)?0*([1-9][0-9]{2,4})")
_HIGH = re.compile(rb"[\xa1-\xfe]+|[\x80\x81]+")
_SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
_ROWS, _CELLS = (*range(0xA1, 0xA9), *range(0xB0, 0xF5)), range(0xA1, 0xFF)  # of JIS X 0208
_ROMAN = {"¥": b"\x80", "‾": b"\x81"}  # what JIS-Roman has in place of backslash and tilde
_ROMAN_BYTES = bytes.maketrans(b"\x80\x81", b"\\~")


@dataclass(frozen=True, slots=True, eq=False)
class Charset:
    """A charset that mail can leave in. Text of whole lines begins and ends in ASCII state."""

    name: str
    _encode: Callable[[str], bytes]

    def encode(self, text: str) -> tuple[bytes, int]:
        """`text` on the wire, and how many of its characters became SUB (X'1A')."""
        data = self._encode(text)
        return data, data.count(SUB) - text.count(chr(SUB))


def known() -> tuple[str, ...]:
    """Canonical names of the multi-byte charsets."""
    return (*_JIS, *_PYTHON)


def charset(name: str) -> Charset:
    """The charset called `name`: IBM-943, 943, GB18030, UTF-8 … or a single-byte ASCII page.

    Raises `BadCharacter`.
    """
    found = _spelled().get(_key(name))
    if found is not None:
        return _charset(found)
    try:
        page = codepages.ascii_page(name)
    except BadCharacter:
        hint = f" as MBCharset; known ones are {', '.join(known())}"
        raise BadCharacter(messages.UNKNOWN_PAGE, name=name[:40], hint=hint) from None
    return _single_byte(page)


def wire(name: str) -> Wire:
    """The step from lines of `mixed_lines`, CRLF between them, to a charset.

    A character that it lacks becomes SUB. Raises `BadCharacter`.
    """
    to = charset(name)
    return Wire(to.name, lambda data: _from_utf8(to, data), extra=_EXTRA.get(to.name, 1))


def wire_size(lines: Iterable[bytes], name: str) -> int:
    """How many bytes lines of `mixed_lines` take on the wire, each with its CRLF.

    Lines are counted as they stand: split what has X'0A', and double what must be doubled, first.
    """
    return len(wire(name).encode(b"".join([line + b"\r\n" for line in lines])))


def lost(names: Iterable[str]) -> Callable[[bytes], int]:
    """Counts the characters in lines of `mixed_lines` that one of the charsets lacks.

    What the page itself leaves undefined is not among them. Raises `BadCharacter`.
    """
    charsets = [charset(name) for name in names]
    seen: set[str] = set()
    lacking: set[str] = set()

    def count(data: bytes) -> int:
        text = data.decode("utf-8", "ignore")
        characters = set(text)
        for char in characters - seen:
            if not char.isascii() and any(to.encode(char)[1] for to in charsets):
                lacking.add(char)
        seen.update(characters)
        return sum(map(text.count, characters & lacking))

    return count


def _from_utf8(to: Charset, data: bytes) -> bytes:
    if data.isascii() and to.name in _ASCII_AS_IT_IS:
        return data
    return to.encode(data.decode("utf-8", "ignore"))[0]  # what is ignored was cut off at a limit


def declared_as(name: str) -> str:
    """What a MIME header calls text in the charset called `name`."""
    found = _spelled().get(_key(name), name)
    return "iso-2022-jp" if found in _JIS else _PYTHON.get(found, name)


def _key(name: str) -> str:
    plain = re.sub(r"[^A-Z0-9]", "", name.upper()) if name.isascii() else ""
    match = _NUMBER.fullmatch(plain)
    return match[1] if match else plain


@lru_cache(maxsize=1)
def _spelled() -> Mapping[str, str]:
    return {_key(name): name for name in known()} | {_key(a): name for a, name in _ALIASES.items()}


@lru_cache(maxsize=32)
def _charset(name: str) -> Charset:
    if name in _JIS:
        return _iso_2022_jp(name)
    codec = _PYTHON[name]
    return Charset(name, lambda text: text.encode(codec, _SUBSTITUTE))


@lru_cache(maxsize=32)
def _single_byte(page: codepages.CodePage) -> Charset:
    every = enumerate(page.decoding)
    mapping = {ord(char): bytes([byte]) for byte, char in every if char != UNDEFINED}
    mapping.setdefault(SUB, bytes([SUB]))
    return Charset(page.name, lambda text: _mapped(text, mapping))


def _iso_2022_jp(name: str) -> Charset:
    """ASCII and JIS X 0208, that part of EUC with the high bits off, each run between escapes.

    The sets of 1978 and 1983 get the same codes: what reads ESC $ @ today does not tell them apart.
    """
    into, back = _JIS[name]
    mapping = {code: bytes([code]) for code in range(0x80) if code not in b"\x0e\x0f\x1b"}
    for code in (bytes((row, cell)) for row in _ROWS for cell in _CELLS):
        text = code.decode("euc_jp", "ignore")
        if len(text) == 1:
            mapping[ord(text)] = code
    mapping |= {
        one: mapping[two] for one, two in _TWINS.items() if one not in mapping and two in mapping
    }
    roman = back.endswith(b"J")
    for text, byte in _ROMAN.items():  # JIS-Roman after each ESC ( J; elsewhere it is switched to
        mapping[ord(text)] = byte.translate(_ROMAN_BYTES) if roman else byte

    def escaped(match: re.Match[bytes]) -> bytes:
        run = match[0]
        if run[0] < 0xA1:
            return b"\x1b(J" + run.translate(_ROMAN_BYTES) + back
        return into + run.translate(_SEVEN_BITS) + back

    return Charset(name, lambda text: _HIGH.sub(escaped, _mapped(text, mapping)))


def _mapped(text: str, mapping: Mapping[int, bytes]) -> bytes:
    # The library takes bytes as values too; its annotation has numbers only.
    return codecs.charmap_encode(text, _SUBSTITUTE, cast("dict[int, int]", mapping))[0]


def _substitute(error: UnicodeError) -> tuple[str, int]:
    """Error handler: another reading of the character where the codec has it, else SUB."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    if error.encoding == "charmap":  # its twins are in the mapping
        return chr(SUB) * len(lost), error.end
    return "".join(_twin(char, error.encoding) for char in lost), error.end


def _twin(char: str, codec: str) -> str:
    twin = chr(_TWINS.get(ord(char), SUB))
    return twin if twin.encode(codec, "ignore") else chr(SUB)


codecs.register_error(_SUBSTITUTE, _substitute)
