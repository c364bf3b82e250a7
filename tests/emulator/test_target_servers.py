"""From TargetServer statements to addresses (cssmtp-operations.md 3.1; cssmtp-config.md 4.17), by a
name server of the tests' own."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import pytest
import uvloop

from cssmtp.config.statements import Target as Named
from cssmtp.config.statements import TargetKind, TargetServer
from cssmtp.targetlist import Host, TargetList, mail_servers, target_list
from emulator.resolver import NameServers, Resolver
from tests.peers.nameserver import DnsFault, NameServer

Runner = Callable[[Coroutine[Any, Any, TargetList]], TargetList]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
MX = "MX example.com"
TWO = {
    MX: ["20 b.example.com.", "10 a.example.com."],
    "A a.example.com": ["192.0.2.1"],
    "A b.example.com": ["192.0.2.2"],
}


def block(kind: TargetKind, *values: str, port: int = 25) -> TargetServer:
    """A TargetServer block."""
    return TargetServer(targets=tuple(Named(kind, value) for value in values), connect_port=port)


def by_mx(
    run: Runner, records: Mapping[str, Sequence[str]], faults: Mapping[str, DnsFault] | None = None
) -> tuple[TargetList, NameServer]:
    """What a TargetMx example.com gives with these records."""
    server = NameServer(records, faults)

    async def main() -> TargetList:
        async with server:
            asked = NameServers(("127.0.0.1",), server.port, timeout=0.1, lifetime=0.3)
            return await Resolver(asked).targets([block(TargetKind.MX, "example.com")])

    return run(main()), server


def shown(found: TargetList) -> list[str]:
    """Address and preference of each target."""
    return [f"{target.address} {target.preference}" for target in found.targets]


@LOOPS
@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param(TWO, ["192.0.2.1 10", "192.0.2.2 20"], id="in-order-of-preference"),
        pytest.param(
            {**TWO, "AAAA a.example.com": ["2001:db8::1"]},
            ["192.0.2.1 10", "2001:db8::1 10", "192.0.2.2 20"],
            id="A-and-AAAA",
        ),
        pytest.param(
            {**TWO, "CNAME a.example.com": ["c.example.com."], "A c.example.com": ["192.0.2.3"]},
            ["192.0.2.3 10", "192.0.2.2 20"],
            id="mail-server-is-an-alias",
        ),
        pytest.param(
            {"CNAME example.com": ["x.example."], "MX x.example": ["5 a.example.com."], **TWO},
            ["192.0.2.1 5"],
            id="domain-is-an-alias",
        ),
        pytest.param({"A example.com": ["192.0.2.9"]}, ["192.0.2.9 0"], id="no-mx-is-its-own"),
        pytest.param(
            {**TWO, MX: ["10 a.example.com.", "20 a.example.com."]},
            ["192.0.2.1 10"],
            id="one-server-twice",
        ),
    ],
)
def test_mx_records_give_targets(
    run: Runner, records: Mapping[str, Sequence[str]], expected: list[str]
) -> None:
    found, _ = by_mx(run, records)
    assert shown(found) == expected
    assert found.remarks == ()
    assert found.unresolved == ()


@LOOPS
def test_a_certificate_has_to_be_of_the_mail_server(run: Runner) -> None:
    found, _ = by_mx(run, TWO)
    assert [target.host for target in found.targets] == ["a.example.com", "b.example.com"]
    assert {target.name for target in found.targets} == {"example.com"}


@LOOPS
def test_a_truncated_answer_is_asked_for_over_tcp(run: Runner) -> None:
    found, server = by_mx(run, TWO, {MX: DnsFault.TRUNCATED, "A a.example.com": DnsFault.TRUNCATED})
    assert shown(found) == ["192.0.2.1 10", "192.0.2.2 20"]
    assert {f"{MX} (TCP)", "A a.example.com (TCP)"} <= set(server.asked)


@LOOPS
@pytest.mark.parametrize(
    ("records", "faults", "reason", "temporary"),
    [
        pytest.param({}, {}, "NXDOMAIN", False, id="NXDOMAIN"),
        pytest.param({MX: ["0 ."]}, {}, "null MX", False, id="null-mx"),
        pytest.param({MX: ["10 gone.example.com."]}, {}, "NXDOMAIN", False, id="mx-to-nothing"),
        pytest.param(
            {MX: ["10 a.example.com."], "TXT a.example.com": ["x"]},
            {},
            "no address",
            False,
            id="mx-without-address",
        ),
        pytest.param({"TXT example.com": ["x"]}, {}, "no address", False, id="nothing-but-text"),
        pytest.param(TWO, {MX: DnsFault.SERVFAIL}, "SERVFAIL", True, id="SERVFAIL"),
        pytest.param(TWO, {MX: DnsFault.REFUSED}, "REFUSED", True, id="REFUSED"),
        pytest.param(TWO, {MX: DnsFault.SILENT}, "in time", True, id="silent"),
        pytest.param(TWO, {MX: DnsFault.GARBAGE}, "", True, id="garbage"),
        pytest.param(
            {MX: ["10 a.example.com."]},
            {"A a.example.com": DnsFault.SERVFAIL, "AAAA a.example.com": DnsFault.SERVFAIL},
            "SERVFAIL",
            True,
            id="SERVFAIL-for-the-server",
        ),
    ],
)
def test_a_domain_without_a_target_says_why(
    run: Runner,
    records: Mapping[str, Sequence[str]],
    faults: Mapping[str, DnsFault],
    reason: str,
    temporary: bool,
) -> None:
    found, _ = by_mx(run, records, faults)
    assert found.targets == ()
    (remark,) = found.remarks
    assert remark.startswith("JML316W")
    assert reason in remark
    assert bool(found.unresolved) is temporary


@LOOPS
def test_one_mail_server_without_an_address_does_not_matter(run: Runner) -> None:
    found, _ = by_mx(run, {**TWO, MX: ["5 gone.example.com.", *TWO[MX]]})
    assert shown(found) == ["192.0.2.1 10", "192.0.2.2 20"]
    assert len(found.remarks) == 1


@LOOPS
def test_without_a_name_server_nothing_is_found_and_nothing_breaks(run: Runner) -> None:
    async def main() -> TargetList:
        asked = NameServers(("127.0.0.1",), 1, timeout=0.1, lifetime=0.3)
        return await Resolver(asked).targets([block(TargetKind.MX, "example.com")])

    found = run(main())
    assert found.targets == ()
    assert found.unresolved


@LOOPS
def test_names_go_through_the_systems_resolver(run: Runner) -> None:
    """It knows /etc/hosts; no name server is asked."""

    async def main() -> TargetList:
        servers = [block(TargetKind.NAME, "localhost", port=2525)]
        return await Resolver(NameServers(("127.0.0.1",), 1)).targets(servers)

    found = run(main())
    assert "127.0.0.1" in [target.address for target in found.targets]
    assert {(target.port, target.host) for target in found.targets} == {(2525, "localhost")}


@LOOPS
def test_a_name_that_nobody_knows_is_said(run: Runner) -> None:
    async def main() -> TargetList:
        servers = [block(TargetKind.IP, "192.0.2.1"), block(TargetKind.NAME, "x.invalid")]
        return await Resolver().targets(servers)

    found = run(main())
    assert [target.address for target in found.targets] == ["192.0.2.1"]
    assert "x.invalid" in found.remarks[0]


# --- which addresses count ---------------------------------------------------------------------


def built(*hosts: Host, ipv6: bool = True, port: int = 25) -> TargetList:
    """The list that TargetNames with these addresses give."""
    servers = [block(TargetKind.NAME, host.name, port=port) for host in hosts]
    answers = {server.targets[0]: [host] for server, host in zip(servers, hosts, strict=True)}
    return target_list(servers, answers, ipv6=ipv6)


def test_the_first_four_addresses_count_in_the_order_of_the_configuration() -> None:
    found = built(Host("a", ("192.0.2.1", "192.0.2.2", "192.0.2.3")), Host("b", ("::1", "::2")))
    assert [target.address for target in found.targets] == [
        "192.0.2.1", "192.0.2.2", "192.0.2.3", "::1",
    ]  # fmt: skip
    (remark,) = found.remarks
    assert remark.startswith("JML313W 5 TARGET SERVER ADDRESSES")
    assert "[::2]:25" in remark


def test_an_address_counts_once() -> None:
    found = built(Host("a", ("192.0.2.1",)), Host("b", ("192.0.2.1", "192.0.2.2")))
    assert [target.address for target in found.targets] == ["192.0.2.1", "192.0.2.2"]
    assert found.remarks[0].startswith("JML314W TARGET SERVER b: 192.0.2.1:25")


def test_a_target_is_address_and_port() -> None:
    one, other = block(TargetKind.IP, "192.0.2.1", port=25), block(TargetKind.NAME, "a", port=26)
    answers = {one.targets[0]: [Host("192.0.2.1", ("192.0.2.1",))]}
    answers[other.targets[0]] = [Host("a", ("192.0.2.1",))]
    found = target_list([one, other], answers, ipv6=True)
    assert [target.shown for target in found.targets] == ["192.0.2.1:25", "192.0.2.1:26"]


def test_ipv6_addresses_are_left_out_without_ipv6() -> None:
    found = built(Host("a", ("2001:db8::1", "192.0.2.1")), ipv6=False)
    assert [target.address for target in found.targets] == ["192.0.2.1"]
    assert found.remarks[0].startswith("JML315W")


def test_equal_preferences_keep_the_order_of_the_answer() -> None:
    hosts = mail_servers("x", [(20, "c."), (10, "b."), (20, "a."), (10, "d.")])
    assert not isinstance(hosts, str)
    assert [host.name for host in hosts] == ["b", "d", "c", "a"]
