"""Makes the tables in `jes/tables`: run by hand when a table is to change, never at run time.

    python tools/make_mixed_tables.py jes/tables

Each file is one family of pages. glibc's `iconv` (2.36) is asked what each code means, decoding
every pair and encoding every character of the planes 0 and 2. Where iconv writes SUB the page lacks
the character. What a single byte reads as is written as that byte (iconv 2.36 writes a backslash as
the yen sign or the dollar sign in three pages).

A file is xz of a line of JSON and a binary part. JSON names the tables: `runs` has for each run of
consecutive codes its distance from the end of the run before and its length, `more` the codes of
what is not one character of plane 0, `encode` those characters that are not written as the lowest
code that reads as them (null: not at all). The binary part has the UTF-16 units of all tables, each
as the difference to the one before, first all high bytes, then all low bytes.
"""

import json
import lzma
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

FAMILIES = {
    "japanese": ("IBM-1390", "IBM-1399", "IBM-930", "IBM-939"),
    "korean": ("IBM-1364", "IBM-933"),
    "simplified": ("IBM-1388", "IBM-935"),
    "traditional": ("IBM-1371", "IBM-937"),
}
PAIRS = [0x4040, *(high << 8 | low for high in range(0x41, 0xFF) for low in range(0x41, 0xFF))]
CHARACTERS = [
    chr(code) for code in (*range(0x20, 0xD800), *range(0xE000, 0x10000), *range(0x20000, 0x30000))
]


@dataclass(slots=True)
class Table:
    """What the codes of a page mean, and how characters are written if not in the obvious way."""

    decode: dict[int, str]
    encode: dict[str, int | None] = field(default_factory=dict)


def iconv(source: str, target: str, data: bytes) -> bytes:
    """`data` converted by glibc, leaving out what cannot be."""
    command = ["iconv", "-c", "-f", source, "-t", target]
    return subprocess.run(command, input=data, capture_output=True, check=False).stdout


def mixed(name: str) -> Table:
    """A mixed EBCDIC page as iconv has it."""
    page = name.replace("-", "")
    pairs = b"".join(b"\x0e" + pair.to_bytes(2) + b"\x0f\x25" for pair in PAIRS)
    read = iconv(page, "UTF-32BE", pairs).decode("utf-32-be").split("\n")
    decode = {pair: text for pair, text in zip(PAIRS, read, strict=False) if text}
    for byte in range(256):
        text = iconv(page, "UTF-32BE", bytes([byte])).decode("utf-32-be")
        if text and not (text == "\x1a" and byte != 0x3F):
            decode[byte] = text
    decode[0x15], decode[0x25] = "\x85", "\n"
    for shift in (0x0E, 0x0F):
        decode.pop(shift, None)
    every = [*CHARACTERS, *(text for text in decode.values() if len(text) > 1)]
    data = "".join(f"{text}\n" for text in every).encode("utf-32-be")
    written = iconv("UTF-32BE", page, data).split(b"\x25")
    encode = {
        text: int.from_bytes(code.strip(b"\x0e\x0f"))
        for text, code in zip(every, written, strict=False)
        if code and (code != b"\x3f" or text == "\x1a")
    }
    encode |= {text: code for code, text in sorted(decode.items(), reverse=True) if code < 256}
    return Table(decode, exceptions(decode, encode))


def exceptions(decode: dict[int, str], encode: dict[str, int]) -> dict[str, int | None]:
    """The characters of `encode` that are not written as the lowest code that reads as them."""
    obvious: dict[str, int] = {}
    for code in sorted(decode):
        obvious.setdefault(decode[code], code)
    return {
        text: encode.get(text)
        for text in sorted({*obvious, *encode})
        if obvious.get(text) != encode.get(text)
    }


def packed(tables: dict[str, Table]) -> bytes:
    """A file of tables."""
    heads: dict[str, object] = {}
    units: list[int] = []
    for name, table in tables.items():
        runs: list[int] = []
        end = before = 0
        more = {}
        for code in sorted(table.decode):
            text = table.decode[code]
            if len(text) > 1 or ord(text) > 0xFFFF:
                more[f"{code:X}"] = text
                continue
            if not runs or code != end:
                runs += [code - end, 0]
            runs[-1] += 1
            end = code + 1
            units.append((ord(text) - before) & 0xFFFF)
            before = ord(text)
        heads[name] = {"runs": runs, "more": more, "encode": table.encode}
    blob = bytes(unit >> 8 for unit in units) + bytes(unit & 0xFF for unit in units)
    head = json.dumps(heads, ensure_ascii=False, separators=(",", ":")).encode()
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "pb": 0}]
    return lzma.compress(head + b"\n" + blob, check=lzma.CHECK_CRC32, filters=filters)


def main(folder: Path) -> None:
    """Write all files."""
    for family, names in FAMILIES.items():
        (folder / f"{family}.xz").write_bytes(packed({name: mixed(name) for name in names}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
