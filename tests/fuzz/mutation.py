"""Makes new inputs out of old ones: cut, doubled, swapped, with words and odd bytes put in."""

from collections.abc import Sequence
from random import Random

LONGEST = 4096
ODD = (b"\0", b"\n", b"\r\n", b"'", b'"', b"\xff", b"\x15", b"\x25", b"\x40" * 80, b"\xc3\xa9")


def mutated(random: Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """One input: a seed with a few changes."""
    data = random.choice(seeds)
    for _ in range(random.randint(1, 6)):
        data = _changed(random, data, seeds, words)[:LONGEST]
    return data


def _changed(random: Random, data: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    to = min(len(data), at + random.choice((1, 2, 4, 8, 80, 200)))
    other = random.choice(seeds)
    cut = random.randint(0, len(other))
    changes = (
        lambda: data[:at] + data[to:],
        lambda: data[:to] + data[at:to] * random.choice((1, 1, 2, 40)) + data[to:],
        lambda: data[:at] + random.choice(words) + data[at:],
        lambda: data[:at] + random.choice(ODD) + data[at:],
        lambda: data[:at] + random.randbytes(to - at) + data[to:],
        lambda: data[:at] + other[cut:],
        lambda: random.choice(words) + data[at:to] + random.choice(words),
    )
    return random.choice(changes)()
