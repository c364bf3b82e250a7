"""Where a target server is: a table of transitions (cssmtp-operations.md 3.4). Pure.

The states are house names but one: NOT TRIED is ours, since no monitoring connection is made at
the start and so nothing is known of a target that no mail was for. What is not in the table changes
nothing.
"""

from enum import Enum, StrEnum, auto


class TargetState(StrEnum):
    """Where a target is."""

    RESOLVING = "RESOLVING"  # its name has no address yet
    NOT_TRIED = "NOT TRIED"
    CONNECTING = "CONNECTING"
    ACTIVE = "ACTIVE"  # it greeted us the last time
    UNREACHABLE = "UNREACHABLE"  # the connection failed, or the greeting was refused
    UNRESPONSIVE = "UNRESPONSIVE"  # a timer expired
    NOT_CAPABLE = "NOT CAPABLE"  # it is up, but lacks the STARTTLS that all its mail needs
    REMOVED = "REMOVED"  # no longer a target; connections that carry mail finish it


class TargetEvent(Enum):
    """What happens to a target."""

    RESOLVED = auto()  # its name has an address
    OPENING = auto()  # a connection is being made
    GREETED = auto()  # greeting and hello were answered
    FAILED = auto()  # no connection, or it ended before that
    EXPIRED = auto()  # a timer of the Timeout statement
    LACKS_TLS = auto()  # it needs TLS (Secure Yes) and does not offer it
    DROPPED = auto()  # by a new configuration, or a new list of addresses


_TROUBLE = {
    TargetEvent.FAILED: TargetState.UNREACHABLE,
    TargetEvent.EXPIRED: TargetState.UNRESPONSIVE,
    TargetEvent.LACKS_TLS: TargetState.NOT_CAPABLE,
    TargetEvent.GREETED: TargetState.ACTIVE,
    TargetEvent.DROPPED: TargetState.REMOVED,
}
_AGAIN = {**_TROUBLE, TargetEvent.OPENING: TargetState.CONNECTING}

TRANSITIONS: dict[TargetState, dict[TargetEvent, TargetState]] = {
    TargetState.RESOLVING: {
        TargetEvent.RESOLVED: TargetState.NOT_TRIED,
        TargetEvent.DROPPED: TargetState.REMOVED,
    },
    TargetState.NOT_TRIED: _AGAIN,
    TargetState.CONNECTING: _TROUBLE,
    TargetState.ACTIVE: _TROUBLE,  # one more connection does not make it less so
    TargetState.UNREACHABLE: _AGAIN,
    TargetState.UNRESPONSIVE: _AGAIN,
    TargetState.NOT_CAPABLE: _AGAIN,
    TargetState.REMOVED: {},
}


def after(state: TargetState, event: TargetEvent) -> TargetState:
    """The state that an event leads to; the same one where the table has none."""
    return TRANSITIONS[state].get(event, state)


TROUBLE = frozenset({TargetState.UNREACHABLE, TargetState.UNRESPONSIVE, TargetState.NOT_CAPABLE})
