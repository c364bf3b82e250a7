"""Output groups: made, claimed, disposed of, changed by operators (jes2.md 1.1-1.5, 2)."""

from collections.abc import Callable, Collection, Sequence

from jes import messages
from jes.errors import NotClaimed
from jes.names import JobId
from jes.store.database import Clock, Database, retried
from jes.store.datasets import Datasets
from jes.store.filters import Span, offered, selected
from jes.store.rows import FILE, files_of
from jes.store.schema import JOB_HOLD, OPERATOR_HOLD, SYSTEM_HOLD
from jes.sysout import (
    DEFAULT_PRIORITY,
    Disposition,
    NewGroup,
    Requeue,
    Route,
    Selection,
    SpoolFile,
    next_group_id,
)
from jes.views import GroupChange, Hold

MakeGroups = Callable[[list[tuple[str, int]]], Sequence[NewGroup]]
FindRoute = Callable[[str], Route]

_NEW_GROUP = """
INSERT INTO groups (job_key, group_id, number, sysout_class, writer, dest, local, dest_user, forms,
                    disposition, priority, fcb, ucs, burst, flash, prmode, copies, created, held)
SELECT job_key, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, held * ? FROM jobs
WHERE jobid = ? RETURNING group_key
"""
# a data set that stays moves to a group of its own, with what changes of it
_MOVED = """
INSERT INTO groups (job_key, group_id, number, sysout_class, writer, dest, local, dest_user, forms,
                    disposition, priority, fcb, ucs, burst, flash, prmode, copies, created, held,
                    hold_reason, cancelled)
SELECT job_key, ?, 1, COALESCE(?, sysout_class), COALESCE(?, writer), COALESCE(?, dest),
       COALESCE(?, local), CASE WHEN ? = 1 THEN ? ELSE dest_user END, COALESCE(?, forms), ?,
       priority, fcb, ucs, burst, flash, prmode, copies, created, held + ?, ?, 0
FROM groups WHERE group_key = ? RETURNING group_key
"""


