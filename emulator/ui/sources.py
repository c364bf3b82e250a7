"""Where each panel gets its rows, and what its actions open."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.outcomes import MailOutcome
from emulator.panels import system_rows
from emulator.panels.panels import PANELS, of_job
from emulator.panels.tables_system import MENU_ROWS, MenuRow
from emulator.panels.values import Panel, Refused
from emulator.panels.wording import delays, described
from emulator.ui.screens.asking import Ask
from emulator.ui.screens.jcl import Jcl
from emulator.ui.screens.place import Place
from emulator.ui.screens.table import PanelPlace
from emulator.ui.source import NO_SYSTEM, Source
from jes.names import JobId
from jes.store.sql import SpoolStore
from jes.views import DatasetView, GroupView, JobView

if TYPE_CHECKING:
    from emulator.ui.app import SpoolApp

Fetch = Callable[[], Any]


class Sources:
    """All panels' rows, and what opens from them."""

    def __init__(self, app: "SpoolApp") -> None:
        self._app = app
        self._facts: dict[str, tuple[Fetch, Callable[[Any], Hashable], bool]] = {
            "MENU": (self._menu, lambda row: row.name, False),
            "SP": (self._asked(system_rows.spool_volumes), lambda row: row.volume, False),
            "JC": (self._job_classes, lambda row: row.job_class, False),
            "OC": (self._of_status(system_rows.classes_of_output), lambda r: r.sysout_class, True),
            "INIT": (self._of_status(system_rows.initiators), lambda row: row.number, True),
            "MAIL": (self._mail, lambda row: row.number, True),
        }

    def of(self, panel: Panel[Any]) -> Source:
        """The source of a panel."""
        if panel.name not in self._facts:
            return Source(self._app)
        fetch, identity, needs_system = self._facts[panel.name]
        source = Source(self._app, fetch, identity)
        source.needs_system = needs_system
        return source

    def _asked(self, question: Callable[[SpoolStore], Sequence[Any]]) -> Fetch:
        async def ask() -> Sequence[Any]:
            return await self._app.reading.page(question)

        return ask

    def _of_status(self, rows: Callable[[Any], Sequence[Any]]) -> Fetch:
        async def ask() -> Sequence[Any]:
            return rows(self._app.services.status)

        return ask

    async def _menu(self) -> Sequence[MenuRow]:
        return MENU_ROWS

    async def _job_classes(self) -> Sequence[Any]:
        status = self._app.services.status
        return await self._app.reading.page(
            lambda store: system_rows.classes_of_jobs(store, status)
        )

    async def _mail(self) -> Sequence[MailOutcome]:
        await self._app.services.look_at_mail()
        return list(self._app.services.outcomes)

    # --- what actions open ---------------------------------------------------------------------

    async def open(self, place: PanelPlace, action: str, row: Any) -> None:
        """Do what an action of a panel says. Raises `Refused`, `Problem`."""
        match action:
            case "open":
                await place.obey_text(row.name)
            case "browse":
                await self._browse(row)
            case "datasets":
                await self._datasets(row)
            case "jcl":
                await self._jcl(place, row)
            case "attributes":
                text = described(place.panel.columns, row).split(", ")
                await self._app.help_page("ATTRIBUTES", "\n".join(f"    {one}" for one in text))
            case "delay":
                place.say(self._delay(row))
            case "save":
                await self._save(place, row)

    def _delay(self, row: JobView) -> str:
        status = self._app.services.status
        if status is None:
            return NO_SYSTEM
        found = delays(row, system_rows.initiators(status), processing=status.processing)
        return ", ".join(found) or "NOTHING KEEPS THE JOB FROM RUNNING"

    async def _datasets_of(self, row: Any) -> list[DatasetView]:
        if isinstance(row, DatasetView):
            return [row]
        if isinstance(row, GroupView):
            question = partial(_group_datasets, key=row.key)
        else:
            question = partial(_job_datasets, jobid=JobId(row.jobid))
        return await self._app.reading.page(question)

    async def _datasets(self, row: Any) -> None:
        source = Source(self._app, partial(self._datasets_of, row), lambda one: one.key)
        source.of = of_job(row)
        await self._app.push_screen(PanelPlace(PANELS["JDS"], source))

    async def _browse(self, row: Any) -> None:
        from emulator.ui.screens.browsing import BrowsePlace

        datasets = await self._datasets_of(row)
        if not datasets:
            raise Refused("THERE ARE NO DATA SETS")
        await self._app.push_screen(BrowsePlace(datasets, f"{row.jobname} {row.jobid}"))

    async def _jcl(self, place: Place, row: Any) -> None:
        jcl = await self._app.reading.page(lambda store: store.jcl(JobId(row.jobid)))
        if jcl is None:
            raise Refused("THE JCL OF THIS JOB IS NOT KEPT")
        read_only = self._app.services.port.read_only
        title = f"JCL OF {row.jobname} ({row.jobid})"
        text = await self._app.push_screen_wait(Jcl(title, jcl, read_only=read_only))
        if text is not None:
            found = await self._app.services.ask(
                self._app.services.port.submit, text, self._app.session.user
            )
            place.say(", ".join(found) or "NOTHING WAS SUBMITTED")

    async def _save(self, place: Place, row: Any) -> None:
        datasets = await self._datasets_of(row)
        await self.save(place, datasets, "", f"{row.jobname}.{row.jobid}.txt")

    async def save(
        self, place: Place, datasets: Sequence[DatasetView], name: str, given: str = ""
    ) -> None:
        """Write data sets to a new file as text. Raises `Refused`, `Problem`."""
        if self._app.services.port.read_only:
            raise Refused("THIS SESSION IS READ-ONLY: NO FILE IS WRITTEN")
        name = name or await self._app.push_screen_wait(Ask("Save to the file:", given))
        if not name:
            return
        path = await self._app.services.ask(_expanded, name)
        lines = await self._app.reading.page(
            lambda store: _saved(store, datasets, path, self._app.services.page)
        )
        place.say(f"{lines} LINES ARE IN {path}")


def _expanded(name: str) -> Path:
    return Path(name).expanduser()


def _group_datasets(store: SpoolStore, key: int) -> list[DatasetView]:
    return store.group_datasets(key)


def _job_datasets(store: SpoolStore, jobid: JobId) -> list[DatasetView]:
    return store.datasets(jobid)


def _saved(store: SpoolStore, datasets: Sequence[DatasetView], path: Path, page: str) -> int:
    """Write data sets to a new file as text. How many lines. Raises `Problem`."""
    from emulator import browse
    from emulator.exits import Problem

    count = 0
    try:
        with path.open("x", encoding="utf-8") as file:
            for one in datasets:
                for lines in browse.text(store, one, browse.Records(), browse.decoder(page)):
                    file.writelines(f"{line}\n" for line in lines)
                    count += len(lines)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror or error}") from error
    return count
