"""What a spool must hold, for tests that do the same to a spool and to this (jes2.md 1.5, 2.3)."""

from dataclasses import dataclass, field

from jes.names import JobId
from jes.sysout import Disposal, Disposition, Selection

WRITE, HOLD, KEEP, LEAVE = Disposition.WRITE, Disposition.HOLD, Disposition.KEEP, Disposition.LEAVE
# jes2.md 2.3, the whole table
BECOMES: dict[Disposal, dict[Disposition, Disposition | None]] = {
    Disposal.PROCESSED: {WRITE: None, KEEP: LEAVE, HOLD: None, LEAVE: None},
    Disposal.KEEP: {WRITE: WRITE, KEEP: KEEP, HOLD: HOLD, LEAVE: LEAVE},
    Disposal.HOLD: {WRITE: HOLD, KEEP: LEAVE, HOLD: HOLD, LEAVE: LEAVE},
    Disposal.RELEASE: {WRITE: WRITE, KEEP: KEEP, HOLD: WRITE, LEAVE: KEEP},
}
OPER, SYSTEM, JOB = "operator", "system", "job"


@dataclass
class Group:
    """An output group as it must be."""

    jobid: JobId
    members: set[int]
    disposition: Disposition
    writer: str | None
    dest: str
    priority: int
    holds: set[str]
    holder: int | None = None
    cancelled: bool = False

    def matches(self, wanted: Selection) -> bool:
        """Whether a session that wants this may have it now."""
        ours = self.writer == "CSSMTP" or self.dest == "CSSMTP"
        free = self.holder is None and not self.holds and not self.dest.startswith("N2.")
        return ours and free and self.disposition in wanted.dispositions


@dataclass
class Model:
    """What must be on the spool: groups in the order they were made, and sizes of data sets."""

    jobs: dict[JobId, bool] = field(default_factory=dict)  # whether it is held
    running: set[JobId] = field(default_factory=set)
    purging: set[JobId] = field(default_factory=set)
    groups: list[Group] = field(default_factory=list)
    written: dict[int, int] = field(default_factory=dict)  # records of every data set
    unfinished: dict[int, JobId] = field(default_factory=dict)
    doomed: list[int] = field(default_factory=list)  # records of each

    def doom(self, key: int) -> None:
        self.doomed.append(self.written.pop(key))
        self.unfinished.pop(key, None)

    def purge(self, group: Group) -> None:
        for key in group.members:
            self.doom(key)
        self.groups.remove(group)

    def cancel(self, group: Group) -> None:
        if group.holder is None:
            self.purge(group)
        else:
            group.cancelled = True

    def let_go(self, holder: int | None = None) -> None:
        """A session ends; None: all of them."""
        for group in [g for g in self.groups if g.holder is not None]:
            if holder in (None, group.holder):
                group.holder = None
                if group.cancelled:
                    self.purge(group)
