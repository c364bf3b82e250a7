"""DD and OUTPUT statements merged: precedence, defaults, JES data sets (jes2.md 1.2-1.4, 5.5)."""

import pytest

from jes.job import Sysout
from jes.sysout import Disposition, Outdisp, SysoutRequest
from tests.jes.jcl_text import job_of, part_of, request_of, requests_of

WRITE, HOLD, KEEP, PURGE = Disposition.WRITE, Disposition.HOLD, Disposition.KEEP, Disposition.PURGE


@pytest.mark.parametrize(
    ("output", "dd", "expected"),
    [
        pytest.param("WRITER=W2", "SYSOUT=(A,W1)", {"writer": "W1"}, id="dd-writer-wins"),
        pytest.param("WRITER=W2", "SYSOUT=A", {"writer": "W2"}, id="output-writer"),
        pytest.param("FORMS=F2", "SYSOUT=(A,,F1)", {"forms": "F1"}, id="dd-forms-win"),
        pytest.param("DEST=N2", "SYSOUT=A,DEST=N1", {"dest": "N1"}, id="dd-dest-wins"),
        pytest.param("DEST=N2", "SYSOUT=A", {"dest": "N2"}, id="output-dest"),
        pytest.param("COPIES=5", "SYSOUT=A,COPIES=2", {"copies": 2}, id="dd-copies-win"),
        pytest.param("COPIES=0", "SYSOUT=A", {"copies": 0}, id="no-copies"),
        pytest.param("CLASS=*", "SYSOUT=(,)", {"sysout_class": "M"}, id="output-class-star"),
        pytest.param("OUTDISP=(K,P)", "SYSOUT=A", {"outdisp": Outdisp(KEEP, PURGE)}, id="outdisp"),
        pytest.param(
            "OUTDISP=(,PURGE)", "SYSOUT=A", {"outdisp": Outdisp(WRITE, PURGE)}, id="no-normal"
        ),
        pytest.param(
            "OUTDISP=HOLD", "SYSOUT=A", {"outdisp": Outdisp(HOLD, HOLD)}, id="normal-only"
        ),
        pytest.param("GROUPID=G1", "SYSOUT=A", {"groupid": "G1"}, id="groupid"),
        pytest.param(
            "GROUPID=G1", "SYSOUT=A,FREE=CLOSE", {"groupid": None, "spin": True}, id="spin-no-group"
        ),
        pytest.param(
            "PRTY=7,PRMODE=PAGE", "SYSOUT=A", {"priority": 7, "prmode": "PAGE"}, id="prty"
        ),
        pytest.param("BURST=YES", "SYSOUT=A,BURST=N", {"burst": False}, id="dd-burst-wins"),
        pytest.param("FCB=STD1", "SYSOUT=A,UCS=(PN,FOLD)", {"fcb": "STD1", "ucs": "PN"}, id="fcb"),
        pytest.param(
            "NAME='J O',ADDRESS=('A',B)",
            "SYSOUT=A",
            {"keywords": (("ADDRESS", "('A',B)"), ("NAME", "J O"))},
            id="carried-keywords",
        ),
    ],
)
def test_dd_beats_output(output: str, dd: str, expected: dict[str, object]) -> None:
    request = request_of(f"//O OUTPUT {output}", "//S EXEC PGM=P", f"//D DD {dd},OUTPUT=*.O")
    assert {key: getattr(request, key) for key in expected} == expected


def writers(*cards: str) -> list[str | None]:
    return [request.writer for request in requests_of(*cards)]


def test_each_output_referenced_gives_a_request() -> None:
    cards = ("//A OUTPUT WRITER=WA", "//B OUTPUT WRITER=WB", "//S EXEC PGM=P")
    assert writers(*cards, "//D DD SYSOUT=A,OUTPUT=(*.A,*.B)") == ["WA", "WB"]


def test_default_output_applies_where_none_is_referenced() -> None:
    cards = ("//A OUTPUT WRITER=WA,DEFAULT=YES", "//B OUTPUT WRITER=WB", "//S EXEC PGM=P")
    assert writers(*cards, "//D DD SYSOUT=A") == ["WA"]
    assert writers(*cards, "//D DD SYSOUT=A,OUTPUT=*.B") == ["WB"]


def test_defaults_of_a_step_replace_those_of_the_job() -> None:
    cards = (
        "//A OUTPUT WRITER=WA,DEFAULT=YES",
        "//S EXEC PGM=P",
        "//D DD SYSOUT=A",
        "//B OUTPUT WRITER=WB,DEFAULT=YES",
    )
    assert writers(*cards) == ["WB"]
    assert writers(*cards, "//T EXEC PGM=P", "//D DD SYSOUT=A") == ["WA"]


def test_jecl_output_is_ignored_where_output_jcl_is_used() -> None:
    cards = ("/*OUTPUT C1 DEST=R9", "//A OUTPUT FCB=X", "//S EXEC PGM=P")
    assert request_of(*cards, "//D DD SYSOUT=(A,,C1)").dest == "R9"
    assert request_of(*cards, "//D DD SYSOUT=(A,,C1),OUTPUT=*.A").dest == "LOCAL"
    assert request_of(*cards, "//D DD SYSOUT=(A,,C2)").forms == "C2"


def test_mail_keywords_are_carried_with_a_warning() -> None:
    job = job_of(
        "//J JOB",
        "//O OUTPUT DEFAULT=YES,MAILTO=('a@x.org','b@x.org'),MAILFROM='Me'",
        "//S EXEC PGM=P",
        "//D DD SYSOUT=A",
    )
    allocation = job.steps[0].dds[0].parts[0].allocation
    assert isinstance(allocation, Sysout)
    assert allocation.requests[0].keywords == (
        ("MAILFROM", "Me"),
        ("MAILTO", "('a@x.org','b@x.org')"),
    )
    assert [w.id for w in job.warnings] == ["JML183W", "JML183W"]


def jes_output(*cards: str) -> dict[str, SysoutRequest]:
    return job_of("//J JOB MSGCLASS=X", *cards, "//S EXEC PGM=P").jes_output


def test_jes_data_sets_go_to_msgclass() -> None:
    found = jes_output("//O OUTPUT CLASS=B,DEFAULT=YES")
    assert {name: r.sysout_class for name, r in found.items()} == {
        "JESMSGLG": "X",
        "JESJCL": "X",
        "JESYSMSG": "X",
    }


@pytest.mark.parametrize(
    ("jesds", "names"),
    [
        ("ALL", {"JESMSGLG", "JESJCL", "JESYSMSG"}),
        ("LOG", {"JESMSGLG"}),
        ("JCL", {"JESJCL"}),
        ("MSG", {"JESYSMSG"}),
    ],
)
def test_jesds_names_jes_data_sets(jesds: str, names: set[str]) -> None:
    found = jes_output(f"//O OUTPUT JESDS={jesds},CLASS=K,WRITER=W")
    assert {name for name, r in found.items() if (r.sysout_class, r.writer) == ("K", "W")} == names


def test_the_data_set_name_gives_the_last_qualifier() -> None:
    allocation = part_of("//D DD SYSOUT=A,DSN=&&MAIL").allocation
    assert isinstance(allocation, Sysout)
    assert allocation.dsname == "MAIL"
