"""`jesmail dataset`: the data sets of a job, and what is in them."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from emulator import browse
from emulator.cli.lists import Listing, Wanted, listed, placed, say, show_list
from emulator.cli.names import complete_dataset, complete_job
from emulator.cli.outside import Outside, pass_outside
from emulator.cli.tables import Column
from emulator.documents import Document, file_document
from emulator.exits import UsageFault
from emulator.lookup import find_dataset, find_job
from emulator.place import Place, look
from jes.store.sql import SpoolStore
from jes.views import DatasetView

# the first four are Zowe's, in its order
COLUMNS = (
    Column("id", "ID"),
    Column("ddname", "DDNAME"),
    Column("procstep", "PROCSTEP"),
    Column("stepname", "STEPNAME"),
    Column("class", "C"),
    Column("odisp", "ODISP"),
    Column("outgrp", "OUTGRP"),
    Column("recfm", "RECFM"),
    Column("lrecl", "LRECL"),
    Column("record-count", "RECORDS"),
    Column("byte-count", "BYTES"),
    Column("dsname", "DSNAME", wide=True),
    Column("jobid", "JOBID", wide=True),
    Column("jobname", "JOBNAME", wide=True),
    Column("subsystem", "JES", wide=True),
    Column("key", "KEY", wide=True),
)
_JOBID = click.argument("jobid", shell_complete=complete_job)


@click.group(name="dataset")
def command() -> None:
    """Data sets of a job on the spool.

    A JOBID is JOB00012, J12 or 12.
    """


@command.command(name="list")
@_JOBID
@listed(paged=False)
@placed
@pass_outside
def list_datasets(outside: Outside, jobid: str, place: Place, wanted: Wanted) -> None:
    """List the data sets of a job, by number."""

    def pages(store: SpoolStore, _: Wanted) -> list[list[Document]]:
        return [[file_document(one) for one in store.datasets(find_job(store, jobid).jobid)]]

    show_list(Listing("data sets", COLUMNS, pages), wanted, place, outside)


@command.command()
@_JOBID
@click.argument("dataset", shell_complete=complete_dataset)
@click.option("--records", metavar="A-B", help="Only these records, counting from 1; A-, -B and A.")
@click.option("--hex", "as_hex", is_flag=True, help="Characters and both hexadecimal digits.")
@click.option("--raw", is_flag=True, help="The bytes as they are on the spool, V with RDWs.")
@click.option(
    "--codepage", metavar="PAGE", help="The data set's code page (default: the system's)."
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@placed
def view(jobid: str, dataset: str, place: Place, **given: Any) -> None:
    """Show the records of a data set.

    DATASET is a ddname (SYSUT2, or STEP.SYSUT2 when several steps have one) or the number of the
    data set (102 or D0000102). Unprintable characters are shown as periods.
    """
    if given["raw"] and (given["as_hex"] or given["as_json"]):
        raise UsageFault("--raw goes without --hex and --json")
    wanted = browse.Records.parse(given["records"]) if given["records"] else browse.Records()
    page = given["codepage"] or place.settings.codepage
    with look(place) as store:
        found = find_dataset(store, find_job(store, jobid), dataset)
        if given["raw"]:
            for data in browse.raw(store, found, wanted):
                sys.stdout.buffer.write(data)
            return
        if given["as_json"]:
            pieces = _json(store, found, wanted, None if given["as_hex"] else page)
        elif given["as_hex"]:
            decode = browse.decoder(page, bytewise=True)
            pieces = _lines(browse.hexadecimal(store, found, wanted, decode))
        else:
            pieces = _lines(browse.text(store, found, wanted, browse.decoder(page)))
        for piece in pieces:
            say(piece)


def _lines(pages: Iterator[list[str]]) -> Iterator[str]:
    for page in pages:
        yield "".join([f"{line}\n" for line in page])


def _json(
    store: SpoolStore, dataset: DatasetView, wanted: browse.Records, page: str | None
) -> Iterator[str]:
    """The data set's document with its `records`, as text or (without a page) as digits."""
    if page is None:
        parts = browse.records(store, dataset, wanted)
        texts: Iterator[list[str]] = ([record.hex().upper() for record in p] for p in parts)
    else:
        texts = browse.text(store, dataset, wanted, browse.decoder(page))
    head = json.dumps({**file_document(dataset), "first-record": wanted.first}, indent=2)
    yield head.removesuffix("\n}")
    yield ',\n  "records": ['
    between = "\n    "
    for lines in texts:
        yield "".join([between, ",\n    ".join(map(json.dumps, lines))]) if lines else ""
        between = ",\n    "
    yield "\n  ]\n}\n"
