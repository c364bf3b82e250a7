"""Header addresses as SMTPD rewrites them on the way to TCP (smtpd-migration.md 2, T11, T23).

The built-in rules of a gateway that is not secure. Rules of SMTPRULES, and those of a secure
gateway, are not modelled: the header stays, and the result says so.
"""

import re
from dataclasses import dataclass

from cssmtp.smtpd.facts import Site

FIELDS = frozenset({
    "from", "to", "cc", "bcc", "reply-to", "sender", "return-path", "resent-from",
    "resent-reply-to", "resent-sender",
})  # fmt: skip
_NAME = re.compile(r"[ \t]*([!-9;-~]+)[ \t]*:", re.DOTALL)
# what an address list is made of; only `address` is looked into
_TOKEN = re.compile(
    r"(?P<comment>\((?:[^()\\]|\\.)*\))"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*"(?!@))'
    r'|(?P<angle><[^<>"]*(?:"(?:[^"\\]|\\.)*"[^<>"]*)*>)'
    r"|(?P<address>(?:\"(?:[^\"\\]|\\.)*\"|[^\s\"<>(),;:@]+)@(?:\[[^\]]*\]|[^\s\"<>(),;:@]+))"
    r"|(?P<word>[^\s\"<>(),;:@]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A field's text, what was changed (before, after), and topics that this rests on."""

    text: str
    changes: tuple[tuple[str, str], ...] = ()
    topics: tuple[str, ...] = ()


def rewrites(site: Site) -> tuple[bool, tuple[str, ...]]:
    """Whether the built-in rules apply, and the topics that this rests on."""
    if not site.config.rewrite_822_header.on:
        return False, ()
    if site.rules:
        return False, ("smtprules",)
    if site.config.secure:
        return False, ("secure-rules",)
    return True, () if "REWRITE822HEADER" in site.coded else ("rewrite-default",)


def address(spec: str, site: Site) -> tuple[str, tuple[str, ...]]:
    """An address by the built-in rules, and topics."""
    local, at, host = spec.rpartition("@")
    if not at:
        return f"{spec}@{site.host}", ("bare-user",)
    if host.startswith("["):
        return spec, ()
    if host.upper() == site.own_node or site.is_own(host):
        return f"{local}@{site.host}", ()
    if site.node_of(host) is not None:
        topics = ("nodes",) if site.nodes is None and "." not in host else ()
        return _nje(local, host, site), topics
    if "." not in host:
        return f"{local}@{host}.{site.domain}".rstrip("."), ()
    return spec, ()


def _nje(local: str, host: str, site: Site) -> str:
    """The address of an NJE user; `host` is the node, with NJEDOMAIN or without."""
    domain = site.config.nje_domain
    full = host if "." in host or not domain else f"{host}.{domain}"
    if "." in domain or host.count(".") > 1:
        return f"{local}@{full}"
    return f"{local}%{full}@{site.host}"


def field(text: str, site: Site) -> Rewritten:
    """A header field, folded or not, with its addresses rewritten; other fields stay."""
    name = _NAME.match(text)
    if name is None or name[1].lower() not in FIELDS:
        return Rewritten(text)
    out = [text[: name.end()]]
    changes: list[tuple[str, str]] = []
    topics: list[str] = []
    tokens = list(_TOKEN.finditer(text, name.end()))
    for index, token in enumerate(tokens):
        before = _spec(tokens, index)
        if before is None:
            out.append(token[0])
            continue
        after, more = address(before, site)
        out.append(f"<{after}>" if token.lastgroup == "angle" else after)
        if after != before:
            changes.append((before, after))
            topics += more
    return Rewritten("".join(out), tuple(changes), tuple(dict.fromkeys(topics)))


def _spec(tokens: list[re.Match[str]], index: int) -> str | None:
    """The address that a token is; None for names, comments and marks."""
    token = tokens[index]
    if token.lastgroup == "address":
        return token[0]
    if token.lastgroup == "angle":
        inside = token[0][1:-1].strip()
        plain = inside and not inside.startswith("@") and not re.search(r"\s", inside)
        return inside if plain else None
    if token.lastgroup == "word" and _alone(tokens, index):
        return token[0]
    return None


def _alone(tokens: list[re.Match[str]], index: int) -> bool:
    """Whether a word is a whole member of the list: between commas, and no part of a phrase."""
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(tokens):
            token = tokens[at]
            if token[0] == ",":
                break
            if not token[0].isspace() and token.lastgroup != "comment":
                return False
            at += step
    return True
