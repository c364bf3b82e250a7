"""From the text of a system file to `Settings`: every fault with its line and key. Pure.

Values are converted one by one by the type of their field, so that all faults are found at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from cssmtp.choices import Choices
from emulator import settings as s
from emulator import yaml_lines
from emulator.settings_values import (
    Wrong,
    classes,
    file_page,
    function,
    host,
    job_numbers,
    nearest,
    outdisp,
    output,
    printable,
    recfm,
    shown,
    size,
    spool_page,
    symbol_value,
    sysout_classes,
    system_name,
    version,
)
from emulator.yaml_lines import Node
from jes.errors import BadCharacter, BadName
from jes.names import DsName, JobName, Name, SysoutClass, UserId
from jes.records import check_lrecl
from jes.sysout import OutClass, default_outclasses

_MAX_FAULTS = 100  # enough to read; a hostile file cannot make more work than that
_EXPECTED = {
    bool: "true or false",
    int: "a whole number",
    str: "a word",
    Path: "a path",
}

_TASKS: dict[s.Program, type[s.Task]] = {
    s.Program.CSSMTP: s.StartedTask,
    s.Program.WRITER: s.WriterTask,
}
_OTHER = {s.Program.CSSMTP: s.Program.WRITER, s.Program.WRITER: s.Program.CSSMTP}

Faults = list[s.SettingsFault]


_SWITCH = {"on": True, "yes": True, "off": False, "no": False}
_POSTGRES = ("postgresql://", "postgres://")


def read(text: str, base: Path) -> tuple[s.Settings | None, Faults]:
    """The settings of a system file whose paths are relative to `base`; None with faults."""
    try:
        root = yaml_lines.read(text)
    except yaml_lines.YamlFault as fault:
        return None, [s.SettingsFault(fault.line, fault.column, "", fault.text)]
    reader = _Reader(base)
    values = reader.struct(root, "", s.Settings, reader.sections())
    reader.faults.sort(key=lambda fault: (fault.line, fault.column))
    return (None, reader.faults) if reader.faults else (s.Settings(**values), [])


class _Reader:
    """Holds the faults and the folder that paths are relative to."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.faults: Faults = []

    def fault(self, node: Node, key: str, text: str) -> None:
        """Note a fault at `node`."""
        if len(self.faults) < _MAX_FAULTS:
            self.faults.append(s.SettingsFault(node.line, node.column, printable(key), text))

    def sections(self) -> dict[str, Callable[[Node, str], Any]]:
        """The keys of the file that are more than one value, and what reads them."""
        return {
            "node": self.checked(system_name),
            "sysname": self.checked(system_name),
            "hostname": self.checked(host),
            "codepage": self.checked(spool_page),
            "spool": self.spool,
            "spool_size": size,
            "job_numbers": job_numbers,
            "initiators": self.listed(self.checked(classes)),
            "outclass": self.outclass,
            "datasets": self.mapping(DsName, self.dataset),
            "proclib": self.listed(self.path),
            "symbols": self.mapping(system_name, self.checked(symbol_value)),
            "programs": self.mapping(JobName, self.checked(function), "program name"),
            "users": self.mapping(UserId, self.user),
            "started_tasks": self.started_tasks,
            "sandbox": self.sandbox,
            "tls": self.tls,
        }

    def struct(
        self, node: Node, key: str, cls: type, special: dict[str, Callable[[Node, str], Any]]
    ) -> dict[str, Any]:
        """The keys of a mapping by the fields of `cls`; those that cannot be used are left out."""
        if not isinstance(node.value, dict) or node.keys is None:
            self.fault(node, key, f"expected a mapping, found {shown(node)}")
            return {}
        hints = get_type_hints(cls)
        values: dict[str, Any] = {}
        for word, value in node.value.items():
            way = f"{key}.{word}" if key else word
            if value.value is None and word in hints:
                continue  # a key with nothing behind it is as good as none
            if len(self.faults) >= _MAX_FAULTS:
                break
            if word not in hints:
                self.fault(node.keys[word], way, f"not a known key{nearest(word, hints)}")
                continue
            try:
                read = special.get(word)
                values[word] = read(value, way) if read else self.value(value, hints[word])
            except (Wrong, BadName, BadCharacter) as wrong:
                self.fault(value, way, str(wrong))
        self.missing(node, key, cls)
        return values

    def missing(self, node: Node, key: str, cls: type) -> None:
        """Note the keys that have no default and are not there."""
        there = node.value if isinstance(node.value, dict) else {}
        for item in fields(cls):
            coded = there.get(item.name)
            needed = item.default is MISSING and item.default_factory is MISSING
            if needed and (coded is None or coded.value is None):
                self.fault(node, key, f"{item.name} is missing")

    def value(self, node: Node, wanted: Any) -> Any:
        """A value of the type of its field. Raises `Wrong` or `BadName`."""
        if Path in (wanted, *get_args(wanted)):
            return self.path(node, "")
        plain = node.plain()
        if wanted is bool and isinstance(plain, str):
            plain = _SWITCH.get(plain.lower(), plain)
        try:
            return msgspec.convert(plain, wanted, strict=False, dec_hook=_from_text)
        except msgspec.ValidationError as error:
            expected = _EXPECTED.get(wanted)
            if isinstance(wanted, type) and issubclass(wanted, StrEnum):
                expected = f"one of {', '.join(wanted)}"
            if expected is None:
                raise Wrong(str(error)) from error
            raise Wrong(f"expected {expected}, found {shown(node)}") from error

    def path(self, node: Node, key: str) -> Path:
        """A path, relative to the file. Raises `Wrong`."""
        if not isinstance(node.value, str) or not node.value or "\0" in node.value:
            raise Wrong(f"expected a path, found {shown(node)}")
        return self.base / node.value

    def spool(self, node: Node, key: str) -> Path | str:
        """A file, or a PostgreSQL database by its address."""
        if isinstance(node.value, str) and node.value.startswith(_POSTGRES):
            return node.value
        return self.path(node, key)

    def checked(self, check: Callable[[str], Any]) -> Callable[[Node, str], Any]:
        """A reader of one word."""

        def read(node: Node, key: str) -> Any:
            if not isinstance(node.value, str):
                raise Wrong(f"expected a word, found {shown(node)}")
            return check(node.value)

        return read

    def listed(self, read: Callable[[Node, str], Any]) -> Callable[[Node, str], tuple[Any, ...]]:
        """A reader of a list."""

        def read_all(node: Node, key: str) -> tuple[Any, ...]:
            if not isinstance(node.value, list):
                raise Wrong(f"expected a list, found {shown(node)}")
            return tuple(
                value
                for number, item in enumerate(node.value, start=1)
                for value in self.attempt(read, item, f"{key}[{number}]")
            )

        return read_all

    def mapping(
        self,
        name: Callable[[str], str],
        read: Callable[[Node, str], Any],
        what: str = "",
    ) -> Callable[[Node, str], dict[str, Any]]:
        """A reader of a mapping whose keys are names of one kind."""

        def read_all(node: Node, key: str) -> dict[str, Any]:
            if not isinstance(node.value, dict) or node.keys is None:
                raise Wrong(f"expected a mapping, found {shown(node)}")
            found: dict[str, Any] = {}
            for word, item in node.value.items():
                try:
                    checked = name(word)
                except (BadName, Wrong) as bad:
                    text = str(bad).replace("job name", what) if what else str(bad)
                    self.fault(node.keys[word], f"{key}.{word}", text)
                    continue
                for value in self.attempt(read, item, f"{key}.{word}"):
                    found[checked] = value
            return found

        return read_all

    def attempt(self, read: Callable[[Node, str], Any], node: Node, key: str) -> Iterable[Any]:
        """What `read` makes of `node`, or nothing and a fault."""
        try:
            return (read(node, key),)
        except (Wrong, BadName, BadCharacter) as wrong:
            self.fault(node, key, str(wrong))
            return ()

    def outclass(self, node: Node, key: str) -> dict[SysoutClass, OutClass]:
        """The default classes with those of the file in their places (jes2.md 1.2)."""
        classes = default_outclasses()

        def one(item: Node, way: str) -> dict[str, Any]:
            return self.struct(item, way, OutClass, {"outdisp": outdisp, "output": output})

        for name, changed in self.mapping(SysoutClass, one)(node, key).items():
            classes[SysoutClass(name)] = replace(classes[SysoutClass(name)], **changed)
        return classes

    def dataset(self, node: Node, key: str) -> s.DatasetSettings:
        """A path, or a mapping with one."""
        if DsName(key.removeprefix("datasets.")).member:
            raise Wrong("a data set has no member here: name the folder that is the library")
        if isinstance(node.value, str):
            return s.DatasetSettings(path=self.path(node, key))
        before = len(self.faults)
        special = {"codepage": self.checked(file_page), "recfm": recfm}
        values = self.struct(node, key, s.DatasetSettings, special)
        if len(self.faults) > before or "path" not in values:
            return s.DatasetSettings(path=self.base)  # a fault is noted; the value is never used
        found = s.DatasetSettings(**values)
        try:
            check_lrecl(found.recfm, found.lrecl)
        except BadName as bad:
            self.fault(_at(node, "lrecl"), f"{key}.lrecl", str(bad))
        if found.rdw and (found.text or found.recfm.fixed):
            self.fault(_at(node, "rdw"), f"{key}.rdw", "only binary V and U records have an RDW")
        if not (found.rdw or found.text) and found.recfm.text[0] == "V":
            text = f"binary {found.recfm} records need an RDW each (rdw: true)"
            self.fault(_at(node, "recfm"), f"{key}.recfm", text)
        if not found.text and "codepage" in values:
            text = "binary data has no code page of its own"
            self.fault(_at(node, "codepage"), f"{key}.codepage", text)
        return found

    def user(self, node: Node, key: str) -> s.User:
        """A user id's particulars; nothing is enough."""
        return s.User() if node.value is None else s.User(**self.struct(node, key, s.User, {}))

    def started_tasks(self, node: Node, key: str) -> tuple[s.Task, ...]:
        """The started tasks, each with a name of its own (cssmtp-config.md 1)."""
        tasks: list[s.Task] = [one for one in self.listed(self.task)(node, key) if one is not None]
        for name, count in Counter(task.name for task in tasks).items():
            if count > 1:
                raise Wrong(f"{count} started tasks are called {name}")
        return tuple(tasks)

    def task(self, node: Node, key: str) -> s.Task | None:
        """One started task, by its program; a key of the other program is a fault of its own."""
        if not isinstance(node.value, dict) or node.keys is None:
            raise Wrong(f"expected a mapping, found {shown(node)}")
        before = len(self.faults)
        program, coded = s.Program.CSSMTP, node.value.get("program")
        if coded is not None and coded.value is not None:
            program = self.value(coded, s.Program)
        cls, other = _TASKS[program], _TASKS[_OTHER[program]]
        strange = {field.name for field in fields(other)} - {field.name for field in fields(cls)}
        for word in sorted(strange & node.value.keys()):
            text = f"this is a key of program {_OTHER[program]}, and the task is a {program}"
            self.fault(node.keys[word], f"{key}.{word}", text)
        mine = {word: value for word, value in node.value.items() if word not in strange}
        special: dict[str, Callable[[Node, str], Any]] = {
            "choices": self.choices,
            "user_exit": self.user_exit,
            "classes": self.checked(sysout_classes),
        }
        values = self.struct(replace(node, value=mine), key, cls, special)
        return None if len(self.faults) > before else cls(**values)

    def choices(self, node: Node, key: str) -> Choices:
        """What a CSSMTP does where IBM's pages are silent."""
        return Choices(**self.struct(node, key, Choices, {}))

    def user_exit(self, node: Node, key: str) -> s.UserExitOptions:
        """A function of a Python file."""
        before = len(self.faults)
        special: dict[str, Callable[[Node, str], Any]] = {"memory": size}
        values = self.struct(node, key, s.UserExitOptions, special)
        for name, most in (("seconds", 3600), ("failures", 1000)):
            if not 1 <= values.get(name, 1) <= most:
                self.fault(_at(node, name), f"{key}.{name}", f"expected a number 1-{most}")
        if not values.get("callable", "check").isidentifier():
            self.fault(_at(node, "callable"), f"{key}.callable", "expected the name of a function")
        failed = len(self.faults) > before
        return s.UserExitOptions(path=self.base) if failed else s.UserExitOptions(**values)

    def sandbox(self, node: Node, key: str) -> s.SandboxOptions:
        """The sandbox mail server."""
        values = self.struct(node, key, s.SandboxOptions, {"hostname": self.checked(host)})
        for name, most in (("port", 65_535), ("size_limit", 2**31 - 1)):
            if not 0 <= values.get(name, 0) <= most:
                self.fault(_at(node, name), f"{key}.{name}", f"expected a number 0-{most}")
        return s.SandboxOptions(**values)

    def tls(self, node: Node, key: str) -> s.TlsPolicy | None:
        """The TLS policy; a client certificate needs its key."""
        if node.value is None:
            return None
        policy = s.TlsPolicy(
            **self.struct(node, key, s.TlsPolicy, {"minimum_version": self.checked(version)})
        )
        if policy.key and not policy.certificate:
            self.fault(_at(node, "key"), f"{key}.key", "a key needs a certificate")
        return policy


def _from_text(wanted: type, value: Any) -> Any:
    """Names are made from text."""
    if issubclass(wanted, Name) and isinstance(value, str):
        return wanted(value)
    raise ValueError("expected a word")


def _at(node: Node, key: str) -> Node:
    """The node under `key`, or the mapping itself."""
    return node.value.get(key, node) if isinstance(node.value, dict) else node
