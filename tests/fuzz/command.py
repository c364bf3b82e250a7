"""Any command line gives a command, a reply or a blank; no argument could break an SMTP command.

python -m tests.fuzz.command --seconds 5
"""

from cssmtp.choices import BlankAfterColon, Choices, LeadingBlanks, MailParameters
from cssmtp.commands import BadCommand, Command, CommandReader
from tests.builders import CODE, ebcdic
from tests.strategies import COMMANDS

SEEDS = [ebcdic(line) for line in COMMANDS if len(line) < 99]
WORDS = [
    ebcdic(word) for word in ("<", ">", ":", "@", '"', "\\", " ", "TO", "FROM", "\t", "§", "¶")
]
_OTHER = Choices(
    mail_from_params=MailParameters.IGNORE,
    lf_is_separator=False,
    leading_blanks=LeadingBlanks.IGNORE,
    blank_after_colon=BlankAfterColon.REJECT,
)


def check(data: bytes) -> None:
    """Both with the defaults and with everything else."""
    line = data.translate(CODE.table).rstrip(b" ")
    for choices in (Choices(), _OTHER):
        found = CommandReader(CODE, choices, null_trnc=True).parse(line)
        if isinstance(found, Command):
            assert found.argument.isascii()
            assert found.argument.isprintable()
            assert len(found.argument) <= 255
        elif isinstance(found, BadCommand):
            assert found.reply[:3] in ("500", "501")
            assert found.reply.isprintable()
            assert found.argument.isprintable()


if __name__ == "__main__":
    import sys

    from tests.fuzz.__main__ import main

    sys.argv.insert(1, "command")
    main()
