"""What stands behind the command of a panel: classes, a mask, words (spool-ui.md 1.3).

Classes stand with the command without a blank (`STABC`) or before a mask (`ST ABC PAY*`); one word
behind a blank is a mask.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.panels.values import Refused
from emulator.shown import printable

HOLDS = ("H", "NH")
KINDS = ("JOB", "STC", "TSU")
_DA_WORDS = ("ALL", *(f"{how}{kind}" for how in ("", "O", "NO") for kind in KINDS))
_DA_WORDS_MAX = 4
_MASK = re.compile(r"[A-Z0-9$#@*%]{1,8}", re.ASCII)
_CLASSES = {
    "ST": (re.compile(r"[-A-Z0-9*#$+?=@!)/]{1,6}", re.ASCII), 6),
    "I": (re.compile(r"[A-Z0-9]{1,6}", re.ASCII), 6),
    "O": (re.compile(r"[A-Z0-9]{1,7}", re.ASCII), 7),
    "H": (re.compile(r"[A-Z0-9]{1,7}", re.ASCII), 7),
    "JC": (re.compile(r"[A-Z0-9]{1,6}", re.ASCII), 6),
}
# panels whose classes may stand right behind their command
ATTACHING = ("ST", "O", "H", "I")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a panel was asked for; a mask that everything fits is none."""

    classes: str = ""
    mask: str = ""
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As it stands behind the command and a blank."""
        mask = self.mask or ("*" if self.classes else "")
        return " ".join(word for word in (self.classes, mask, *self.words) if word)


def parameter_of(panel: str, text: str, attached: str = "") -> Asked:
    """The parameter of a panel, with the classes that stand right behind its command. Raises
    `Refused`."""
    words = text.upper().split()
    if panel == "DA":
        return Asked(words=_da_words(words))
    holds: tuple[str, ...] = ()
    if panel == "I" and words and words[-1] in HOLDS:
        holds = (words.pop(),)
    if panel not in _CLASSES:
        if words or attached:
            raise Refused(f"{panel} TAKES NO PARAMETER")
        return Asked()
    classes = attached.upper()
    if not classes and len(words) > 1:
        classes = words.pop(0)
    return Asked(_classes(panel, classes), _mask(panel, words), holds)


def _classes(panel: str, text: str) -> str:
    pattern, most = _CLASSES[panel]
    if text and not pattern.fullmatch(text):
        raise Refused(
            f"{printable(text)[:16]}: {panel} TAKES UP TO {most} CLASSES OF ONE CHARACTER"
        )
    return "".join(dict.fromkeys(text))


def _mask(panel: str, words: Sequence[str]) -> str:
    if len(words) > 1:
        raise Refused(f"{panel}: TOO MANY WORDS: CLASSES AND A MASK AT MOST")
    mask = words[0] if words else ""
    if mask and not _MASK.fullmatch(mask):
        raise Refused(f"{printable(mask)[:16]} IS NOT A MASK: 1-8 OF A-Z 0-9 $ # @ * %")
    return "" if not mask.strip("*") else mask


def _da_words(words: Sequence[str]) -> tuple[str, ...]:
    for word in words:
        if word not in _DA_WORDS:
            raise Refused(
                f"DA {printable(word)[:16]}: USE {', '.join(_DA_WORDS[:4])}, OJOB, NOJOB …"
            )
    if len(words) > _DA_WORDS_MAX:
        raise Refused(f"DA TAKES {_DA_WORDS_MAX} WORDS AT MOST")
    return tuple(dict.fromkeys(words))


def kinds_of(words: Sequence[str]) -> tuple[str, ...]:
    """The kinds of work that DA's words mean; all for none. No kind can be left."""
    only = [word[1:] for word in words if word[0] == "O"]
    added = [word for word in words if word in KINDS]
    taken = [word[2:] for word in words if word[:2] == "NO"]
    wanted = only or (added if added and "ALL" not in words else KINDS)
    return tuple(kind for kind in KINDS if kind in wanted and kind not in taken)
