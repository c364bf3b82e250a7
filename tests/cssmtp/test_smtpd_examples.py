"""The examples of spool-mail.md 13 through SMTPD: what it answers, sends, and where it is unsure.

The inputs of `test_reading_examples` serve both programs; those of SMTPD alone lie beside the
expected outcomes.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from cssmtp.smtpd.facts import Origin
from cssmtp.smtpd.outcome import shown
from cssmtp.smtpd.records import records_of
from cssmtp.smtpd.session import run
from jes.records import Recfm
from tests.builders import blocks_of
from tests.cssmtp.test_reading_examples import CASES, INPUTS, Case
from tests.cssmtp.test_reading_examples import records_of as inputs_of
from tests.smtpd_files import a_site, run_lines

OWN = INPUTS.parent / "smtpd"
SAMPLE = Path(__file__).parents[2] / "samples" / "smtpd" / "smtp.config"


@pytest.mark.parametrize("name", sorted(path.stem for path in INPUTS.glob("*.txt")))
def test_an_example_for_both(name: str, golden: Callable[[str, str], None]) -> None:
    """Without SMTP.CONFIG: defaults, mail by MX."""
    case = CASES.get(name, Case())
    recfm = Recfm(case.recfm)
    blocks = blocks_of(inputs_of(name, case), recfm, case.lrecl)
    outcome = run(records_of(blocks, recfm, case.lrecl), a_site(), Origin("OPSA", "NODEA"))
    lines = "\n".join([*shown(outcome), ""])
    golden(
        f"smtpd/{name}.expected", "".join(c if c.isprintable() or c == "\n" else "␚" for c in lines)
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in OWN.glob("*.txt")))
def test_an_example_of_a_gateway(name: str, golden: Callable[[str, str], None]) -> None:
    """With the sample's configuration: NJE, rewriting, all else to IPMAILERADDRESS."""
    lines = (OWN / f"{name}.txt").read_text("utf-8").splitlines()
    outcome = run_lines(lines, SAMPLE.read_text("utf-8"), Origin("OPSA", "NODEA"))
    golden(f"smtpd/{name}.gateway", "\n".join([*shown(outcome), ""]))
