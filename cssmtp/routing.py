"""Which way a mail may go, and what becomes of one that can go nowhere (cssmtp-operations.md 3.2,
3.5, 3.7). No I/O.

The target with the lowest preference that is up takes a mail; among equals the one with the fewest
connections gets the next one, in turn.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cssmtp.config.statements import TargetServer
from cssmtp.mail import Mail, Status
from cssmtp.targets import Link, Route, Target, TargetCounts
from cssmtp.transcode import Wire
from cssmtp.work import Item, Unfit

NO_TLS = "JML301E the mail needs TLS and no target offers it: {reason}"
TOO_LARGE = "JML302E the mail is larger than any target takes"
NO_TARGET = "no target server is left"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A mail that can go nowhere now. `reply` None: each recipient has one already."""

    status: Status
    reply: str | None


class Routing:
    """The routes to all targets of a CSSMTP."""

    def __init__(
        self,
        wire: Callable[[TargetServer], Wire],
        counts: Callable[[Target], TargetCounts],
    ) -> None:
        self._wire = wire
        self._counts = counts
        self.links: list[Link] = []
        self.routes: list[Route] = []
        self._ranked = False  # targets differ in preference
        self._turn: dict[Route, int] = {}  # when a connection was last opened
        self._turns = 0

    def use(self, targets: Sequence[Target]) -> list[Link]:
        """These are the targets from now on; the links to those that are no more."""
        known = {link.target: link for link in self.links if not link.removed}
        wanted = dict.fromkeys(targets)
        dropped = [link for target, link in known.items() if target not in wanted]
        for link in dropped:
            link.removed = True
        for target in wanted:
            if target not in known:
                self._add(Link(target, self._counts(target)))
        order = {target: at for at, target in enumerate(wanted)}
        self.links.sort(key=lambda link: order.get(link.target, len(order)))
        self.routes.sort(key=lambda route: order.get(route.target, len(order)))
        self._ranked = len({target.preference for target in wanted}) > 1
        self.forget()
        return dropped

    def _add(self, link: Link) -> None:
        wire = self._wire(link.target.server)
        self.links.append(link)
        if not link.target.server.secure:
            self.routes.append(Route(link, wire))
        self.routes.append(Route(link, wire, secure=True))

    def forget(self) -> None:
        """Let go of targets that are no more and have no connection."""
        if any(link.removed for link in self.links):
            self.links = [link for link in self.links if not link.removed or link.opened]
            self.routes = [r for r in self.routes if not r.link.removed or r.link.opened]

    def again(self, link: Link) -> None:
        """What was wrong with a target is forgotten."""
        link.again()
        for route in self.routes:
            if route.link is link:
                route.lacks_tls = None

    def may_take(self, route: Route, item: Item) -> bool:
        """The mail may go there, and no target that is preferred could take it."""
        if not self._possible(route, item):
            return False
        return not self._ranked or not any(
            other.target.preference < route.target.preference
            and other.link.up
            and self._possible(other, item)
            for other in self.routes
        )

    def elsewhere(self, item: Item) -> bool:
        """Some target that is up may still take the mail."""
        return any(route.link.up and self._possible(route, item) for route in self.routes)

    def _possible(self, route: Route, item: Item) -> bool:
        if route.lacks_tls is not None or route.link.removed or not route.takes(item.mail):
            return False
        return not item.unfit or route.target not in item.unfit

    # --- where the next connection goes --------------------------------------------------------

    def wanted(self, waiting: Iterable[Item]) -> Route | None:
        """The route that should have another connection: mails wait for it, more of them than there
        are connections that may soon ask for one."""
        usable = [route for route in self.routes if route.usable]
        if not usable:
            return None
        arriving = [sum(r.arriving for r in self.routes if r.secure is s) for s in (False, True)]
        useful = [route for route in usable if self._more(route, waiting, arriving[route.secure])]
        return self._next(useful)

    def wanted_alone(self, waiting: Iterable[Item], idle: int) -> Route | None:
        """The same when mails go one at a time: none while something is on its way."""
        if sum(route.greeted for route in self.routes) > idle:
            return None
        if any(route.arriving for route in self.routes):
            return None
        usable = [route for route in self.routes if route.usable and not route.opened]
        useful = [route for route in usable if self._more(route, waiting, 0)]
        return useful[0] if useful else None

    def crowded_out(self, waiting: Iterable[Item]) -> set[Link]:
        """Targets that have no room for a connection that is needed, while others may be idle: a
        mail in clear does not share one with a mail inside TLS."""
        full = [r for r in self.routes if r.link.failure is None and r.link.opened >= r.link.limit]
        bare = [route for route in full if not route.opened]
        return {r.link for r in bare if any(self.may_take(r, item) for item in waiting)}

    def _more(self, route: Route, waiting: Iterable[Item], than: int) -> bool:
        count = 0
        for item in waiting:
            count += self.may_take(route, item)
            if count > than:
                return True
        return False

    def _next(self, routes: Sequence[Route]) -> Route | None:
        if not routes:
            return None
        chosen = min(routes, key=lambda r: (r.target.preference, r.opened, self._turn.get(r, 0)))
        self._turns += 1
        self._turn[chosen] = self._turns
        return chosen

    # --- mails that can go nowhere -------------------------------------------------------------

    def stuck(self, item: Item, *, patient: bool) -> Stuck | None:
        """What becomes of a mail that can go nowhere; None as long as it may go somewhere.

        `patient`: a target that is down is waited for; nothing is failed (backpressure).
        """
        if self.elsewhere(item):
            return None
        if Unfit.DEFERRED in item.unfit.values():
            return Stuck(Status.RETRY, None)
        ways = [r for r in self.routes if r.takes(item.mail) and not r.link.removed]
        lacking = [f"{r.target.shown}: {r.lacks_tls}" for r in ways if r.lacks_tls is not None]
        if lacking:
            return Stuck(Status.UNDELIVERABLE, NO_TLS.format(reason="; ".join(lacking)))
        if ways and all(r.target in item.unfit for r in ways):
            return Stuck(Status.UNDELIVERABLE, TOO_LARGE)
        return None if patient else Stuck(Status.PENDING, self._trouble(item.mail))

    def _trouble(self, mail: Mail) -> str:
        down = [r for r in self.routes if r.takes(mail) and r.link.failure]
        return "; ".join(f"{r.target.shown}: {r.link.failure}" for r in down) or NO_TARGET
