"""Single values of a system file, each checked by its own rule. Pure."""

import difflib
import re
from collections.abc import Iterable

from cssmtp.config.values import HOST, Refused
from emulator.settings import JOB_CLASSES
from emulator.yaml_lines import Node
from jes import codepages
from jes.names import SysoutClass
from jes.records import Recfm
from jes.store.capacity import JOB_NUMBER_MAX, TRACK_GROUP
from jes.sysout import CLASSES_MAX, Disposition, Outdisp, Output

_SYSTEM_NAME = re.compile(r"[A-Z$#@][A-Z0-9$#@]{0,7}")
_FUNCTION = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,15})([KMG]?)B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_SYMBOL_VALUE_MAX = 44
_VERSIONS = ("1.2", "1.3")
_NUMBER = re.compile(r"[0-9]{1,6}")


class Wrong(ValueError):
    """The value of a key cannot be used. Becomes a fault with its line."""


def size(node: Node, key: str) -> int:
    """Bytes, or a number with K, M or G behind it."""
    match = _SIZE.fullmatch(str(node.value)) if isinstance(node.value, str | int) else None
    if match is None or (size := int(match[1]) * _UNITS[match[2].upper()]) < TRACK_GROUP:
        raise Wrong(f"expected a size such as 500M, a track group at least, found {shown(node)}")
    return size


def classes(word: str) -> str:
    """The job classes of an initiator."""
    if not word or len(set(word)) < len(word) or not set(word) <= set(JOB_CLASSES):
        raise Wrong(f"{short(word)} is no list of job classes: letters and digits, each once")
    return word


def sysout_classes(word: str) -> tuple[SysoutClass, ...]:
    """The SYSOUT classes of a writer, in order of priority. Raises `BadName` too."""
    if not word or len(set(word)) < len(word) or len(word) > CLASSES_MAX:
        raise Wrong(f"{short(word)} is no list of classes: 1-{CLASSES_MAX} of A-Z 0-9, each once")
    return tuple(SysoutClass(one) for one in word)


def recfm(node: Node, key: str) -> Recfm:
    if not isinstance(node.value, str):
        raise Wrong(f"expected a record format, found {shown(node)}")
    return Recfm.parse(node.value)


def outdisp(node: Node, key: str) -> Outdisp:
    pair = node.value
    if not isinstance(pair, list) or len(pair) != 2:
        raise Wrong(f"expected a list of two dispositions, found {shown(node)}")
    normal, abnormal = (_disposition(item) for item in pair)
    return Outdisp(normal, abnormal)


def _disposition(node: Node) -> Disposition:
    """By its name, or its first letter as in OUTCLASS OUTDISP= (jes2.md 1.2)."""
    letters = {value.value[0]: value for value in Disposition}
    if isinstance(node.value, str) and (found := letters.get(node.value.upper())):
        return found
    return Disposition(_member(node, Disposition))


def job_numbers(node: Node, key: str) -> tuple[int, int]:
    """The ends of a range, the lower one first."""
    ends = node.plain()
    if isinstance(ends, list) and len(ends) == 2 and all(_NUMBER.fullmatch(str(e)) for e in ends):
        low, high = (int(end) for end in ends)
        if 1 <= low <= high <= JOB_NUMBER_MAX:
            return low, high
    raise Wrong(f"expected two numbers [low, high] from 1 to {JOB_NUMBER_MAX}")


def output(node: Node, key: str) -> Output:
    return Output(_member(node, Output))


def _member(node: Node, values: type[Disposition] | type[Output]) -> str:
    known = [value.value for value in values]
    if not isinstance(node.value, str) or node.value.upper() not in known:
        raise Wrong(f"expected one of {', '.join(known)}, found {shown(node)}")
    return node.value.upper()


def system_name(word: str) -> str:
    if not _SYSTEM_NAME.fullmatch(word):
        rule = "1-8 of A-Z 0-9 $ # @, not beginning with a digit"
        raise Wrong(f"{short(word)} is not a valid name: {rule}")
    return word


def host(word: str) -> str:
    try:
        return str(HOST.read(word))
    except Refused as refused:
        raise Wrong(f"{short(word)} is not {HOST.rule}") from refused


def spool_page(word: str) -> str:
    page = codepages.page(word)
    if not page.ebcdic:
        raise Wrong(f"{page.name} is not EBCDIC, which the spool is")
    return page.name


def file_page(word: str) -> str:
    return "UTF-8" if word.upper() in {"UTF-8", "UTF8"} else codepages.page(word).name


def symbol_value(word: str) -> str:
    if len(word) > _SYMBOL_VALUE_MAX or not word.isprintable():
        raise Wrong(f"expected at most {_SYMBOL_VALUE_MAX} printable characters")
    return word


def function(word: str) -> str:
    if not _FUNCTION.fullmatch(word):
        raise Wrong(f"expected module:function, found {short(word)}")
    return word


def version(word: str) -> str:
    if word not in _VERSIONS:
        raise Wrong(f"expected {' or '.join(_VERSIONS)}, found {short(word)}")
    return word


def shown(node: Node) -> str:
    match node.value:
        case None:
            return "nothing"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case text:
            return short(text)


def short(text: str) -> str:
    return repr(text if len(text) <= 48 else text[:45] + "...")


def printable(key: str) -> str:
    """A key as a finding shows it, whatever characters it has."""
    return key if key.isprintable() and len(key) <= 80 else repr(key[:80])


def nearest(word: str, known: Iterable[str]) -> str:
    """What an unknown word may have been meant to be, as the end of a sentence."""
    names = list(known)
    near = difflib.get_close_matches(word.lower()[:32], names, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(names)}"
