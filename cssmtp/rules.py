"""What a configuration says for the spool files that are taken while it is in force. Pure.

REFRESH makes new rules; a spool file that is in work keeps those that it began with.
"""

from dataclasses import dataclass

from cssmtp.choices import Choices
from cssmtp.codes import Codes, codes_of
from cssmtp.config.statements import Config
from cssmtp.headers import HeaderMaker, Stamps
from cssmtp.mailtext import canonical
from cssmtp.spoolmail import Limits

THOUSAND = 1000  # JESJobSize and JESMsgSize count thousands of bytes (cssmtp-config.md 10.14)
UNREADABLE = "JML304E the spool file cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class Rules:
    """A configuration, and what is made of it."""

    config: Config
    codes: Codes
    limits: Limits
    headers: HeaderMaker
    at_sign: bytes


def rules_of(config: Config, choices: Choices, host: str, jobname: str, stamps: Stamps) -> Rules:
    """The rules of a configuration; `stamps` are shared, so that no id comes twice.

    Raises `BadCharacter` for an unknown code page or charset.
    """
    codes, options = codes_of(config, choices), config.options
    at_sign = b"" if options.at_sign == "@" else codes.code.byte_of(options.at_sign)
    headers = HeaderMaker(
        host,
        jobname,
        stamps,
        add_date=config.header.date,
        user_info=config.header.user_info,
        style=choices.message_id_style,
    )
    servers = config.target_servers
    limits = Limits(
        syntax_errors=config.jes_syntax_err_limit,
        mail_size=config.jes_msg_size * THOUSAND,
        null_trnc=options.null_trnc,
        data_line_trunc=options.data_line_trunc,
        at_sign=at_sign,
        replace_subject_at_sign=options.replace_subject_at_sign,
        lost=codes.lost(servers),
        charsets=frozenset(canonical(codes.charset(server)) for server in servers),
        utf8=config.mbcs,
    )
    return Rules(config, codes, limits, headers, at_sign)
