"""What SMTPD does while a server does not take a mail (smtpd-migration.md 2, 4, ERR-01 to ERR-03).

Nothing waits here: an answer of a server becomes an outcome with its times, in minutes since the
mail was read.
"""

from dataclasses import dataclass
from enum import StrEnum

from cssmtp.smtpd.facts import Unsure, unsure
from cssmtp.smtpd.statements import SmtpdConfig

_DAY = 1440


class Answer(StrEnum):
    """What the server of a recipient does, as long as it lasts."""

    TAKEN = "taken"
    REFUSED = "refused"  # 5xx, or the name does not exist
    LATER = "later"  # 4xx
    SILENT = "silent"  # down, or the name cannot be asked for


class Outcome(StrEnum):
    """What becomes of the mail for a recipient."""

    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"  # nobody can have it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """The end of it. `tries` is how often the server was asked, `returned_to` who has the mail
    back, `warned` when the sender was told that it waits, `minutes` when it was over."""

    outcome: Outcome
    tries: int
    minutes: int
    returned_to: str | None = None
    warned: int | None = None
    unsure: tuple[Unsure, ...] = ()


def after(answer: Answer, config: SmtpdConfig, sender: str, *, lasts: int | None = None) -> Retried:
    """What becomes of mail from `sender`. `answer` lasts for so many minutes, None is for ever;
    then the server takes the mail."""
    if answer is Answer.TAKEN:
        return Retried(outcome=Outcome.DELIVERED, tries=1, minutes=0)
    if answer is Answer.REFUSED:
        return _back(sender, 1, 0, None)
    interval, age = config.retry_int, config.retry_age * _DAY
    tries = 1 + (age // interval if interval else 0)
    if answer is Answer.LATER and config.temp_error_retries:
        tries = min(tries, config.temp_error_retries)
    if lasts is not None:
        needed = 1 + -(-lasts // interval) if interval else 2
        if needed <= tries:
            minutes = (needed - 1) * interval
            warned = _warned(config, minutes)
            return Retried(
                outcome=Outcome.DELIVERED, tries=needed, minutes=minutes, warned=warned,
                unsure=(unsure("retry"),),
            )  # fmt: skip
    minutes = (tries - 1) * interval
    return _back(sender, tries, minutes, _warned(config, minutes))


def _warned(config: SmtpdConfig, minutes: int) -> int | None:
    """When the sender was told that the mail waits."""
    due = config.warning_age * _DAY
    return due if 0 < due < minutes else None


def _back(sender: str, tries: int, minutes: int, warned: int | None) -> Retried:
    marks = (unsure("retry"),) if tries > 1 else ()
    if not sender:
        return Retried(
            outcome=Outcome.LOST, tries=tries, minutes=minutes, warned=None,
            unsure=(*marks, unsure("null-sender")),
        )  # fmt: skip
    return Retried(
        outcome=Outcome.RETURNED, tries=tries, minutes=minutes, returned_to=sender, warned=warned,
        unsure=marks,
    )  # fmt: skip
