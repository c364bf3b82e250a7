"""The mail servers that tests deliver to, each started once a session and process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.peers.mail_servers import KINDS
from tests.peers.servers import MailServer, NotHere


@dataclass(frozen=True, slots=True)
class Peer:
    """A mail server that runs, and what it keeps of a text."""

    name: str
    server: MailServer
    kept: Callable[[bytes], bytes]


@pytest.fixture(scope="session", params=KINDS)
def peer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Peer]:
    """Each server in turn; `.ci/peers --missing` names those that cannot be run here."""
    kind = KINDS[request.param]
    try:
        server = kind.start(tmp_path_factory.mktemp(request.param))
    except NotHere as error:
        pytest.skip(f"{request.param}: {error}")
    try:
        yield Peer(request.param, server, kind.kept)
    finally:
        server.stop()
