"""Destinations: the forms that JES2 takes, and where each of them is (jes2.md 1.2).

Pure. One node is known, our own; what names another waits to be sent there.
"""

import re

from jes.sysout import LOCAL, Route

ANYLOCAL = "ANYLOCAL"
NODE_MAX = 32_767  # of nodes and remote workstations alike
SPECIAL_MAX = 9999

_NAME = r"[A-Z0-9$#@]{1,8}"
_FORM = re.compile(rf"\*|{_NAME}(?:\.{_NAME})?|N[0-9]{{1,5}}R[0-9]{{1,5}}")
_NODE = re.compile(r"N([0-9]{1,5})(?:R([0-9]{1,5}))?")
_REMOTE = re.compile(r"R(?:M|MT)?([0-9]{1,5})")
_SPECIAL = re.compile(r"U([0-9]{1,4})")


def valid(dest: str) -> bool:
    """Whether JES2 takes `dest` as a destination."""
    if not _FORM.fullmatch(dest):
        return False
    return all(
        int(number) <= NODE_MAX
        for part in dest.split(".")
        for pattern in (_NODE, _REMOTE)
        if (found := pattern.fullmatch(part))
        for number in found.groups()
        if number
    )


def route_of(dest: str, node: str) -> Route:
    """Where `dest` is, seen from the node called `node`, with the one spelling that a comparison of
    routes needs: `RMT7`, `N1R7` and `NODE.R7` are all `R7` at node 1, which is called NODE.

    A name of no other kind is a user or destination id here: with DESTDEF NODENAME=OPTIONAL nothing
    has to be defined, and no other node has a name.
    """
    first, dot, rest = dest.partition(".")
    if dot:
        return route_of(rest, node) if _ours(first, node) else Route(local=False, dest=dest)
    if dest in (LOCAL, ANYLOCAL, "*", node):
        return Route(local=True, dest=ANYLOCAL if dest == ANYLOCAL else LOCAL)
    if found := _NODE.fullmatch(dest):
        ours = _ours(f"N{found[1]}", node)
        return _workstation(found[2] or "0") if ours else Route(local=False, dest=dest)
    if found := _REMOTE.fullmatch(dest):
        return _workstation(found[1])
    found = _SPECIAL.fullmatch(dest)
    return Route(local=True, dest=f"U{int(found[1])}") if found else Route(True, dest, dest)


def _workstation(number: str) -> Route:
    """Remote workstation 0 is the node itself. A workstation is no user: no writer has its name."""
    return Route(local=True, dest=f"R{int(number)}" if int(number) else LOCAL)


def _ours(first: str, node: str) -> bool:
    """Whether a node is our own: by name, or by number, which is 1 unless the name is a number."""
    if first in (node, LOCAL):
        return True
    number = _NODE.fullmatch(first)
    own = _NODE.fullmatch(node)
    return number is not None and number[2] is None and int(number[1]) == int(own[1] if own else 1)
