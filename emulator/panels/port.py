"""The one door through which a terminal UI asks a spool and its system for anything.

Every method may wait: call them from threads, not from an event loop. They raise nothing but the
kinds of `emulator.exits.Problem`.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from emulator import console, place
from emulator.clock import running, zone
from emulator.exits import Unreachable, UsageFault
from emulator.outcomes import MOST, Outcomes
from emulator.place import Place
from emulator.status import Status
from emulator.submit import submit, submitter
from jes.store.sql import SpoolStore

READ_ONLY = "THIS SESSION IS READ-ONLY"


@dataclass(frozen=True, slots=True)
class Port:
    """A spool and, if one runs there, its system. A `read_only` one gives no command."""

    place: Place
    read_only: bool = False

    def look(self) -> AbstractContextManager[SpoolStore]:
        """The spool for reading; to be used in one thread. Raises `Unreachable`, `UsageFault`."""
        return place.look(self.place)

    def command(self, text: str) -> list[str]:
        """The answer to an operator command. Raises `UsageFault` when this is read-only,
        `Unreachable`."""
        if self.read_only:
            raise UsageFault(READ_ONLY)
        return console.send(self.place, text)

    def submit(self, jcl: str, user: str) -> list[str]:
        """Put jobs on the spool for that user; a line for each. Raises `UsageFault` when this is
        read-only, `Unreachable`."""
        if self.read_only:
            raise UsageFault(READ_ONLY)
        clock = running(zone(None))
        with submitter(self.place, clock) as store:
            found = submit(store, self.place, jcl, "", user, clock)
        return [
            f"{one.jobname} {one.jobid} SUBMITTED" if one.jobid else str(one.faults[0])
            for one in found
        ]

    def status(self) -> Status | None:
        """What the running system says of itself; None: no system runs. Raises `Unreachable` when
        one runs that does not answer."""
        socket = place.socket_of(self.place.settings)
        if socket is None or not console.answers(socket):
            return None
        return console.status(socket)

    def outcomes(self, after: int = 0, limit: int = MOST) -> Outcomes | None:
        """What became of recipients behind the number `after`, a thousand at most; None: no system
        runs. Raises `Unreachable`.

        Ask again behind the number of the last one. With another `since`, begin anew.
        """
        socket = place.socket_of(self.place.settings)
        if socket is None or not console.answers(socket):
            return None
        return console.outcomes(socket, after, limit)

    def log(self, count: int) -> list[str]:
        """The newest console lines, oldest first; none when no system runs. Raises
        `Unreachable`."""
        socket = place.socket_of(self.place.settings)
        if socket is None or not console.answers(socket):
            return []
        return console.log(socket, count)

    def follow(self) -> console.Following:
        """Console lines as they come, until the system ends, or another thread says `close`.

        Raises `Unreachable` when no system runs.
        """
        socket = place.socket_of(self.place.settings)
        if socket is None:
            raise Unreachable("a system with a spool in PostgreSQL needs 'console:' to be followed")
        return console.Following(socket)
