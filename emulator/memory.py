"""How much of the storage that this process may have is in use."""

import resource
from contextlib import suppress
from pathlib import Path

_PAGES = Path("/proc/self/statm")
_CGROUP = Path("/sys/fs/cgroup/memory.max")
_MACHINE = Path("/proc/meminfo")
_RESIDENT = 1  # the field of statm


def percent() -> int | None:
    """The resident part of the process in percent of what bounds it: the limit of its address
    space, of its control group, or the machine. None where the system does not say."""
    try:
        resident = int(_PAGES.read_text().split()[_RESIDENT]) * resource.getpagesize()
        bound = min(_bounds())
    except (OSError, ValueError, IndexError):
        return None
    return 100 * resident // bound


def _bounds() -> list[int]:
    """In bytes, those that there are."""
    found = [int(_MACHINE.read_text().split()[1]) * 1024]
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        found.append(soft)
    with suppress(OSError, ValueError):  # there is no such group, or it has no limit
        found.append(int(_CGROUP.read_text()))
    return found
