"""Target servers: an address and port each, with the attributes of their TargetServer block."""

from dataclasses import dataclass

from cssmtp.config.statements import TargetServer


@dataclass(frozen=True, slots=True)
class Target:
    """A next hop. `shown` is how reports name it; `address` and `port` are where it listens."""

    address: str
    port: int
    shown: str
    server: TargetServer


def shown(address: str, port: int) -> str:
    """`192.0.2.25:25`, or `[2001:db8::25]:25`."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