class Groups(Datasets):
    """The output groups of a spool, and who holds them."""

    def __init__(self, database: Database, clock: Clock, capacity: int) -> None:
        super().__init__(database, clock, capacity)
        self._session = 0

    def taken_groups(self, jobid: JobId) -> list[tuple[str, int]]:
        """The ids that the job's output groups use."""
        return [
            (group_id, number)
            for group_id, number in self._db.rows(
                "SELECT group_id, groups.number FROM groups JOIN jobs USING (job_key)"
                " WHERE jobid = ?", (jobid,),
            )
        ]  # fmt: skip

    @retried
    def add_groups(self, jobid: JobId, make: MakeGroups, route: FindRoute) -> None:
        """Make output groups of sealed data sets: `make` is told the ids that are taken, `route`
        says where a destination is."""
        with self._db.transaction():
            self._as_member()
            self._make_groups(jobid, make, route)
            self._db.tell()
        self.on_change()

    def _make_groups(self, jobid: JobId, make: MakeGroups, route: FindRoute) -> None:
        self._lock_job(jobid)
        for new in make(self.taken_groups(jobid)):
            asked = new.members[0].request
            way = route(asked.dest)
            ((key,),) = self._db.rows(
                _NEW_GROUP,
                (new.group_id, new.number, asked.sysout_class, asked.writer, asked.dest,
                 int(way.local), way.user, asked.forms, new.members[0].disposition,
                 DEFAULT_PRIORITY if asked.priority is None else asked.priority,
                 asked.fcb, asked.ucs, int(bool(asked.burst)), asked.flash, asked.prmode,
                 asked.copies, self._clock(), JOB_HOLD, jobid),
            )  # fmt: skip
            self._db.many(
                "UPDATE datasets SET group_key = ?, sealed = 1 WHERE ds_key = ?",
                [(key, member.key) for member in new.members],
            )

    # --- claims --------------------------------------------------------------------------------

    def new_session(self) -> int:
        """A number for a session of this member that will claim."""
        self._session += 1
        return self._session

    @retried
    def claim(
        self, session: int, selection: Selection, but: Collection[Span] = ()
    ) -> list[SpoolFile]:
        """Hold the next group that matches for `session`, with no key in `but`; its data sets, or
        none."""
        with self._db.transaction():
            self._as_member()
            while found := self._candidates(selection, but):
                key = min(found, key=lambda row: row[1:])[0]
                # others may have been quicker; a row lock of theirs makes this wait for the answer
                if self._db.change(
                    "UPDATE groups SET holder = ?, member = ? WHERE group_key = ? AND"
                    f" {offered(selection)}",
                    (session, self._db.member, key, *sorted(selection.dispositions)),
                ):
                    where = "WHERE g.group_key = ? ORDER BY d.dsid"
                    return files_of(self._db.rows(FILE + where, (key,)))
        return []

    def _candidates(
        self, selection: Selection, but: Collection[Span]
    ) -> list[tuple[int, int, int]]:
        """The first of each queue that the selection looks at: key, and its place in the order."""
        found = []
        for query, values in selected(selection, "g.group_key, g.priority", but):
            order = "g.group_key" if selection.fifo else "g.priority DESC, g.group_key"
            for key, priority in self._db.rows(f"{query} ORDER BY {order} LIMIT 1", values):
                found.append((key, 0 if selection.fifo else -priority, key))
        return found

    def count(self, selection: Selection) -> tuple[int, int]:
        """Groups and data sets that match (SAPI COUNT, jes2.md 2.1); nothing is claimed."""
        keys = {
            key
            for query, values in selected(selection, "g.group_key", ())
            for (key,) in self._db.rows(query, values)
        }
        datasets = 0
        for key in keys:
            where = "SELECT COUNT(*) FROM datasets WHERE group_key = ?"
            datasets += self._db.rows(where, (key,))[0][0]
        return len(keys), datasets

    @retried
    def dispose(
        self,
        session: int,
        file: SpoolFile,
        becomes: Disposition | None,
        requeue: Requeue | None = None,
    ) -> int | None:
        """Give one data set of a held group back: purged (None), or with a disposition.

        A data set that stays moves to a group of its own, with what `requeue` says. The claim on
        the group ends with its last data set in hand. Gives the key of the group that the data set
        is in from now on. Raises `NotClaimed`.
        """
        with self._db.transaction():
            self._as_member()
            if becomes is not None:
                self._lock_job(file.jobid)  # jobs before groups, as everywhere
            found = self._db.rows(
                "SELECT group_key, cancelled FROM datasets JOIN groups USING (group_key)"
                f" WHERE ds_key = ? AND holder = ? AND member = ?{self._db.locked}",
                (file.key, session, self._db.member),
            )
            if not found:
                raise NotClaimed(messages.NOT_CLAIMED, dataset=file.dsname)
            ((key, cancelled),) = found
            if becomes is None or cancelled:
                self._doom([file.key])
                moved = None
            else:
                moved = self._move(key, file, becomes, requeue or Requeue())
            self._drop_empty_group(key)
            self._db.tell()
        self.on_change()
        return moved

    def _drop_empty_group(self, key: int) -> None:
        self._db.change(
            "DELETE FROM groups WHERE group_key = ? AND NOT EXISTS"
            " (SELECT 1 FROM datasets WHERE datasets.group_key = groups.group_key)", (key,),
        )  # fmt: skip

    def _move(self, key: int, file: SpoolFile, becomes: Disposition, requeue: Requeue) -> int:
        group_id = next_group_id(self.taken_groups(file.jobid))
        way = requeue.route
        ((new,),) = self._db.rows(
            _MOVED,
            (group_id, requeue.sysout_class, requeue.writer,
             requeue.dest if way is None else way.dest or requeue.dest,
             None if way is None else int(way.local), int(way is not None),
             None if way is None else way.user, requeue.forms, becomes,
             SYSTEM_HOLD if requeue.system_hold is not None else 0, requeue.system_hold, key),
        )  # fmt: skip
        self._db.change(
            "UPDATE datasets SET group_key = ?, incarnation = incarnation + 1 WHERE ds_key = ?",
            (new, file.key),
        )
        return int(new)

    @retried
    def release_session(self, session: int) -> None:
        """Give back, unchanged, whatever the session holds (jes2.md 2.5)."""
        with self._db.transaction():
            self._let_go("holder = ? AND member = ?", (session, self._db.member))
            self._db.tell()
        self.on_change()

    def _let_go(self, where: str, values: Sequence[object]) -> None:
        """End claims. What was cancelled meanwhile goes now."""
        for key, cancelled in self._db.rows(
            f"UPDATE groups SET holder = NULL, member = NULL WHERE {where}"
            " RETURNING group_key, cancelled",
            values,
        ):
            if cancelled:
                self._purge_group(key)

    # --- what operators do ---------------------------------------------------------------------

    @retried
    def change_group(self, key: int, change: GroupChange, route: FindRoute) -> bool:
        """Change a group that nobody has in hand ($T O, $O; SAPI BULK MODIFY). False: it is busy,
        or gone."""
        way = None if change.dest is None else route(change.dest)
        columns: dict[str, object] = {
            "sysout_class": change.sysout_class,
            "writer": change.writer,
            "dest": None if way is None else way.dest or change.dest,
            "local": None if way is None else int(way.local),
            "forms": change.forms,
            "fcb": change.fcb,
            "ucs": change.ucs,
            "flash": change.flash,
            "burst": None if change.burst is None else int(change.burst),
            "prmode": change.prmode,
            "priority": change.priority,
            "disposition": change.disposition,
        }
        coded = {name: value for name, value in columns.items() if value is not None}
        sets = [f"{name} = ?" for name in coded]
        values = list(coded.values())
        if way is not None:
            sets.append("dest_user = ?")
            values.append(way.user)
        if change.no_writer:
            sets.append("writer = NULL")
        sets += _hold(change.hold)
        with self._db.transaction():
            if change.disposition is Disposition.PURGE:
                found = self._cancel_groups("group_key = ? AND holder IS NULL", (key,))
            else:
                found = self._db.change(
                    f"UPDATE groups SET {', '.join(sets or ['number = number'])}"
                    " WHERE group_key = ? AND holder IS NULL", (*values, key),
                )  # fmt: skip
            self._db.tell()
        self.on_change()
        return bool(found)

    @retried
    def cancel_group(self, key: int) -> bool:
        """Purge a group; one that is in hand of somebody goes when they let go ($C O, $P O)."""
        with self._db.transaction():
            found = self._cancel_groups("group_key = ?", (key,))
            self._db.tell()
        self.on_change()
        return bool(found)

    def _cancel_groups(self, where: str, values: Sequence[object]) -> int:
        found = self._db.rows(
            "SELECT group_key, holder FROM groups"
            f" WHERE {where} ORDER BY group_key{self._db.locked}",
            values,
        )
        for key, holder in found:
            if holder is None:
                self._purge_group(key)
            else:
                self._db.change("UPDATE groups SET cancelled = 1 WHERE group_key = ?", (key,))
        return len(found)

    def _purge_group(self, key: int) -> None:
        self._db.change(
            "UPDATE datasets SET doomed = 1, group_key = NULL WHERE group_key = ?", (key,)
        )
        self._db.change("DELETE FROM groups WHERE group_key = ?", (key,))


def _hold(hold: Hold | None) -> list[str]:
    """What an operator's HOLD= does to the sum of holds; a system hold can only be taken away."""
    match hold:
        case Hold.OPER:
            return [f"held = held | {OPERATOR_HOLD}"]
        case Hold.NOT_OPER:
            return [f"held = held & {~OPERATOR_HOLD}"]
        case Hold.NOT_SYS:
            return [f"held = held & {~SYSTEM_HOLD}", "hold_reason = NULL"]
        case Hold.NONE:
            return [f"held = held & {~(OPERATOR_HOLD | SYSTEM_HOLD)}", "hold_reason = NULL"]
        case None:
            return []
