"""Which statements do something today. One table: to build one is to take its line away.

A statement that comes later is parsed and checked like the others. `LATER` maps it to the value
that describes what the system does meanwhile, so that coding just that needs no remark.
"""

from enum import StrEnum

from cssmtp.config.schema import STATEMENTS


class Effect(StrEnum):
    """Whether a statement or parameter changes what the system does."""

    BUILT = "built"
    LATER = "later"


LATER: dict[str, str | None] = {
    "SMF119 CONNECT": "No",
}

# What happens meanwhile where "no effect" would not be the whole truth.
MEANWHILE: dict[str, str] = {}


def _keys() -> list[str]:
    return [
        key
        for statement in STATEMENTS
        for key in (
            [f"{statement.keyword} {p.keyword}" for p in statement.parameters]
            or [statement.keyword]
        )
    ]


EFFECT: dict[str, Effect] = {key: Effect.LATER if key in LATER else Effect.BUILT for key in _keys()}


def pending(key: str, shown: str) -> bool:
    """Whether coding the value `shown` asks for something that is not built yet."""
    return EFFECT[key] is Effect.LATER and LATER[key] != shown
