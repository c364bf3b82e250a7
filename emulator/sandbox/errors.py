"""What the sandbox mail server raises on purpose.

SandboxError        it cannot start: an address, or a folder that is in use
"""

from jes.messages import Message

NOT_LOOPBACK = Message("JML080E", "sandbox: {host!r} is no loopback address")
CANNOT_LISTEN = Message("JML081E", "sandbox: cannot listen on {host} port {port}: {reason}")
BAD_LISTENERS = Message("JML082E", "sandbox: {count} listeners, expected 1 to {most}")
FOLDER_IN_USE = Message(
    "JML083E", "{folder} holds saved mail already ({name}): name a new or an empty folder"
)
FOLDER_FAILED = Message("JML084E", "mail cannot be saved in {folder}: {reason}")
BAD_RULE = Message("JML085E", "{key}: {text}")
FAULTS_UNREADABLE = Message("JML086E", "the file of faults cannot be read: {reason}")
BROKEN_FUNCTION = Message("JML087W", "sandbox: {name} of the file of faults failed: {reason}")


class SandboxError(Exception):
    """The sandbox cannot start. Carries the message that the user sees."""

    def __init__(self, message: Message, **fields: object) -> None:
        self.message = message
        self.fields = fields
        super().__init__(message.text(**fields))
