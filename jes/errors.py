"""The errors that `jes` raises on purpose.

JesError
├── BadName          a job, class, writer or data set name that JES2 would refuse
├── BadRecord        bytes that do not frame as records of the format that was named
├── BadCharacter     text that the code page does not have, or an unknown code page
├── CommandRejected  an operator command that cannot be carried out as it stands
└── SpoolError       the store cannot go on
    ├── SpoolFull    no job number is left
    ├── SpoolShortage  no track group is left: whoever writes waits, or fails
    ├── Interrupted  the system stops, and a job that waits for space cannot go on
    ├── Evicted      an operator took this member out of the spool
    ├── Collision    another member was in the way; the same again may well succeed
    └── NotClaimed   a claim that this session does not hold (any more)
"""

from jes.messages import Message


class JesError(Exception):
    """Base of what `jes` raises on purpose. Carries the message that an operator sees."""

    def __init__(self, message: Message, **fields: object) -> None:
        self.message = message
        self.fields = fields
        super().__init__(message.text(**fields))


class BadName(JesError, ValueError):
    """A name outside the rules of its kind."""


class BadRecord(JesError, ValueError):
    """Bytes that are no records of the format named; the message has the offset."""


class BadCharacter(JesError, ValueError):
    """A character that the code page lacks, or a code page that nobody knows."""


class CommandRejected(JesError):
    """A command that an operator has to type in another way; the message is the answer."""


class SpoolError(JesError):
    """The spool store refused or failed."""


class SpoolFull(SpoolError):
    """No job number is left."""


class SpoolShortage(SpoolError):
    """No track group is left for what is to be written; nothing of it was."""


class Interrupted(SpoolError):
    """The system stops while a job waits for space; it runs again another time."""


class Evicted(SpoolError):
    """An operator took this member out of the spool ($E MEMBER): it can claim nothing any more."""


class Collision(SpoolError):
    """Two members waited for each other, and this one had to give way; nothing was done."""


class NotClaimed(SpoolError):
    """The session does not hold the data set that it wants to read or dispose of."""
