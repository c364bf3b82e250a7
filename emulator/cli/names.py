"""Options that filter, what shells complete, and the values that options turn into."""

from collections.abc import Iterable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from emulator.exits import Problem, UsageFault
from emulator.lookup import find_job
from emulator.place import look, place_of
from emulator.shown import printable
from jes.job import Phase
from jes.store.sql import SpoolStore
from jes.views import GroupFilter, JobFilter

MASK = "* is any string, ? one character"
_COMPLETED = 200  # words that a shell is given

Value = TypeVar("Value")


def upper(values: Iterable[str]) -> tuple[str, ...]:
    """Masks as JES2 has them. A byte that is no character matches nothing."""
    return tuple(printable(value.strip()).upper() for value in values)


def owner_and_prefix(command: Any) -> Any:
    """The filters that every list has, with z/OSMF's names."""
    prefix = click.option(
        "--prefix", "-p", multiple=True, metavar="MASK", help=f"Job name; {MASK}."
    )
    owner = click.option("--owner", "-o", multiple=True, metavar="MASK", help="Owner, as a mask.")
    return owner(prefix(command))


def chosen_from(kind: Any, names: Iterable[str], option: str) -> tuple[Any, ...]:
    """Words of an enum, in any case. Raises `UsageFault`."""
    known = {str(value): value for value in kind}
    found = []
    for name in names:
        if name.upper() not in known:
            raise UsageFault(f"{option} {printable(name)}: one of {', '.join(known)} is needed")
        found.append(known[name.upper()])
    return tuple(found)


# --- completion ---------------------------------------------------------------------------------


def complete_job(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Job ids of the spool that is named so far, with their names as help."""

    def words(store: SpoolStore) -> list[CompletionItem]:
        found = store.jobids(printable(incomplete).upper(), _COMPLETED)
        return [CompletionItem(jobid, help=str(name)) for jobid, name in found]

    return _from_spool(ctx, words)


def complete_dataset(
    ctx: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The ddnames of the job that is named before."""

    def words(store: SpoolStore) -> list[CompletionItem]:
        datasets = store.datasets(find_job(store, str(ctx.params.get("jobid"))).jobid)
        names = {str(one.ddname): f"{one.dsid} {one.stepname}" for one in datasets}
        return _matching(names, incomplete)

    return _from_spool(ctx, words)


def complete_group(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The output groups of the job that is named before."""

    def words(store: SpoolStore) -> list[CompletionItem]:
        jobid = find_job(store, str(ctx.params.get("jobid"))).jobid
        groups = store.groups(GroupFilter(jobs=JobFilter(jobids=(jobid,))), limit=_COMPLETED)
        names = {one.outgrp: f"{one.sysout_class} {one.disposition}" for one in groups}
        return _matching(names, incomplete)

    return _from_spool(ctx, words)


def _matching(names: dict[str, str], incomplete: str) -> list[CompletionItem]:
    begun = incomplete.upper()
    return [CompletionItem(name, help=h) for name, h in names.items() if name.startswith(begun)]


def _from_spool(ctx: click.Context, words: Any) -> list[CompletionItem]:
    """What a look-up gives; a spool that is not named or not there completes nothing."""
    try:
        with look(place_of(ctx.params.get("system"), ctx.params.get("spool"))) as store:
            found: list[CompletionItem] = words(store)
            return found
    except Problem:
        return []


def complete_phase(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The phases."""
    return _matching({str(phase): "" for phase in Phase}, incomplete)
