"""The one place that wires a system: spool, JES, data sets, programs (blueprint §2).

A system without a spool of its own gets a throw-away one, which is gone when it closes.
"""

import importlib
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from emulator.clock import Clock
from emulator.datasets import DatasetFile, DatasetFiles
from emulator.exits import Unreachable, UsageFault
from emulator.settings import DatasetSettings, Settings
from jes.codepages import CodePage, page
from jes.errors import SpoolError
from jes.jcl.converter import JclSetting
from jes.names import DsName, JobId, SysoutClass, UserId
from jes.programs.registry import standard_programs
from jes.programs.step import Program
from jes.running import RunSystem, unheard
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from jes.subsystem import Jes
from jes.sysout import OutClass, Output


@dataclass(slots=True)
class System:
    """A JES with its spool, from settings. Use as a context manager.

    Raises `UsageFault` for settings that cannot work, `Unreachable` when the spool cannot be used.
    """

    settings: Settings
    clock: Clock
    wto: Callable[[JobId, str], None] = unheard
    visitor: bool = False  # of a spool in PostgreSQL: no member of it
    jes: Jes = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack)
    _outclasses: dict[SysoutClass, OutClass] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Open the spool."""
        settings, codepage = self.settings, self.page
        self._outclasses.update(settings.outclass)
        datasets = DatasetFiles(
            {
                name: DatasetFile(
                    path=entry.path,
                    codepage=codepage,
                    recfm=entry.recfm,
                    lrecl=entry.lrecl,
                    text=entry.text,
                    rdw=entry.rdw,
                )
                for name, entry in settings.datasets.items()
            },
            codepage,
        )
        self._open.callback(datasets.close)
        running = RunSystem(
            now=self.clock,
            sysname=settings.sysname,
            node=settings.node,
            page=codepage,
            programs={**standard_programs(), **_programs(settings.programs)},
            datasets=datasets,
            outclasses=self._outclasses,
            wto=self.wto,
            job_numbers=settings.job_numbers,
        )
        try:
            store = self._store()
        except SpoolError as error:
            self._open.close()
            raise Unreachable(f"{error.message.id} {error}") from error
        self._open.callback(store.close)
        self.jes = Jes(store, running)
        return self

    def _store(self) -> SpoolStore:
        """The spool: a file, a database, or a folder of its own that goes when we close."""
        settings = self.settings
        match settings.spool:
            case None:
                folder = tempfile.TemporaryDirectory(prefix="jesmail-")
                path, durable = Path(self._open.enter_context(folder)) / "spool", False
            case Path() as path:
                durable = True
            case str(address):
                return _postgres(settings, address, self._stamp, visitor=self.visitor)
        return open_spool(
            path,
            durable=durable,
            member_name=settings.sysname,
            clock=self._stamp,
            capacity=settings.spool_size,
        )

    def _stamp(self) -> str:
        return self.clock().isoformat()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the spool."""
        self._open.close()

    def set_outclass(self, sysout_class: SysoutClass, out_class: OutClass) -> None:
        """What a class means from now on."""
        self._outclasses[sysout_class] = out_class

    @property
    def page(self) -> CodePage:
        """The page of JCL and text data on the spool."""
        return page(self.settings.codepage)

    def jcl(self, user: str) -> JclSetting:
        """What the converter has to know when `user` submits a job. Raises `BadName`."""
        return converter(self.settings, user)


def converter(settings: Settings, user: str) -> JclSetting:
    """What a system's converter has to know when `user` submits a job. Raises `BadName`."""
    return JclSetting(
        codepage=page(settings.codepage),
        user=UserId(user.upper()),
        symbols=settings.symbols,
        punch=frozenset(c for c, out in settings.outclass.items() if out.output is Output.PUNCH),
    )


def _postgres(
    settings: Settings, address: str, clock: Callable[[], str], *, visitor: bool
) -> SpoolStore:
    """A spool in PostgreSQL. Raises `SpoolError`, `UsageFault` without its driver."""
    from jes.store.postgres import attach_postgres, open_postgres

    try:
        if visitor:
            return attach_postgres(address, clock=clock, capacity=settings.spool_size)
        return open_postgres(address, settings.sysname, clock=clock, capacity=settings.spool_size)
    except ImportError as error:
        raise UsageFault(
            "a spool in PostgreSQL needs psycopg: pip install 'jesmail[postgres]'"
        ) from error


def with_datasets(settings: Settings, coded: Mapping[DsName, Path]) -> Settings:
    """Settings with data sets of a command line, whose attributes the system file may know."""
    known = dict(settings.datasets)
    for name, path in coded.items():
        known[name] = replace(known.get(name, DatasetSettings(path=path)), path=path)
    return replace(settings, datasets=known)


def _programs(named: Mapping[str, str]) -> dict[str, Program]:
    """The Python functions of the system file. Raises `UsageFault`."""
    found = {}
    for name, where in named.items():
        module, _, function = where.partition(":")
        try:
            found[name] = getattr(importlib.import_module(module), function)
        except (ImportError, AttributeError) as error:
            raise UsageFault(f"program {name}: {where} cannot be imported: {error}") from error
    return found
