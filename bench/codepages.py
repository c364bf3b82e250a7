"""How fast code pages are, in MB/s, beside one `bytes.translate` from a single-byte page.

For a mixed page there are three figures: single bytes only, pairs only, and records of 80 bytes
with two double-byte runs, as `cssmtp.multibyte` reads them for MBCS Yes.
"""

from collections.abc import Callable

from bench.readers import rate
from cssmtp.multibyte import charset, mixed_lines, wire
from jes import codepages
from jes.codepages import UNDEFINED
from jes.mixed import MixedPage, known, mixed_page

SIZE = 2_000_000  # bytes of each buffer
_DIFFERENT = 1500  # pairs in use, the first ones more often, as characters of a language are
_STEP = 7919  # walks through the pairs; no random number, so every run has the same data


def rows() -> list[tuple[str, float]]:
    """Names and MB/s: single-byte translation, each mixed page, and the way to each MBCharset."""
    singles = (b"HELLO WORLD 12345678 " * (SIZE // 21 + 1))[:SIZE]
    table = codepages.page("IBM-1047").table_to(codepages.page("ISO8859-1"))
    found = [("IBM-1047 translate", _best(lambda data: data.translate(table), singles))]
    for name in known():
        page = mixed_page(name)
        pairs = _pairs(page, SIZE // 2)
        run = b"\x0e" + b"".join(pairs) + b"\x0f"
        found += [
            (f"{name} single bytes", _best(page.decode, page.encode("HELLO 12345 ") * 160_000)),
            (f"{name} pairs", _best(page.decode, run)),
            (f"{name} records", _records(page, pairs)),
        ]
    return found + [(f"to {name}", _to(name)) for name in ("UTF-8", "IBM-5054", "IBM-943")]


def _records(page: MixedPage, pairs: list[bytes]) -> float:
    single = page.encode("HELLO 1234567")
    runs = [b"".join(pairs[at : at + 12]) for at in range(0, len(pairs) - 12, 12)]
    records = [single + b"\x0e" + run + b"\x0f" + single + b"\x0e" + run + b"\x0f" for run in runs]
    records = records[: SIZE // 80]
    return _best(lambda data: mixed_lines(records, page), b"".join(records))


def _to(name: str) -> float:
    """UTF-8 lines of Japanese to a charset."""
    page = mixed_page("IBM-939")
    text = page.decode(b"\x0e" + b"".join(_pairs(page, 250_000)) + b"\x0f").text
    text = "".join(char for char in text if not charset("IBM-5054").encode(char)[1])
    lines = [text[at : at + 30] + " HELLO 12345" for at in range(0, len(text), 30)]
    return _best(wire(name).encode, "\r\n".join(lines).encode())


def _pairs(page: MixedPage, count: int) -> list[bytes]:
    """Pairs the page defines, some far more often than others."""
    every = [code for code in range(0x4141, 0xFEFF) if page.double[code] != UNDEFINED]
    used = [every[at * _STEP % len(every)].to_bytes(2) for at in range(_DIFFERENT)]
    spread = [used[(at * _STEP % 1000) ** 2 * _DIFFERENT // 1_000_000] for at in range(1000)]
    return (spread * (count // 1000 + 1))[:count]


def _best(work: Callable[[bytes], object], data: bytes) -> float:
    return max(rate(work, data) for _ in range(3))
