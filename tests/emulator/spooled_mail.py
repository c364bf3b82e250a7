"""Mail put on a spool without JCL, as fast as a test needs it."""

from dataclasses import replace
from functools import partial

from jes.codepages import page
from jes.names import JobId, SysoutClass, WriterName
from jes.records import fixed_blocks
from jes.store.sql import SpoolStore
from jes.sysout import Disposition, Route, SysoutRequest, Ungrouped, group
from tests.jes.store_builders import a_dataset, a_job

PAGE = page("IBM-1047")
REQUEST = SysoutRequest(sysout_class=SysoutClass("B"), writer=WriterName("CSSMTP"))


def spool_mails(store: SpoolStore, addresses: list[str], *more: str) -> JobId:
    """A job with one spool file that has a mail to each address, and then `more` lines."""
    lines = ["HELO PLEX1"]
    for to in addresses:
        lines += [
            "MAIL FROM:<a@acme.example>",
            f"RCPT TO:<{to}>",
            "DATA",
            "Subject: x",
            "",
            "y",
            ".",
        ]
    data = b"".join(PAGE.encode(line).ljust(80, b"\x40") for line in [*lines, *more])
    jobid = store.add_job(replace(a_job(), jcl=None))
    new = a_dataset(REQUEST)
    key = store.create(jobid, new)
    store.append(key, list(fixed_blocks(data, 80)))
    item = Ungrouped(key, new.dsid, new.request, Disposition.WRITE)
    store.end_job(jobid, "CC 0000", partial(group, [item]), lambda dest: Route(local=True))
    return jobid
