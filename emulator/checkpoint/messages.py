"""What is said of the checkpoint of a CSSMTP; ids and texts are ours (cssmtp-operations.md 9.3)."""

from jes.errors import JesError
from jes.messages import Message

UNUSABLE = Message(
    "JML382E",
    "the checkpoint {name} cannot be used: {reason}; a cold start (-f) forgets what it has of this "
    "CSSMTP, and with the file gone all is forgotten: mail in hand is then sent again",
)
NOT_WRITTEN = Message(
    "JML383E",
    "THE CHECKPOINT {name} CANNOT BE WRITTEN: {reason}; MAIL IS SENT ALL THE SAME, AND "
    "AGAIN AFTER A RESTART",
)
WRITTEN_AGAIN = Message("JML384I", "THE CHECKPOINT {name} IS WRITTEN AGAIN")
WARM = Message(
    "JML385I", "{name}: WARM START, {mails} MAILS OF {files} SPOOL FILES WILL NOT BE SENT AGAIN"
)
COLD = Message("JML386I", "{name}: COLD START, THE CHECKPOINT IS EMPTY")


class CheckpointError(JesError):
    """A checkpoint that cannot be read or written."""


def unusable(name: str, reason: object) -> CheckpointError:
    """The error for a checkpoint that failed."""
    return CheckpointError(UNUSABLE, name=name, reason=" ".join(str(reason).split()))
