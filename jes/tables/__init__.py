"""Tables of multi-byte code pages, read from this package's `*.xz` files when first asked for.

`tools/make_mixed_tables.py` makes the files, describes their layout and names their sources.
"""

import json
import lzma
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate

FAMILIES = {
    "IBM-930": "japanese", "IBM-939": "japanese", "IBM-1390": "japanese", "IBM-1399": "japanese",
    "IBM-933": "korean", "IBM-1364": "korean", "IBM-935": "simplified", "IBM-1388": "simplified",
    "IBM-937": "traditional", "IBM-1371": "traditional",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """What a page's codes mean: single bytes, pairs as big-endian numbers."""

    decode: dict[int, str]
    exceptions: dict[str, int | None]

    @cached_property
    def encode(self) -> dict[str, int]:
        """The code each character is written as: the lowest that reads as it, bar exceptions."""
        lowest = {text: code for code, text in sorted(self.decode.items(), reverse=True)}
        return {text: code for text, code in (lowest | self.exceptions).items() if code is not None}


@lru_cache(maxsize=4)
def table(name: str) -> Table:
    """The table of the page with that key of `FAMILIES`."""
    packed = files(__name__).joinpath(f"{FAMILIES[name]}.xz").read_bytes()
    content = lzma.decompress(packed)
    end = content.index(b"\n")
    heads = json.loads(content[:end])
    start = end + 1
    total = (len(content) - start) // 2
    for key, head in heads.items():
        count = sum(head["runs"][1::2])
        if key == name:
            break
        start += count
    high, low = content[start : start + count], content[start + total : start + total + count]
    units = accumulate(a << 8 | b for a, b in zip(high, low, strict=True))
    decode = dict(zip(_codes(head["runs"]), [chr(unit & 0xFFFF) for unit in units], strict=True))
    decode.update((int(code, 16), text) for code, text in head["more"].items())
    return Table(decode, head["encode"])


def _codes(runs: list[int]) -> list[int]:
    """The codes of all runs, in order."""
    codes: list[int] = []
    at = 0
    for gap, length in zip(runs[0::2], runs[1::2], strict=True):
        codes += range(at + gap, at + gap + length)
        at += gap + length
    return codes
