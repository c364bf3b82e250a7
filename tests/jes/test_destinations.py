"""Destination forms (jes2.md 1.2), and where each of them is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes.destinations import route_of, valid
from jes.sysout import Route


@pytest.mark.parametrize(
    ("dest", "canonical", "user"),
    [
        pytest.param("LOCAL", "LOCAL", None, id="LOCAL"),
        pytest.param("ANYLOCAL", "ANYLOCAL", None, id="ANYLOCAL"),
        pytest.param("*", "LOCAL", None, id="star"),
        pytest.param("ACME", "LOCAL", None, id="own-node-by-name"),
        pytest.param("N1", "LOCAL", None, id="own-node-by-number"),
        pytest.param("ACME.LOCAL", "LOCAL", None, id="own-node-and-LOCAL"),
        pytest.param("N1R0", "LOCAL", None, id="remote-0-is-the-node"),
        pytest.param("N1R7", "R7", None, id="NnnnnRmmmm"),
        pytest.param("R7", "R7", None, id="Rnnnnn"),
        pytest.param("RM007", "R7", None, id="RMnnnnn"),
        pytest.param("RMT7", "R7", None, id="RMTnnnnn"),
        pytest.param("ACME.RMT7", "R7", None, id="node.remote"),
        pytest.param("U12", "U12", None, id="special-local"),
        pytest.param("CSSMTP", "CSSMTP", "CSSMTP", id="destid-or-userid"),
        pytest.param("ACME.CSSMTP", "CSSMTP", "CSSMTP", id="node.userid"),
        pytest.param("N1.CSSMTP", "CSSMTP", "CSSMTP", id="node-number.userid"),
        pytest.param("LOCAL.CSSMTP", "CSSMTP", "CSSMTP", id="LOCAL.userid"),
        pytest.param("RMTX", "RMTX", "RMTX", id="RMT-without-digits-is-a-name"),
    ],
)
def test_what_is_at_this_node(dest: str, canonical: str, user: str | None) -> None:
    """A writer takes what is routed to a user of its name; a workstation is no user."""
    assert valid(dest)
    assert route_of(dest, "ACME") == Route(local=True, user=user, dest=canonical)


@pytest.mark.parametrize("dest", ["N2", "N32767R1", "BERLIN.CSSMTP", "N2.CSSMTP", "BERLIN.RMT7"])
def test_what_is_at_another_node_is_for_nobody_here(dest: str) -> None:
    assert valid(dest)
    assert route_of(dest, "ACME") == Route(local=False, dest=dest)


def test_a_node_that_is_called_by_a_number_has_that_number() -> None:
    assert route_of("N3.CSSMTP", "N3").user == "CSSMTP"
    assert not route_of("N1.CSSMTP", "N3").local


@pytest.mark.parametrize("dest", ["", "A.B.C", "NINE99999", "N32768", "R99999", "N1R40000", "A-B"])
def test_what_is_no_destination(dest: str) -> None:
    assert not valid(dest)


@given(st.from_regex(r"[A-Z0-9.*]{0,18}", fullmatch=True), st.sampled_from(["N1", "ACME", "N7"]))
def test_a_route_is_its_own_canonical_form(dest: str, node: str) -> None:
    """Any text has a route, and comparing canonical forms compares routes."""
    found = route_of(dest, node)
    assert found.dest is not None
    assert route_of(found.dest, node) == found
