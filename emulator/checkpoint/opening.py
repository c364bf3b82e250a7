"""The checkpoints of a system's CSSMTPs: one journal, opened when the first of them is started."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cssmtp.checkpoint import FileKey
from cssmtp.config.statements import Config
from cssmtp.ledger import Ledger
from emulator.checkpoint.journal import Journal, known_of
from emulator.checkpoint.messages import COLD, WARM
from emulator.checkpoint.store import CheckpointStore, database_at
from emulator.settings import Checkpointing
from emulator.spool import StoreThread
from jes.store.sql import SpoolStore


@dataclass(slots=True)
class Checkpoints:
    """`real`: mail is really delivered; what a sandbox took is remembered apart, so that it is
    never taken for sent. Without a `place`, which is a spool that stays, nothing is remembered."""

    place: Path | str | None
    store: SpoolStore
    thread: StoreThread
    tell: Callable[[str], None]
    real: bool
    _journal: Journal | None = field(default=None, init=False)

    async def ledger(self, name: str, config: Config, wish: Checkpointing) -> Ledger:
        """What a CSSMTP that starts remembers. Raises `CheckpointError`, `SpoolError`."""
        if self.place is None or wish is Checkpointing.NONE:
            return Ledger()
        if self._journal is None:
            self._journal = Journal(CheckpointStore(database_at(self.place)()), self.tell)
        writer = str(config.ext_wrt_name) if self.real else f"{config.ext_wrt_name} (sandbox)"
        if wish is Checkpointing.COLD:
            await self._journal.call(CheckpointStore.clear, writer)
            self.tell(COLD.line(name=name))
        else:
            await self._warm(self._journal, name, writer)
        limit = config.chk_point_size_limit
        return Ledger(self._journal, writer, limit, self.tell, self._journal.name)

    async def _warm(self, journal: Journal, name: str, writer: str) -> None:
        """Forget files that are no more, or were given back meanwhile, as a crash may leave them
        behind; say what is known of the others."""
        found = await journal.call(CheckpointStore.files, writer)
        keys = [key.dataset for key in found]
        there = await self.thread.call(self.store.incarnations, keys)
        gone = [key for key in found if there.get(key.dataset) != key.incarnation]
        if gone:
            await journal.call(CheckpointStore.commit, (), gone)
        kept = [key for key in found if there.get(key.dataset) == key.incarnation]
        if kept:
            mails = await journal.call(_count, kept)
            self.tell(WARM.line(name=name, mails=mails, files=len(kept)))

    def close(self) -> None:
        """Bring to disk what was noted."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None


def _count(store: CheckpointStore, keys: Sequence[FileKey]) -> int:
    """How many mails are noted of these files."""
    return sum(len(known_of(store, key)) for key in keys)
