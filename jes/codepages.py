"""One registry of single-byte code pages: EBCDIC for the spool, ASCII ones for what leaves it.

Tables come from the package `ebcdic` and from Python's own codecs; this module adds names as z/OS
spells them, a pinned line end and errors of ours. Every EBCDIC page maps X'15' to U+0085 (NEL) and
X'25' to U+000A (LF), the default of IBM's conversion tables (CDRA); the package has that the other
way round for some pages and both as LF for others.
"""

import codecs
import difflib
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from jes import messages
from jes.errors import BadCharacter

UNDEFINED = "\ufffd"  # what `decode` gives for a byte that the page leaves undefined
SUB = 0x1A  # what `table_to` gives for a character that the other page lacks
EBCDIC_SUB = 0x3F
_NOT_MAPPED = "\ufffe"  # charmap_build: no character for this byte

_EBCDIC = tuple(
    f"IBM-{number:03}"
    for number in (
        *(37, 273, 277, 278, 280, 284, 285, 290, 297, 420, 424, 500, 833, 838, 870, 871, 875),
        *(1025, 1026, 1047, 1097, 1112, 1122, 1123, *range(1140, 1150)),
    )
)
MIXED = tuple(
    f"IBM-{number}" for number in (930, 933, 935, 937, 939, 1364, 1371, 1388, 1390, 1399)
)  # pages with double-byte characters: see jes.mixed
_ASCII = {
    **{f"ISO8859-{n}": f"iso8859_{n}" for n in (*range(1, 12), *range(13, 17))},
    **{
        f"IBM-{n}": f"cp{n}"
        for n in (
            *(437, 720, 737, 775, 850, 852, 855, 856, 857, 858, 860, 861, 862, 863, 864, 865, 866),
            *(869, 874, 1006, 1125, *range(1250, 1259)),
        )
    },
    "US-ASCII": "ascii",
}
_ALIASES = {
    "LATIN1": "ISO8859-1", "L1": "ISO8859-1", "IBM-819": "ISO8859-1", "IBM-912": "ISO8859-2",
    "IBM-915": "ISO8859-5", "IBM-813": "ISO8859-7", "IBM-916": "ISO8859-8", "IBM-920": "ISO8859-9",
    "IBM-923": "ISO8859-15", "IBM-367": "US-ASCII", "ASCII": "US-ASCII",
}  # fmt: skip
_NUMBERED = re.compile(r"(?:IBM|CP|EBCDIC-CP|WINDOWS)?-?0*([1-9][0-9]{0,4})")
_ISO = re.compile(r"ISO-?8859-?([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class CodePage:
    """A single-byte code page: `decoding` has the character of each of the 256 bytes.

    Bytes that the page leaves undefined decode to U+FFFD and nothing encodes to them.
    """

    name: str
    decoding: str
    ebcdic: bool
    _encoding: object = field(repr=False, compare=False)

    def encode(self, text: str, where: str = "text") -> bytes:
        """`text` in this page. Raises `BadCharacter` naming the character and `where`."""
        try:
            return codecs.charmap_encode(text, "strict", self._encoding)[0]  # type: ignore[arg-type]
        except UnicodeEncodeError as error:
            raise BadCharacter(
                messages.NOT_IN_PAGE, where=where, char=text[error.start], page=self.name
            ) from None

    def encode_lossy(self, text: str) -> bytes:
        """`text` in this page, `?` for what it lacks: for listings and messages only."""
        return codecs.charmap_encode(text, "replace", self._encoding)[0]  # type: ignore[arg-type]

    def decode(self, data: bytes) -> str:
        """`data` as text; never fails."""
        return codecs.charmap_decode(data, "strict", self.decoding)[0]

    def first_bad(self, text: str) -> int | None:
        """The index of the first character that the page lacks, or None."""
        try:
            codecs.charmap_encode(text, "strict", self._encoding)  # type: ignore[arg-type]
        except UnicodeEncodeError as error:
            return error.start
        return None

    def table_to(self, other: "CodePage") -> bytes:
        """256 bytes for `bytes.translate`; what `other` lacks becomes its SUB (X'1A' in ASCII)."""
        return _table(self, other)

    def __hash__(self) -> int:
        """Pages are known by name."""
        return hash(self.name)


@lru_cache(maxsize=256)
def _table(source: CodePage, target: CodePage) -> bytes:
    sub = EBCDIC_SUB if target.ebcdic else SUB
    found = {char: at for at, char in reversed(list(enumerate(target.decoding)))}
    found.pop(UNDEFINED, None)
    return bytes(found.get(char, sub) for char in source.decoding)


def known() -> tuple[str, ...]:
    """Canonical names of the EBCDIC pages."""
    return _EBCDIC


def known_ascii() -> tuple[str, ...]:
    """Canonical names of the single-byte ASCII pages."""
    return tuple(_ASCII)


def page(name: str) -> CodePage:
    """The page called `name`: IBM-1047, CP1047, 1047, ISO8859-1 … Raises `BadCharacter`."""
    spelled = canonical(name)
    if spelled not in known() and spelled not in _ASCII:
        raise _unknown(name, (*known(), *_ASCII))
    return _page(spelled)


def ascii_page(name: str) -> CodePage:
    """A page that mail can leave in, such as ISO8859-1 or IBM-850. Raises `BadCharacter`."""
    spelled = canonical(name)
    if spelled not in _ASCII:
        raise _unknown(name, tuple(_ASCII))
    return _page(spelled)


def canonical(name: str) -> str:
    """`name` as this module spells it, known or not."""
    upper = name.strip().upper().replace("_", "-")
    if match := _ISO.fullmatch(upper):
        return f"ISO8859-{int(match[1])}"
    if match := _NUMBERED.fullmatch(upper):
        upper = f"IBM-{int(match[1]):03}"
    return _ALIASES.get(upper, upper)


def _unknown(name: str, choices: tuple[str, ...]) -> BadCharacter:
    spelled = canonical(name)
    if spelled in known():
        hint = ": it is EBCDIC, and an ASCII page such as ISO8859-1 or IBM-850 is expected"
    elif spelled in MIXED:
        hint = " as a single-byte page: it has double-byte characters too"
    elif spelled in ("UTF-8", "UTF8", "IBM-1208", "UTF-16", "IBM-1200"):
        hint = " as a single-byte page"
    else:
        near = difflib.get_close_matches(spelled[:40], choices, n=3, cutoff=0.7)
        hint = f"; near names: {', '.join(near)}" if near else ""
    return BadCharacter(messages.UNKNOWN_PAGE, name=name[:40], hint=hint)


@cache
def _page(canonical: str) -> CodePage:
    is_ebcdic = canonical not in _ASCII
    codec = "cp" + canonical.removeprefix("IBM-") if is_ebcdic else _ASCII[canonical]
    characters = _characters(codec)
    if is_ebcdic:
        characters = ["" if c in "\n\x85" else c for c in characters]
        characters[0x15], characters[0x25] = "\x85", "\n"
        if characters[EBCDIC_SUB] == "\x1a":  # IBM-875: SUB stands for undefined bytes too
            characters = ["" if c == "\x1a" else c for c in characters]
            characters[EBCDIC_SUB] = "\x1a"
    decoding = "".join(c or UNDEFINED for c in characters)
    seen: set[str] = set()
    unique = []  # of two bytes with one character (Thai marks in IBM-838) the first is written
    for char in characters:
        unique.append(_NOT_MAPPED if not char or char in seen else char)
        seen.add(char)
    return CodePage(canonical, decoding, is_ebcdic, codecs.charmap_build("".join(unique)))


def _characters(codec: str) -> list[str]:
    """The character of each byte in Python's codec, "" where it is undefined."""
    try:
        codecs.lookup(codec)
    except LookupError:
        import ebcdic  # noqa: F401 - importing it registers its codecs
    decoded = [bytes([byte]).decode(codec, "ignore") for byte in range(256)]
    return ["" if char == UNDEFINED else char for char in decoded]
