"""The reference page of SMTP.CONFIG, made from the tables.

The page `docs/reference/smtp-config.md` is the output of `markdown`; a test compares the two.
"""

from cssmtp.smtpd.breaks import RULES
from cssmtp.smtpd.facts import TOPICS
from cssmtp.smtpd.migration import CHANGES, RISKS
from cssmtp.smtpd.schema import ALIASES, MEANING, STATEMENTS

_INTRODUCTION = """\
# SMTP.CONFIG, the configuration of SMTPD

<!-- Made by `cssmtp.smtpd.reference`; change the tables there, not this page. -->

SMTPD is the mail server of z/OS up to V2R2. `jesmail convert` reads its configuration and writes
one for CSSMTP: [how to do that](../howto/convert-an-smtpd-configuration.md).

The file is free-form: a statement is its keyword and the words behind it, on one line or several.
`;` begins a comment. Keywords are not case sensitive. A statement that is coded twice replaces the
earlier one, with a warning. A word that is no statement is a warning: its line is passed over,
since this list may be incomplete. RESTRICT ends with ENDRESTRICT; SMSGAUTHLIST ends with the next
statement or with ENDSMSGAUTHLIST; a user of another node is `USER AT NODE` or `USER@NODE`. Sequence
numbers in columns 73 to 80 are ignored when every line has them.

Letters in brackets say how sure a default is:

{grades}

## Statements

| Statement | Meaning | Value | Default |
| --- | --- | --- | --- |
{statements}

{aliases}

## In CSSMTP

Risk: {risks}. *(if used)*: only where mail needs it.

| Statement | In CSSMTP | What changes | Risk |
| --- | --- | --- | --- |
{changes}

## What is not confirmed

What SMTPD makes of a spool file is carried out on its records. Where no page of IBM's says what it
does, the result carries one of these marks.

| Mark | What is assumed |
| --- | --- |
{topics}

## What breaks

Rules that a spool file can show, found by taking it through both programs: [`jesmail
rehearse`](../howto/rehearse-the-move.md). F: mail is lost or never leaves, E: refused or
visibly damaged, W: it differs, I: information.

| Rule | | What shows it | Remedy | How sure |
| --- | --- | --- | --- | --- |
{rules}
"""


def markdown() -> str:
    """The whole page."""
    return _INTRODUCTION.format(
        grades="\n".join(f"* [{grade}] {meaning}" for grade, meaning in MEANING.items()),
        statements="\n".join(
            _row(one.keyword, one.meaning, one.form.rule, f"{one.default_text()} [{one.sure}]")
            for one in STATEMENTS
        ),
        aliases=" ".join(f"{alias} is taken as {name}." for alias, name in ALIASES.items()),
        risks=", ".join(f"{number} {risk}" for number, risk in enumerate(RISKS)),
        changes="\n".join(
            _row(one, change.to, change.change, f"{change.risk}{' (if used)' * change.used}")
            for one, change in CHANGES.items()
        ),
        rules="\n".join(
            _row(one.id, one.severity, one.title, one.remedy, one.sureness)
            for one in RULES.values()
        ),
        topics="\n".join(_row(topic, text) for topic, (_, text) in TOPICS.items()),
    )


def _row(*cells: str) -> str:
    escaped = []
    for cell in cells:
        text = cell
        for character in "\\|<>*_":
            text = text.replace(character, "\\" + character)
        escaped.append(text)
    return "| " + " | ".join(escaped) + " |"
