"""Runs a real mail server as a child that can touch nothing but its own folder.

It gets a mount namespace with its own users, /var/spool, /var/lib and /run, and a process
namespace that ends with its first process: so whatever the server starts, nothing of it is left
when `stop` returns, or when this process is gone.
"""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

REFUSED = "550 5.1.1 No such mailbox"  # to `refused@…`
DEFERRED = "450 4.2.0 Try again later"  # to `deferred@…`
PEERS = Path(__file__).parents[2] / ".peers"
SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
START_SECONDS = 20.0
DELIVERY_SECONDS = 30.0
STOP_SECONDS = 10.0
INSIDE = Path("/mnt")  # where the server finds what is its own
USERS = {"root": 0, "daemon": 1, "mail": 21001, "postfix": 21002, "Debian-exim": 21003}
USERS |= {"opensmtpd": 21004, "opensmtpq": 21005, "postdrop": 21006, "nobody": 65534}
# CSSMTP's own Received stands behind whatever the server put in front
_OURS = re.compile(rb"Received: from \S+ by \S+ \(CSSMTP [^)]*\)\n(?: .*\n){2}")
_RETURN_PATH = re.compile(rb"(?im)^return-path: *<?([^>\n]*)>?$")
_RECIPIENT = re.compile(rb"(?im)^(?:envelope-to|delivered-to): *<?([^>\n]*)>?$")


class NotHere(Exception):
    """A server cannot be run on this machine; the text says why."""


@dataclass(frozen=True, slots=True, order=True)
class Arrived:
    """A mail in a mailbox, once for each recipient. `text` stands behind CSSMTP's Received, and is
    all of the mail when that is not there."""

    sender: str
    recipient: str
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a server is run. Paths in `files` are below /mnt; `queue` is below /var/spool, in the
    order in which a mail goes through its folders; `owners` are of /var/spool and /var/lib."""

    command: Sequence[str]
    files: dict[str, str]
    queue: Sequence[str]
    package: str | None = None  # below `.peers`, seen as /mnt/peer
    owners: dict[str, str] = field(default_factory=dict)
    mounts: dict[str, str] = field(default_factory=dict)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def installed(program: str) -> str:
    """The path of an installed program. Raises `NotHere`."""
    found = shutil.which(program, path=SBIN)
    if found is None:
        raise NotHere(f"{program} is not on this machine (.ci/peers installs it)")
    return found


def unpacked(package: str, program: str) -> str:
    """The path inside of a program below `.peers`. Raises `NotHere`."""
    if not (PEERS / package / program).exists():
        raise NotHere(f"{package} is not on this machine (.ci/peers unpacks it)")
    return str(INSIDE / "peer" / program)


def need_namespaces() -> None:
    """Raises `NotHere` when servers cannot get namespaces of their own."""
    if os.geteuid() != 0:
        raise NotHere("not root, which starting a mail server needs")
    unshare = shutil.which("unshare", path=SBIN)
    line = [unshare or "false", "--mount", "--pid", "--fork", "true"]
    if subprocess.run(line, capture_output=True, check=False).returncode:
        raise NotHere("no mount namespaces here, which starting a mail server needs")


class MailServer(Protocol):
    """Something that takes mail and shows what came."""

    address: tuple[str, int]

    def arrived(self) -> list[Arrived]:
        """The mails that came since the last call, once for each recipient, in no order."""

    def stop(self) -> None:
        """End it."""


class Server:
    """A `MailServer` that runs as a child of this process."""

    def __init__(self, folder: Path, port: int, setup: Setup) -> None:
        self.address: tuple[str, int] = ("127.0.0.1", port)
        self._folder = folder
        self._setup = setup
        _lay_out(folder, setup)
        self._log = (folder / "output").open("wb")
        self._process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "sh", "-c", _script(folder, setup), "sh",
             *setup.command],
            stdin=subprocess.PIPE, stdout=self._log, stderr=subprocess.STDOUT, cwd="/",
            env={"PATH": SBIN, "LD_LIBRARY_PATH": _libraries(setup)},
        )  # fmt: skip
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it and all that it started: the end of its input ends its process namespace."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def arrived(self) -> list[Arrived]:
        """Every mail that was accepted and is not yet fetched, in no order. Waits until the
        server's queue is empty, and takes them out of the mailbox."""
        end = time.monotonic() + DELIVERY_SECONDS
        while waiting := self._queued():
            assert time.monotonic() < end, f"not delivered: {waiting}\n{self.said()[-3000:]}"
            time.sleep(0.02)
        found = []
        for path in (self._folder / "mail").glob("**/new/*"):
            found.append(_arrived(path.read_bytes()))
            path.unlink()
        return found

    def said(self) -> str:
        """What the server printed and logged."""
        logs = [self._folder / "output", *sorted((self._folder / "log").iterdir())]
        return "\n".join(path.read_text(errors="replace") for path in logs)

    def _queued(self) -> list[str]:
        """The files of the queue; in the order of its folders, so that none slips by."""
        spool = self._folder / "spool"
        return [
            name
            for folder in self._setup.queue
            for _, _, names in os.walk(spool / folder)  # folders may go while it walks
            for name in names
        ]

    def _wait_until_up(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            assert self._process.poll() is None, f"it ended at once:\n{self.said()}"
            try:
                with socket.create_connection(self.address, timeout=START_SECONDS) as probe:
                    if probe.recv(4).startswith(b"220"):
                        probe.sendall(b"QUIT\r\n")
                        while probe.recv(512):
                            pass
                        return
            except OSError:
                pass
            assert time.monotonic() < end, f"it does not answer:\n{self.said()}"
            time.sleep(0.02)


def _lay_out(folder: Path, setup: Setup) -> None:
    """The folders and files that the server will see as its own."""
    for name in ("etc", "log", "mail", "spool", "lib", "run"):
        (folder / name).mkdir()
    users = [f"{name}:x:{number}:{number}::/mnt/mail:/bin/false" for name, number in USERS.items()]
    groups = [f"{name}:x:{number}:" for name, number in USERS.items()]
    (folder / "etc/passwd").write_text("\n".join([*users, ""]))
    (folder / "etc/group").write_text("\n".join([*groups, ""]))
    (folder / "etc/hosts").write_text("127.0.0.1 localhost\n")
    for name, text in setup.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, user in setup.owners.items():
        path = folder / name
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, USERS[user], USERS[user])


