"""JCL symbols: SET and system symbols, substituted as text (jes2.md 5.1).

`&NAME.` ends with its period; `&&` is no symbol. A name that nothing defines is a fault outside
apostrophes and stays as it is inside.
"""

import re
from collections.abc import Mapping

from jes.jcl import messages
from jes.jcl.messages import Findings, show

MAX_VALUE = 255  # keeps SET statements that double each other from growing without end
_PART = re.compile(r"'[^']*'?|&&|&([A-Z$#@][A-Z0-9$#@]{0,7})\.?|[^'&]+|&")
_SYMBOL = re.compile(r"&&|&([A-Z$#@][A-Z0-9$#@]{0,7})\.?")
NAME = re.compile(r"[A-Z$#@][A-Z0-9$#@]{0,7}")


class Symbols:
    """The symbols in force at a point of the job; SET changes them in textual order."""

    def __init__(self, system: Mapping[str, str]) -> None:
        """`system` symbols give way to those of the job."""
        self.values = {name.upper().removeprefix("&"): value for name, value in system.items()}

    def set(self, name: str, value: str, line: int, findings: Findings) -> None:
        """SET name=value."""
        if len(value) > MAX_VALUE:
            findings.add(messages.SYMBOL_LENGTH, line, found=show(name), length=len(value))
            value = value[:MAX_VALUE]
        self.values[name] = value

    def substitute(
        self, text: str, line: int, findings: Findings, *, in_apostrophes: bool = False
    ) -> str:
        """`text` with values for symbols; within apostrophes only where the keyword wants it."""
        if "&" not in text:
            return text
        pieces: list[str] = []
        for part in _PART.finditer(text):
            name = part[1]
            if name is not None:
                pieces.append(self._value(name, part[0], line, findings))
            elif part[0].startswith("'") and in_apostrophes:
                pieces.append(self._within(part[0], line, findings))
            else:
                pieces.append(part[0])
        return "".join(pieces)

    def defined(self, text: str) -> str:
        """`text` with values for the symbols that are defined, others left alone (IF)."""
        return _SYMBOL.sub(lambda m: self.values.get(m[1] or "", m[0]), text)

    def _value(self, name: str, coded: str, line: int, findings: Findings) -> str:
        if name in self.values:
            return self.values[name]
        hint = findings.hint(name, self.values)
        findings.add(messages.SYMBOL, line, found=name, hint=hint)
        return coded

    def _within(self, text: str, line: int, findings: Findings) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return match[0]
            if name not in self.values:
                findings.add(messages.LITERAL_SYMBOL, line, found=name)
                return match[0]
            return self.values[name].replace("'", "''")

        return _SYMBOL.sub(value, text)
