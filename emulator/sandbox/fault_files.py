"""Reads a file of faults: YAML, or Python with a function for each point. Does I/O.

The functions of a Python file are rules too: one for each point, always. Only functions that begin
with `_` or that were imported may have other names.
"""

import sys
import traceback
from pathlib import Path
from types import FunctionType, ModuleType

from emulator.sandbox.errors import BAD_RULE, FAULTS_UNREADABLE
from emulator.sandbox.fault_parser import parse
from emulator.sandbox.faults import Point, Rule, When
from emulator.settings_values import nearest
from emulator.yaml_lines import MAX_CHARACTERS

_MODULE = "jesmail_faults"


class FaultsError(Exception):
    """A file of faults cannot be used. The text has a line for each finding."""


def load(path: Path) -> tuple[Rule, ...]:
    """The rules of a file; Python when its name ends with `.py`. Raises `FaultsError`."""
    text = _text(path)
    if path.suffix == ".py":
        return _functions(path, text)
    rules, findings = parse(text)
    if findings:
        raise FaultsError("\n".join(f"{path}: {finding}" for finding in findings))
    return rules


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)
        return data.decode("utf-8-sig")
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except ValueError as error:  # bytes, or a path that no system call takes
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, reason: str) -> FaultsError:
    return FaultsError(f"{path}: {FAULTS_UNREADABLE.line(reason=reason)}")


def _functions(path: Path, text: str) -> tuple[Rule, ...]:
    """Run the file once and take its functions."""
    module = ModuleType(_MODULE)
    module.__file__ = str(path)
    sys.modules[_MODULE] = module  # dataclasses look there
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except SyntaxError as error:
        raise _at(path, error.lineno or 1, f"this is no Python: {error.msg}") from error
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        raise _at(path, (lines and lines[-1]) or 1, f"{type(error).__name__}: {error}") from error
    mine = [
        value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType)
        and value.__module__ == _MODULE
        and not name.startswith("_")
    ]
    points = [point.value for point in Point]
    for function in mine:
        name, line = function.__name__, function.__code__.co_firstlineno
        if name not in points:
            known = nearest(name, points)
            raise _at(path, line, f"{name} is no point{known}; helpers begin with _")
    if not mine:
        names = ", ".join(points)
        raise _at(path, 1, f"there is no function called as a point is: {names}")
    return tuple(
        Rule(
            when=When(point=Point(function.__name__)),
            do=function,
            name=f"function {function.__name__} (line {function.__code__.co_firstlineno})",
        )
        for function in mine
    )


def _at(path: Path, line: int, text: str) -> FaultsError:
    return FaultsError(f"{path}: line {line}: {BAD_RULE.line(key='file', text=text)}")
