"""How a CSSMTP reads spool files, as its configuration and the choices of its task say. Pure."""

from dataclasses import dataclass

from cssmtp.choices import Choices
from cssmtp.codes import Codes, codes_of
from cssmtp.config.statements import Config
from cssmtp.mailtext import canonical
from cssmtp.spoolmail import Limits, SpoolMailParser

THOUSAND = 1000  # JESJobSize and JESMsgSize count thousands of bytes (cssmtp-config.md 10.14)
UNREADABLE = "JML304E the spool file cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class Reading:
    """`at_sign` is the AtSign character in the inspection code, empty when it is "@"; `file_size`
    the largest spool file in bytes, 0 for no limit."""

    codes: Codes
    limits: Limits
    choices: Choices
    file_size: int

    @property
    def at_sign(self) -> bytes:
        """Taken as "@" in commands and headers."""
        return self.limits.at_sign

    def parser(self) -> SpoolMailParser:
        """A parser for one spool file."""
        return SpoolMailParser(self.codes.code, self.limits, self.choices)


def reading_of(config: Config, choices: Choices) -> Reading:
    """Raises `BadCharacter` for an unknown code page or charset."""
    codes = codes_of(config, choices)
    at_sign, servers = config.options.at_sign, config.target_servers
    limits = Limits(
        syntax_errors=config.jes_syntax_err_limit,
        mail_size=config.jes_msg_size * THOUSAND,
        null_trnc=config.options.null_trnc,
        data_line_trunc=config.options.data_line_trunc,
        at_sign=b"" if at_sign == "@" else codes.code.byte_of(at_sign),
        replace_subject_at_sign=config.options.replace_subject_at_sign,
        lost=codes.lost(servers),
        charsets=frozenset(canonical(codes.charset(server)) for server in servers),
        utf8=config.mbcs,
    )
    return Reading(codes, limits, choices, config.jes_job_size * THOUSAND)