def _script(folder: Path, setup: Setup) -> str:
    """What the first process of the namespaces does: mounts, the server, and the wait for the end
    of its input, with which it ends, and all with it."""
    binds = {folder / "etc" / name: f"/etc/{name}" for name in ("passwd", "group", "hosts")}
    inside = {folder / name: str(INSIDE / name) for name in ("etc", "log", "mail")}
    if setup.package:
        inside[PEERS / setup.package] = str(INSIDE / "peer")
    others = {folder / "spool": "/var/spool", folder / "lib": "/var/lib", folder / "run": "/run"}
    lines = ["set -e", f"mount -t tmpfs -o mode=755 tmpfs {INSIDE}"]
    lines += [f"mkdir {to}" for to in inside.values()]
    lines += [f"mount --bind '{what}' {to}" for what, to in (inside | binds | others).items()]
    for to, what in setup.mounts.items():
        top = Path(to).parent
        lines += [f"mount -t tmpfs -o mode=755 tmpfs {top}", f"mkdir {to}"]
        lines += [f"mount --bind {what} {to}"]
    return "\n".join([*lines, '"$@" &', "read -r _ || true"])


def _libraries(setup: Setup) -> str:
    """Where the libraries of an unpacked server lie, as it sees them."""
    if setup.package is None:
        return ""
    top = PEERS / setup.package
    folders = sorted({path.parent.relative_to(top) for path in top.rglob("lib*.so*")})
    return os.pathsep.join(str(INSIDE / "peer" / folder) for folder in folders)


def _arrived(data: bytes) -> Arrived:
    """A file of a mailbox: the envelope out of what the server put in front."""
    ours = _OURS.search(data)
    front = data[: ours.start()] if ours else data
    sender, recipient = _RETURN_PATH.search(front), _RECIPIENT.search(front)
    assert recipient, front
    return Arrived(
        sender[1].decode() if sender else "",
        recipient[1].decode(),
        data[ours.end() :] if ours else data,
    )
