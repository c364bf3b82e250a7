"""The language of faults: what a file means, and what is said of one that means nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.sandbox.fault_files import FaultsError, load
from emulator.sandbox.fault_keys import DO, WHEN
from emulator.sandbox.fault_parser import parse
from emulator.sandbox.faults import (
    Action,
    CloseAfter,
    Count,
    Defer,
    Delay,
    Drop,
    Endless,
    Garbage,
    How,
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
    Which,
    needs_starttls,
)

ACTIONS: dict[str, tuple[Point, tuple[Action, ...]]] = {
    "refuse": (Point.CONNECT, (Refuse(),)),
    "{refuse: true}": (Point.CONNECT, (Refuse(),)),
    "{reply: 554 5.3.2 No}": (Point.CONNECT, (Reply("554 5.3.2 No"),)),
    "{reply: 554}": (Point.CONNECT, (Reply("554"),)),
    "defer": (Point.CONNECT, (Defer(),)),
    "{defer: 300}": (Point.CONNECT, (Defer(300),)),
    "{defer: {tries: 2, seconds: 0.5}}": (Point.CONNECT, (Defer(0.5, 2),)),
    "{delay: 1.5}": (Point.CONNECT, (Delay(1.5),)),
    "drop": (Point.CONNECT, (Drop(),)),
    "{drop: reset}": (Point.CONNECT, (Drop(How.RESET),)),
    '{send: "x\\xff\\r\\n"}': (Point.CONNECT, (Send(b"x\xff\r\n"),)),
    "{garbage: 10}": (Point.CONNECT, (Garbage(10),)),
    "endless": (Point.CONNECT, (Endless(),)),
    "{slow: 1K}": (Point.TEXT, (Slow(1024),)),
    "{size_limit: 5000}": (Point.EHLO, (SizeLimit(5000),)),
    "{close_after: 2}": (Point.MAIL, (CloseAfter(2),)),
    "{tls: expired}": (Point.STARTTLS, (Tls(TlsFault.EXPIRED),)),
    "{tls: not_offered}": (Point.EHLO, (Tls(TlsFault.NOT_OFFERED),)),
    "{drop: close, delay: 2}": (Point.CONNECT, (Delay(2), Drop())),
}


@pytest.mark.parametrize("text", ACTIONS)
def test_an_action_and_where_it_is_done_when_nothing_says_so(text: str) -> None:
    point, actions = ACTIONS[text]
    (rule,), findings = parse(f"- do: {text}")
    assert not findings
    assert (rule.when, rule.do) == (When(point=point), actions)


def test_a_size_limit_with_a_condition_on_mails_is_one_of_mails() -> None:
    (rule,), _ = parse("- {when: {mail: every 1}, do: {size_limit: 10}}")
    assert rule.when.point is Point.MAIL


def test_every_action_is_in_this_table() -> None:
    named = {word for text in ACTIONS for word in DO if word in text}
    assert named == DO.keys()


CONDITIONS = {
    "{recipient: bo@*}": When(point=Point.RCPT, recipient=Mask("bo@*")),
    "{sender: bo@*}": When(point=Point.MAIL, sender=Mask("bo@*")),
    "{mail: 3}": When(point=Point.MAIL, mail=Count(3)),
    "{mail: every 3}": When(point=Point.MAIL, mail=Count(3, Which.EVERY)),
    "{mail: 1, recipient: a}": When(point=Point.RCPT, mail=Count(1), recipient=Mask("a")),
    "{connection: after 2}": When(point=Point.CONNECT, connection=Count(2, Which.AFTER)),
    "{listener: 2, port: 2525}": When(point=Point.CONNECT, listener=2, port=2525),
    "{bytes: 64K}": When(point=Point.TEXT, bytes=65_536),
    "{to: period}": When(point=Point.REPLY, to=Point.PERIOD),
    "{point: Data, recipient: a}": When(point=Point.DATA, recipient=Mask("a")),
    "": When(point=Point.CONNECT),
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_and_where_it_is_known(text: str) -> None:
    (rule,), findings = parse(f"- when: {text}\n  do: drop\n  times: 4\n")
    assert not findings
    expected = Rule(when=CONDITIONS[text], do=(Drop(),), times=4, name="rule 1 (line 1)")
    assert rule == expected


def test_every_condition_is_in_this_table() -> None:
    assert {word for text in CONDITIONS for word in WHEN if f"{word}:" in text} == WHEN.keys()


FINDINGS = {
    "": "line 1, column 1: JML085E file: expected a list of rules, found a mapping",
    "rules: []": "line 1, column 1: JML085E file: expected a list of rules, found a mapping",
    "- drop": "line 1, column 3: JML085E [1]: expected a mapping, found 'drop'",
    "- when: {mail: 1}": "line 1, column 3: JML085E [1]: do is missing",
    "- {do: drop, time: 3}": "[1].time: not a known key; did you mean times?",
    "- {do: drop, when: {recpient: a}}": "[1].when.recpient: not a known key; did you mean recip",
    "- {do: drop, when: {mail: 0}}": "expected a number, `every` or `after` a number, found '0'",
    "- {do: drop, when: {mail: often}}": "found 'often'",
    "- {do: drop, when: {listener: 65}}": "expected a whole number 1-64, found '65'",
    "- {do: drop, when: {point: rctp}}": "expected one of connect, greeting, ehlo",
    "- {do: drop, when: [mail]}": "[1].when: expected a mapping, found a list",
    "- {do: dorp}": "[1].do: 'dorp' is no action; did you mean drop?",
    "- {do: reply}": "reply needs a value: {reply: …}",
    "- {do: {}}": "nothing is to be done",
    "- {do: {drop: }}": "nothing is to be done",
    "- {do: {drop: now}}": "expected one of close, reset, found 'now'",
    "- {do: {reply: no}}": "a reply is a code from 200 to 599 and printable US-ASCII",
    '- {do: {reply: "250 a\\r\\n250 b"}}': "a reply is a code from 200 to 599",
    "- {do: {delay: -1}}": "expected seconds",
    "- {do: {delay: 1e9}}": "expected seconds",
    "- {do: {slow: 0}}": "expected a size such as 1000 or 64K",
    "- {do: {size_limit: 4G}}": "at most 2G",
    "- {do: {defer: {time: 3}}}": "'time' is no key of defer; known are seconds, tries",
    "- {do: {drop: reset, reply: 421}}": "reply do not go together: make two rules",
    "- {do: {tls: expired}, when: {point: rcpt}}": "makes no sense at the point rcpt; it does at s",
    "- {do: refuse, when: {point: ehlo, sender: a}}": "[1].when.sender: is not known at the point",
    "- {do: refuse, when: {point: mail, recipient: a}}": "recipient: is not known at the point ma",
    "- {do: {size_limit: 1}, when: {recipient: a}}": "makes no sense at the point rcpt",
    "- {do: refuse, when: {bytes: 5, point: data}}": "[1].when.bytes: is not known",
    "- {do: drop, times: 0}": "[1].times: expected a whole number 1-2147483647",
    "- {do: drop, do: drop}": "stands twice",
    "- &a {do: drop}": "anchors and aliases are not allowed",
    "- {do: {send: \"\u20ac\"}}": "each one a byte",
}  # fmt: skip


@pytest.mark.parametrize("text", FINDINGS)
def test_what_is_wrong_is_said_with_its_place(text: str) -> None:
    rules, findings = parse(text)
    assert rules == ()
    assert FINDINGS[text] in "\n".join(map(str, findings))


def test_all_findings_come_at_once_in_the_order_of_the_file() -> None:
    rules, findings = parse("- {do: dorp, times: x}\n- do: {slow: x}\n  when: {mail: x}\n- x\n")
    assert rules == ()
    assert [finding.line for finding in findings] == [1, 1, 2, 3, 4]


@given(st.text(alphabet="- :{}[],\n\"'&*!|>ab1dowhenpcr\u20ac\x00", max_size=60))
def test_any_text_gives_rules_or_findings(text: str) -> None:
    rules, findings = parse(text)
    assert not (rules and findings)
    assert all(finding.line >= 1 for finding in findings)


_words = st.sampled_from([*DO, *WHEN, "do", "when", "times", "every 2", "5", "1K", "a@*", "rcpt"])
_values = st.recursive(
    st.one_of(_words, st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(_values, max_size=4))
def test_any_document_gives_rules_or_findings(document: list[object]) -> None:
    import yaml

    rules, findings = parse(yaml.safe_dump(document, default_style='"'))
    assert bool(findings) or len(rules) == len(document)


def test_a_rule_about_starttls_makes_the_sandbox_offer_it() -> None:
    for text, needed in (
        ("{do: {tls: expired}}", True),
        ("{do: {tls: not_offered}}", True),
        ("{do: drop, when: {point: starttls}}", True),
        ("{do: drop}", False),
    ):
        assert needs_starttls(parse(f"- {text}")[0]) == needed


# --- files --------------------------------------------------------------------------------------

PYTHON = {
    "no Python": ("def rcpt(:\n", "line 1: JML085E file: this is no Python: "),
    "raises": ("x = 1\n1 / 0\n", "line 2: JML085E file: ZeroDivisionError: division by zero"),
    "raises in a function": ("def _f():\n  {}['a']\n_f()\n", "line 2: JML085E file: KeyError: 'a'"),
    "ends the program": ("raise SystemExit(3)\n", "line 1: JML085E file: SystemExit: 3"),
    "no function": ("x = 1\n", "there is no function called as a point is: connect, greeting"),
    "no point": ("\ndef rctp(facts): pass\n", "line 2: JML085E file: rctp is no point; did you"),
}


@pytest.mark.parametrize(("text", "said"), PYTHON.values(), ids=PYTHON)
def test_a_python_file_that_cannot_be_used(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "faults.py"
    path.write_text(text)
    with pytest.raises(FaultsError) as error:
        load(path)
    assert str(error.value).startswith(str(path))
    assert said in str(error.value)


def test_a_python_file_is_a_rule_for_each_function(tmp_path: Path) -> None:
    path = tmp_path / "faults.py"
    path.write_text(
        "from dataclasses import dataclass\nfrom random import random\n"
        "@dataclass\nclass Kept:\n  a: int\n"
        "def _helper(): pass\ndef mail(facts): pass\ndef rcpt(facts): return None\n"
    )
    rules = load(path)
    assert [rule.when for rule in rules] == [When(point=Point.MAIL), When(point=Point.RCPT)]
    assert [rule.name for rule in rules] == ["function mail (line 7)", "function rcpt (line 8)"]
    assert not list(tmp_path.rglob("*.pyc"))


@pytest.mark.parametrize("name", ["none.yaml", ".", "latin.yaml"])
def test_a_file_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"- do: \xff\n")
    with pytest.raises(FaultsError, match="JML086E the file of faults cannot be read: "):
        load(tmp_path / name)


def test_findings_of_a_file_name_it(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("- do: x\n- do: y\n")
    with pytest.raises(FaultsError) as error:
        load(path)
    assert [line.partition(":")[0] for line in str(error.value).splitlines()] == [str(path)] * 2
