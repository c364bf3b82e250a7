"""What the connections of a CSSMTP need to know. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from cssmtp.clock import Clock
from cssmtp.config.statements import TargetServer, Timeout
from cssmtp.smtp.tap import Tap
from cssmtp.smtp.wire import Policy
from cssmtp.targets import Target, TargetCounts
from cssmtp.transcode import Wire


def no_policy(target: Target) -> Policy:
    """No rule of AT-TLS policy is for this target: TLS with it fails."""
    return Policy(target.host)


def no_tap(target: str) -> Tap | None:
    """Nobody listens to the dialogues."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How mail is sent. `serial` sends one mail at a time, in file order.

    `wire` gives the step from lines to what a target gets, `counts` what is kept of a target. With
    `patient` a target that is down is waited for and tried again after ConnectRetry; without, each
    is tried once. `clock` is for these waits. `policy` is that of TLS with a target, `ehlo_again`
    Options TLSEhlo; `tap` is asked for each new connection.
    """

    host: str
    wire: Callable[[TargetServer], Wire]
    timeout: Timeout
    clock: Clock
    at_sign: bytes = b""
    pipelining: bool = True
    serial: bool = False
    counts: Callable[[Target], TargetCounts] = lambda target: TargetCounts()
    patient: bool = False
    policy: Callable[[Target], Policy] = no_policy
    ehlo_again: bool = False
    tap: Callable[[str], Tap | None] = no_tap
