"""What a sandbox that runs alone says: a line for each mail and for each rule that acted, or a JSON
document each. Pure."""

import json
import re
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from emulator.sandbox.errors import BROKEN_FUNCTION
from emulator.sandbox.faults import Action, Broken, Facts, Reply
from emulator.sandbox.mta import Address
from emulator.sandbox.script import Event
from emulator.sandbox.store import Mail

_CAPITAL = re.compile(r"(?<!^)([A-Z])")
_RECIPIENTS = 3  # on a line for people
_LONGEST = 60  # characters of an address on a line for people


def listening(addresses: Sequence[Address], *, tls: bool) -> dict[str, Any]:
    """It takes mail from now on."""
    shown = [{"host": host, "port": port} for host, port in addresses]
    return {"event": "listening", "addresses": shown, "starttls": tls}


def accepted(mail: Mail, port: int) -> dict[str, Any]:
    """A mail was accepted. Listeners count from 1."""
    return {
        "event": "mail",
        "number": mail.number,
        "listener": mail.listener + 1,
        "port": port,
        "helo": mail.envelope.helo,
        "mail_from": mail.envelope.mail_from,
        "rcpt_to": list(mail.envelope.rcpt_to),
        "tls": mail.envelope.tls,
        "extensions": list(mail.envelope.extensions),
        "size": mail.size,
        "file": mail.path.name if mail.path else None,
    }


def happened(event: Event) -> dict[str, Any]:
    """A rule acted, or a function failed."""
    if isinstance(event, Broken):
        return {"event": "failed", "rule": event.rule.name, "reason": event.reason}
    facts = event.facts
    return {
        "event": "fault",
        "rule": event.rule.name,
        "point": facts.point,
        "to": facts.to,
        "listener": facts.listener,
        "connection": facts.connection,
        "mail": facts.mail,
        "mail_from": facts.sender,
        "rcpt_to": _whom(facts),
        "actions": [action_words(action) for action in event.actions],
    }


def as_json(document: dict[str, Any]) -> str:
    """On one line."""
    return json.dumps(document)


def as_words(document: dict[str, Any]) -> str:
    """For people."""
    return _WORDS[document["event"]](document)


def _listening(document: dict[str, Any]) -> str:
    where = ", ".join(f"{one['host']}:{one['port']}" for one in document["addresses"])
    tls = ", offers STARTTLS" if document["starttls"] else ""
    return f"sandbox mail server on {where}{tls}; Ctrl-C ends it"


def _mail(document: dict[str, Any]) -> str:
    whom = [_short(one) for one in document["rcpt_to"]]
    more = f" and {len(whom) - _RECIPIENTS} more" if len(whom) > _RECIPIENTS else ""
    line = (
        f"{document['number']:04d}  port {document['port']}  {document['size']} bytes"
        f"  from <{_short(document['mail_from'])}> to {', '.join(whom[:_RECIPIENTS])}{more}"
    )
    return line + ("  TLS" if document["tls"] else "")


def _fault(document: dict[str, Any]) -> str:
    point = document["point"] + (f" to {document['to']}" if document["to"] else "")
    whom = [_short(one) for one in document["rcpt_to"][:1]]
    at = " ".join((point, *whom))
    return f"      {document['rule']} at {at}: {', '.join(document['actions'])}"


def _failed(document: dict[str, Any]) -> str:
    return BROKEN_FUNCTION.line(name=document["rule"], reason=_printable(document["reason"]))


_WORDS = {"listening": _listening, "mail": _mail, "fault": _fault, "failed": _failed}


def _whom(facts: Facts) -> list[str]:
    return list(facts.recipients) if facts.recipient is None else [facts.recipient]


def _short(address: str) -> str:
    return _printable(address if len(address) <= _LONGEST else f"{address[: _LONGEST - 1]}…")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "." for char in text)


def action_words(action: Action) -> str:
    """An action about as the file of faults has it."""
    if isinstance(action, Reply):
        return action.text
    name = _CAPITAL.sub(r"_\1", type(action).__name__).lower()
    values = [getattr(action, field.name) for field in fields(action)]
    shown = (f"{len(v)} bytes" if isinstance(v, bytes) else f"{v:g}" if isinstance(v, float) else v
             for v in values)  # fmt: skip
    return " ".join((name, *map(str, shown)))
