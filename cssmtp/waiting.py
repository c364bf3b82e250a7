"""Mails that wait for a connection, in order. No I/O."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice

from cssmtp.work import Item

QUEUE_MAX = 256  # mails waiting; enough for a dozen connections, little enough for memory
QUEUE_BYTES = 8 * 1024 * 1024  # of text that waits; to read far ahead of it gains nothing


class Waiting:
    """A queue that says when no more should be read, and when it may go on."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._items)

    def __contains__(self, item: object) -> bool:
        """It waits."""
        return item in self._items

    def __iter__(self) -> Iterator[Item]:
        """In order."""
        return iter(self._items)

    @property
    def full(self) -> bool:
        """Reading has to wait."""
        return len(self._items) >= QUEUE_MAX or self._bytes >= QUEUE_BYTES

    @property
    def roomy(self) -> bool:
        """Reading may go on."""
        return len(self._items) < QUEUE_MAX // 2 and self._bytes < QUEUE_BYTES

    def add(self, item: Item, *, first: bool = False) -> None:
        """At the end; `first`: at the head, since it was there before."""
        (self._items.appendleft if first else self._items.append)(item)
        self._bytes += item.mail.size

    def remove(self, item: Item) -> None:
        """It waits no more."""
        if self._items[0] is item:
            self._items.popleft()
        else:
            self._items.remove(item)
        self._bytes -= item.mail.size

    def first(self, wanted: Callable[[Item], bool], among: int) -> Item | None:
        """The first one that is wanted, among so many."""
        return next((item for item in islice(self._items, among) if wanted(item)), None)
