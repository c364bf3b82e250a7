"""The programs that every system has: PGM= name -> function (jes2.md 5.7)."""

from jes.programs.idcams import idcams
from jes.programs.sort import icegener, sort
from jes.programs.step import Program
from jes.programs.utilities import iebgener, iefbr14


def standard_programs() -> dict[str, Program]:
    """A new mapping, for a system to add its own to."""
    return {
        "IDCAMS": idcams,
        "ICEGENER": icegener,
        "ICEMAN": sort,
        "IEBGENER": iebgener,
        "IEFBR14": iefbr14,
        "SORT": sort,
    }
