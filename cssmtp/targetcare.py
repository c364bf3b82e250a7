"""The target servers of a running CSSMTP beside the mail that goes to them: what monitoring
connections find, and what an operator is told. No I/O."""

from collections.abc import Callable, Sequence

from cssmtp.delivery import Delivery
from cssmtp.monitor import Seen
from cssmtp.setting import Setting
from cssmtp.statistics import Statistics
from cssmtp.targets import Link, Target, TargetCounts
from cssmtp.watch import TargetWatch


class TargetCare:
    """`delivery` is None while nothing is to be sent; `setting` is how mail is sent now. Is the
    `cssmtp.monitor.Watched` of a `Monitor`."""

    def __init__(
        self,
        jobname: str,
        statistics: Statistics,
        delivery: Callable[[], Delivery | None],
        setting: Callable[[], Setting],
        tell: Callable[[str], None],
    ) -> None:
        self.setting = setting
        self._statistics = statistics
        self._delivery = delivery
        self._tell = tell
        self._watch = TargetWatch(jobname)
        statistics.watch(self._changed)

    def in_trouble(self) -> Sequence[Target]:
        """The targets that cannot be used, as far as is known."""
        return self._statistics.in_trouble()

    def forget(self, target: Target) -> None:
        """Forget what is known of a target: it may be tried at once, whatever ConnectRetry says."""
        self._statistics.of(target).capabilities = None
        self._again(target)

    def looking(self, target: Target) -> None:
        """A monitoring connection is made."""
        self._statistics.of(target).opening()

    def seen(self, target: Target, seen: Seen) -> None:
        """What a monitoring connection found; connections that carry mail know better."""
        if seen.can is None and any(link.greeted for link in self._links(target)):
            return
        self._statistics.of(target).seen(target.server, seen.can, seen.reason, seen.expired)
        if seen.can is not None:
            self._again(target)

    def _links(self, target: Target) -> list[Link]:
        delivery = self._delivery()
        links = () if delivery is None else delivery.traffic.links
        return [link for link in links if link.target == target]

    def _again(self, target: Target) -> None:
        for link in self._links(target):
            if (delivery := self._delivery()) is not None:
                delivery.look_again(link)

    def _changed(self, target: Target, counts: TargetCounts) -> None:
        for line in self._watch.changed(target, counts, self._statistics.counts):
            self._tell(line)
