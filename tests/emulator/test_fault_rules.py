"""Which rules of faults act, and what they come to: the pure part."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.sandbox.fault_parser import parse
from emulator.sandbox.faults import (
    Acted,
    Action,
    Broken,
    CloseAfter,
    Defer,
    Delay,
    Drop,
    Endless,
    Facts,
    Garbage,
    Mask,
    Point,
    Refuse,
    Reply,
    Rule,
    Send,
    SizeLimit,
    Slow,
    Tls,
    TlsFault,
    When,
    garbage,
)
from emulator.sandbox.script import GREYLIST_MAX, Event, Script, Talk
from emulator.sandbox.watched import action_words


def script(text: str, tell: Callable[[Event], None] = lambda event: None) -> Script:
    rules, findings = parse(text)
    assert not findings, findings
    return Script(rules, tell)


def asked(talk: Talk, point: Point, **facts: object) -> tuple[Action, ...]:
    return talk.ask(replace(talk.facts, point=point, **facts))  # type: ignore[arg-type]


def acting(text: str, senders: Iterable[str], point: Point = Point.MAIL) -> list[int]:
    """The ordinals of the mails, each over a connection of its own, at which a rule acts."""
    one, found = script(text), []
    for number, sender in enumerate(senders, start=1):
        talk = one.connection(1, 25, "127.0.0.1")
        talk.mail(sender)
        if asked(talk, point):
            found.append(number)
    return found


COUNTS = {
    "third": ("mail: 3", [3]),
    "every third": ("mail: every 3", [3, 6]),
    "after the third": ("mail: after 3", [4, 5, 6]),
    "after none": ("mail: after 0", [1, 2, 3, 4, 5, 6]),
    "second connection": ("point: mail, connection: 2", [2]),
    "every second connection": ("point: mail, connection: every 2", [2, 4, 6]),
    "second of one sender": ('mail: 2, sender: "b@*"', [4]),
    "a sender": ('sender: "b@*"', [2, 4, 6]),
    "case does not count": ('sender: "B@X.EXAMPLE"', [2, 4, 6]),
    "one character": ('sender: "?@*"', [1, 2, 3, 4, 5, 6]),
    "an address as a pattern": ('sender: "[ab]@*"', []),
    "another listener": ("point: mail, listener: 2", []),
    "this port": ("point: mail, port: 25", [1, 2, 3, 4, 5, 6]),
}


@pytest.mark.parametrize(("when", "numbers"), COUNTS.values(), ids=COUNTS)
def test_which_mails_a_rule_means(when: str, numbers: list[int]) -> None:
    senders = ["a@x.example", "b@x.example"] * 3
    assert acting(f"- {{when: {{{when}}}, do: refuse}}", senders) == numbers


def test_the_null_sender_has_a_mask() -> None:
    assert acting('- {when: {sender: "<>"}, do: refuse}', ["a@x", "", "<>"]) == [2]
    assert acting('- {when: {sender: ""}, do: refuse}', ["a@x", ""]) == [2]


def test_times_is_the_most() -> None:
    assert acting("- {when: {point: mail}, do: drop, times: 2}", ["a"] * 5) == [1, 2]


def test_connections_are_counted_for_the_listener_of_the_rule() -> None:
    one = script("- {when: {listener: 2, connection: 2}, do: refuse}")
    talks = [one.connection(listener, 0, "") for listener in (1, 2, 1, 2, 2)]
    acted = [bool(talk.ask(talk.facts)) for talk in talks]
    assert acted == [False, False, False, True, False]


def test_the_first_rule_that_answers_counts_and_delays_before_it_add_up() -> None:
    one = script(
        "- {when: {point: mail}, do: {delay: 1}}\n"
        "- {when: {sender: b}, do: {delay: 2, reply: 550 no}}\n"
        "- {when: {point: mail}, do: drop}\n"
    )
    talk = one.connection(1, 25, "")
    talk.mail("b")
    assert asked(talk, Point.MAIL) == (Delay(1), Delay(2), Reply("550 no"))
    talk.mail("c")
    assert asked(talk, Point.MAIL) == (Delay(1), Drop())


# --- greylisting --------------------------------------------------------------------------------


def tries(do: str, *moments: float, client: str = "127.0.0.1") -> list[bool]:
    """Whether a recipient is refused at each of these seconds."""
    one = script(f"- {{when: {{point: rcpt}}, do: {do}}}")
    refused = []
    for now in moments:
        talk = one.connection(1, 25, client)
        talk.mail("a@x")
        refused.append(bool(asked(talk, Point.RCPT, recipient="b@y", now=now)))
    return refused


def test_greylisting_by_time_begins_with_the_first_try() -> None:
    assert tries("{defer: 300}", 50, 100, 349.9, 350, 351) == [True, True, True, False, False]


def test_greylisting_asks_for_a_second_try_however_late_the_first() -> None:
    assert tries("{defer: 300}", 1000, 1300) == [True, False]


def test_greylisting_by_tries() -> None:
    assert tries("{defer: {tries: 2}}", 0, 0, 0) == [True, True, False]


def test_greylisting_by_both() -> None:
    assert tries("{defer: {tries: 3, seconds: 10}}", 0, 20, 21, 22) == [True, True, True, False]


def test_defer_alone_is_for_ever() -> None:
    assert tries("defer", 0, 1e6) == [True, True]


def test_each_sender_and_recipient_is_greylisted_alone() -> None:
    one = script("- {when: {point: rcpt}, do: {defer: {tries: 1}}}")
    refused = []
    for sender, recipient in (("a", "x"), ("a", "y"), ("b", "x"), ("a", "x"), ("b", "x")):
        talk = one.connection(1, 25, "")
        talk.mail(sender)
        refused.append(bool(asked(talk, Point.RCPT, recipient=recipient)))
    assert refused == [True, True, True, False, False]


def test_the_greylist_has_an_end() -> None:
    one = script("- {when: {point: rcpt}, do: {defer: {tries: 1}}}")
    talk = one.connection(1, 25, "")
    talk.mail("a")
    for number in range(GREYLIST_MAX + 10):
        asked(talk, Point.RCPT, recipient=str(number))
    assert len(one.tallies[0].greylist) == GREYLIST_MAX


def test_a_rule_that_lets_pass_is_not_counted_and_the_next_one_is_asked() -> None:
    one = script(
        "- {when: {point: rcpt}, do: {defer: {tries: 1}, delay: 5}, times: 2}\n"
        "- {when: {point: rcpt}, do: refuse}\n"
    )
    talk = one.connection(1, 25, "")
    talk.mail("a")
    answers = [asked(talk, Point.RCPT, recipient="b") for _ in range(2)]
    assert isinstance(answers[0][0], Delay)
    assert len(answers[1]) == 1
    assert one.tallies[0].acted == 1


def test_close_after_counts_the_mails_of_a_connection() -> None:
    one = script("- do: {close_after: 2}")
    said = []
    for _ in range(2):
        talk = one.connection(1, 25, "")
        for _ in range(3):
            talk.mail("a")
            said += [action.text[:3] for action in asked(talk, Point.MAIL)]  # type: ignore[union-attr]
    assert said == ["421", "421"]


@pytest.mark.parametrize("point", [point for point in Point if point is not Point.REPLY])
def test_refusals_and_deferrals_are_replies_of_their_kind(point: Point) -> None:
    for do, kind in (("refuse", "5"), ("defer", "4")):
        (reply,) = asked(
            script(f"- {{when: {{point: {point}}}, do: {do}}}").connection(1, 25, ""), point
        )
        assert isinstance(reply, Reply)
        assert reply.text[0] == kind


# --- while a text arrives -----------------------------------------------------------------------


def test_a_rule_acts_once_in_a_text_when_its_bytes_are_there() -> None:
    talk = script("- {when: {bytes: 1000}, do: {delay: 1}}").connection(1, 25, "")
    for _ in range(2):
        asked(talk, Point.DATA)
        acted = [bool(asked(talk, Point.TEXT, size=size)) for size in (0, 999, 1001, 5000)]
        assert acted == [False, False, True, False]


# --- functions of a Python file -----------------------------------------------------------------


def of_function(do: Callable[[Facts], object], events: list[Event]) -> Talk:
    rule = Rule(when=When(point=Point.MAIL), do=do, name="function mail")
    talk = Script((rule,), events.append).connection(1, 25, "")
    talk.mail("a@x")
    return talk


def test_a_function_answers_with_actions_of_any_number() -> None:
    answers = {
        "none": (None, ()),
        "one": (Reply("450"), (Reply("450"),)),
        "several": ([Drop(), Delay(2)], (Delay(2), Drop())),
        "greylisting": (Defer(5), (Reply("451 4.7.1 Greylisted, try again later"),)),
    }
    for answer, expected in answers.values():
        events: list[Event] = []
        talk = of_function(lambda facts, answer=answer: answer, events)  # type: ignore[misc]
        assert asked(talk, Point.MAIL) == expected
        assert all(isinstance(event, Acted) for event in events)


async def _late(facts: Facts) -> Reply:
    return Reply("450 too late")


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda facts: 1 // 0, "ZeroDivisionError"),
        (lambda facts: "550 no", "str is no action"),
        (lambda facts: Reply("no"), "ValueError: a reply is a code"),
        (lambda facts: Reply("250 a\r\n250 b"), "ValueError: a reply is a code"),
        (lambda facts: Slow(0), "ValueError: expected a number"),
        (lambda facts: Tls(TlsFault.EXPIRED), "Tls makes no sense at mail"),
        (_late, "coroutine is no action"),
    ],
)
def test_a_function_that_fails_is_told_of_once_and_ends_nothing(
    function: Callable[[Facts], object], reason: str
) -> None:
    events: list[Event] = []
    talk = of_function(function, events)
    assert asked(talk, Point.MAIL) == asked(talk, Point.MAIL) == ()
    (event,) = events
    assert isinstance(event, Broken)
    assert reason in event.reason


# --- values -------------------------------------------------------------------------------------


@given(st.integers(1, 5000))
def test_garbage_is_no_reply_and_one_line(size: int) -> None:
    data = garbage(size)
    assert len(data) == size + 2
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r") == 1
    assert not data[:1].isdigit()


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_mask_meets_any_address(mask: str, address: str) -> None:
    assert Mask(mask).holds(address) in {True, False}
    assert Mask("*").holds(address)


def test_an_action_in_words() -> None:
    actions: dict[Action, str] = {
        Reply("550 no"): "550 no",
        Refuse(): "refuse",
        Delay(0.5): "delay 0.5",
        Drop(): "drop close",
        Send(b"abc"): "send 3 bytes",
        Garbage(9): "garbage 9",
        Endless(): "endless",
        SizeLimit(5): "size_limit 5",
        CloseAfter(2): "close_after 2",
        Tls(TlsFault.PLAIN): "tls plain",
    }
    assert {action: action_words(action) for action in actions} == actions
