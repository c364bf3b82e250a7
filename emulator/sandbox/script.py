"""Which rules act: fed with what happens, it answers with actions that need no more deciding.

The first rule that fits and answers is the one that counts; a delay, a slow line and a size limit
in a rule before it are done as well. Greylisting, `close_after` and the words of a refusal become
replies here. Pure, but for functions of a Python file, which it calls.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import get_args

from emulator.sandbox.faults import (
    Acted,
    Action,
    Broken,
    CloseAfter,
    Defer,
    Facts,
    Point,
    Refuse,
    Reply,
    Rule,
    goes_on,
    points_of,
)

GREYLIST_MAX = 100_000  # senders and recipients remembered by a rule
BROKEN_MAX = 100  # failures of functions that are told of
_SHOWN = 200  # characters of what an exception says
_REFUSALS = {
    Point.CONNECT: "554 5.3.2 No SMTP service here",
    Point.GREETING: "554 5.3.2 No SMTP service here",
    Point.EHLO: "550 5.7.1 You are not welcome here",
    Point.HELO: "550 5.7.1 You are not welcome here",
    Point.STARTTLS: "501 5.7.0 TLS is refused",
    Point.MAIL: "550 5.7.1 Sender refused",
    Point.RCPT: "550 5.1.1 No such user here",
    Point.DATA: "554 5.3.0 Transaction failed",
    Point.TEXT: "554 5.6.0 Text refused",
    Point.PERIOD: "554 5.6.0 Message refused",
}
_DEFERRALS = {
    Point.CONNECT: "421 4.3.2 Try again later",
    Point.GREETING: "421 4.3.2 Try again later",
    Point.EHLO: "421 4.3.2 Try again later",
    Point.HELO: "421 4.3.2 Try again later",
    Point.STARTTLS: "454 4.7.0 TLS not available now",
    Point.MAIL: "451 4.7.1 Greylisted, try again later",
    Point.RCPT: "451 4.7.1 Greylisted, try again later",
}
_REFUSAL = "502 5.5.1 Refused"
_DEFERRAL = "451 4.3.0 Try again later"
ENOUGH = Reply("421 4.7.0 Too many mails over this connection")

Event = Acted | Broken
_Key = tuple[str, str | None, tuple[str, ...]]


def _nobody(event: Event) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class _Tally:
    """What a rule has seen."""

    connections: int = 0
    mails: int = 0
    acted: int = 0
    greylist: dict[_Key, tuple[float, int]] = field(default_factory=dict)  # first seen, tries


class Script:
    """The rules of a sandbox and what they have seen."""

    def __init__(self, rules: Iterable[Rule], tell: Callable[[Event], None] = _nobody) -> None:
        self.rules = tuple(rules)
        self.tallies = tuple(_Tally() for _ in self.rules)
        self.tell = tell
        self._broken: set[str] = set()
        self.connections = 0
        self.mails = 0

    def broke(self, rule: Rule, reason: str) -> None:
        """Tell of a function that failed, once for each reason."""
        told = f"{rule.name} {reason}"
        if told not in self._broken and len(self._broken) < BROKEN_MAX:
            self._broken.add(told)
            self.tell(Broken(rule, reason))

    def connection(self, listener: int, port: int, client: str) -> "Talk":
        """A client is here; `listener` counts from 1."""
        self.connections += 1
        facts = Facts(
            point=Point.CONNECT,
            listener=listener,
            port=port,
            client=client,
            connection=self.connections,
        )
        return Talk(self, facts)


class Talk:
    """One connection, as the rules see it."""

    def __init__(self, script: Script, facts: Facts) -> None:
        self._script = script
        self.facts = facts
        size = len(script.rules)
        self._connection, self._mail = [0] * size, [0] * size
        self._in_text: set[int] = set()  # rules that acted in this text
        for number, rule in enumerate(script.rules):
            if _here(rule, facts):
                script.tallies[number].connections += 1
                self._connection[number] = script.tallies[number].connections

    def mail(self, sender: str) -> None:
        """MAIL came."""
        self._script.mails += 1
        self.facts = replace(
            self.facts,
            mail=self._script.mails,
            mail_of_connection=self.facts.mail_of_connection + 1,
            sender=sender,
            recipient=None,
            recipients=(),
        )
        for number, rule in enumerate(self._script.rules):
            mask = rule.when.sender
            fits = _here(rule, self.facts) and (mask is None or mask.holds(sender))
            tally = self._script.tallies[number]
            tally.mails += fits
            self._mail[number] = tally.mails if fits else 0

    def ask(self, facts: Facts) -> tuple[Action, ...]:
        """What is to be done at a point, in order; an empty answer is as usual."""
        found: list[Action] = []
        if facts.point is Point.DATA:
            self._in_text.clear()
        for number, rule in enumerate(self._script.rules):
            if not self._fits(number, rule, facts):
                continue
            actions = self._resolved(number, rule, facts)
            if not actions:
                continue
            self._script.tallies[number].acted += 1
            if facts.point is Point.TEXT:
                self._in_text.add(number)
            self._script.tell(Acted(rule, facts, actions))
            found += actions
            if not all(map(goes_on, actions)):
                break
        return tuple(found)

    def _fits(self, number: int, rule: Rule, facts: Facts) -> bool:
        when, tally = rule.when, self._script.tallies[number]
        if when.point is not facts.point or not _here(rule, facts):
            return False
        if rule.times is not None and tally.acted >= rule.times:
            return False
        if facts.point is Point.TEXT and isinstance(rule.do, tuple) and number in self._in_text:
            return False
        return (
            facts.size >= when.bytes
            and (when.to is None or when.to is facts.to)
            and (when.connection is None or when.connection.holds(self._connection[number]))
            and (when.mail is None or when.mail.holds(self._mail[number]))
            and _sent_by(rule, facts)
            and _sent_to(rule, facts)
        )

    def _resolved(self, number: int, rule: Rule, facts: Facts) -> tuple[Action, ...]:
        """The actions of a rule with nothing left to decide; none when it lets this pass."""
        actions = rule.do if isinstance(rule.do, tuple) else self._called(rule, facts)
        found: list[Action] = []
        for action in actions:
            one = self._decided(number, action, facts)
            if one is None:
                return ()
            found.append(one)
        return tuple(found)

    def _called(self, rule: Rule, facts: Facts) -> tuple[Action, ...]:
        """What a function of a Python file answers; nothing when it breaks."""
        assert not isinstance(rule.do, tuple)
        try:
            return _actions(rule.do(facts), facts.point)
        except Exception as error:  # noqa: BLE001 the sandbox outlives what people write
            reason = f"{type(error).__name__}: {error}"[:_SHOWN]
            self._script.broke(rule, reason)
            return ()

    def _decided(self, number: int, action: Action, facts: Facts) -> Action | None:
        match action:
            case Refuse():
                return Reply(_REFUSALS.get(facts.point, _REFUSAL))
            case Defer():
                waits = self._greylisted(number, action, facts)
                return Reply(_DEFERRALS.get(facts.point, _DEFERRAL)) if waits else None
            case CloseAfter(mails):
                return ENOUGH if facts.mail_of_connection > mails else None
        return action

    def _greylisted(self, number: int, defer: Defer, facts: Facts) -> bool:
        if not defer.seconds and not defer.tries:
            return True
        greylist = self._script.tallies[number].greylist
        whom = facts.recipients if facts.recipient is None else (facts.recipient,)
        key = (facts.client, facts.sender, whom)
        first, tries = greylist.get(key, (facts.now, 0))
        if tries >= max(defer.tries, 1) and facts.now - first >= defer.seconds:
            return False
        if key not in greylist and len(greylist) >= GREYLIST_MAX:
            del greylist[next(iter(greylist))]
        greylist[key] = (first, tries + 1)
        return True


def _here(rule: Rule, facts: Facts) -> bool:
    when = rule.when
    return when.listener in (None, facts.listener) and when.port in (None, facts.port)


def _sent_by(rule: Rule, facts: Facts) -> bool:
    mask = rule.when.sender
    return mask is None or (facts.sender is not None and mask.holds(facts.sender))


def _sent_to(rule: Rule, facts: Facts) -> bool:
    mask = rule.when.recipient
    if mask is None:
        return True
    whom = facts.recipients if facts.recipient is None else (facts.recipient,)
    return any(map(mask.holds, whom))


def _actions(answer: object, point: Point) -> tuple[Action, ...]:
    """An answer of a function as actions. Raises `TypeError`, `ValueError`."""
    if answer is None:
        return ()
    actions = tuple(answer) if isinstance(answer, list | tuple) else (answer,)
    for action in actions:
        if not isinstance(action, get_args(Action)):
            if callable(close := getattr(action, "close", None)):  # a coroutine nobody awaits
                close()
            raise TypeError(f"{type(action).__name__} is no action")
        if point not in points_of(action):
            raise ValueError(f"{type(action).__name__} makes no sense at {point}")
    return tuple(sorted(actions, key=lambda action: not goes_on(action)))
