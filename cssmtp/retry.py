"""When a mail that was answered with "later" is tried again (cssmtp-operations.md 4.2 to 4.4).

Long retry is RetryLimit, extended retry is ExtendedRetry. Pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from cssmtp.config.statements import ExtendedRetry, RetryLimit


class Step(Enum):
    """What comes next for a mail with recipients that were answered 4xx."""

    LONG = auto()  # it waits in memory, its spool file stays in use
    EXTENDED = auto()  # it moves to the MailDirectory, its spool file is released
    OVER = auto()  # it is undeliverable


@dataclass(frozen=True, slots=True)
class Next:
    """A step, and how long to wait before the try that it leads to."""

    step: Step
    wait: timedelta = timedelta()


OVER = Next(Step.OVER)


def after_failure(tries: int, limit: RetryLimit, extended: ExtendedRetry | None) -> Next:
    """The step behind a failed try; `tries` long retries came before, the first try not counted.

    Count or Interval 0 is no long retry; what follows then is extended retry, if it is on.
    """
    if limit.count and limit.interval and tries < limit.count:
        return Next(Step.LONG, timedelta(minutes=limit.interval))
    if is_on(extended) and extended is not None:
        return Next(Step.EXTENDED, timedelta(minutes=extended.interval))
    return OVER


def is_on(extended: ExtendedRetry | None) -> bool:
    """Whether there is extended retry: the statement is there, and its Interval is not 0."""
    return extended is not None and extended.interval > 0


def extended_try(extended: ExtendedRetry, first: datetime, now: datetime) -> datetime | None:
    """When a mail in extended retry that failed `now` is tried again; None when Age is reached.

    Age counts from the `first` try. The last try is at that very moment, not an Interval before.
    """
    again = now + timedelta(minutes=extended.interval)
    if not extended.age:
        return again
    end = first + timedelta(days=extended.age)
    return None if now >= end else min(again, end)
