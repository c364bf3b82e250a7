"""Where the sandbox keeps mail, and where it listens (blueprint §6)."""

import asyncio
import json
from pathlib import Path

import pytest

from emulator.sandbox.errors import SandboxError
from emulator.sandbox.mta import Address, Sandbox, SandboxSettings
from emulator.sandbox.store import Mail
from tests.emulator.sandbox_client import GREETING, codes, converse, run, with_sandbox

ONE = (
    b"MAIL FROM:<> SIZE=7 BODY=8BITMIME\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<a@example.com>\r\n"
    b"DATA\r\n..five\r\n.\r\n"
)


def test_a_folder_gets_the_bytes_and_the_envelope(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "mail"

    async def test(sandbox: Sandbox) -> None:
        await converse(sandbox.addresses[0], GREETING + ONE * 2)
        assert [(mail.path, mail.content) for mail in sandbox.mails] == [
            (folder / "0001.eml", None),
            (folder / "0002.eml", None),
        ]

    with_sandbox(test, SandboxSettings(save_dir=folder))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["0001.eml", "0001.json", "0002.eml", "0002.json"]
    assert (folder / "0002.eml").read_bytes() == b".five\r\n"
    assert json.loads((folder / "0002.json").read_bytes()) == {
        "helo": "mvs1.example.com",
        "mail_from": "",
        "rcpt_to": ["b@example.com", "a@example.com"],
        "tls": False,
        "extensions": ["SIZE=7", "BODY=8BITMIME"],
    }


def test_a_mail_is_in_its_folder_before_its_250(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def look(mail: Mail) -> None:
        assert mail.path is not None
        assert mail.path.with_suffix(".json").exists()
        seen.append(mail.path.read_bytes())

    async def work() -> None:
        async with Sandbox(SandboxSettings(save_dir=tmp_path), on_mail=look) as sandbox:
            await converse(sandbox.addresses[0], GREETING + ONE)

    run(work())
    assert seen == [b".five\r\n"]


def test_a_folder_with_saved_mail_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0007.eml").write_bytes(b"precious")
    with pytest.raises(SandboxError, match=r"0007\.eml"):
        with_sandbox(_never, SandboxSettings(save_dir=tmp_path))
    assert (tmp_path / "0007.eml").read_bytes() == b"precious"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SandboxError, match="cannot be saved"):
        with_sandbox(_never, SandboxSettings(save_dir=tmp_path / "file" / "mail"))


def test_a_folder_that_went_away_costs_a_452_and_no_number(tmp_path: Path) -> None:
    folder = tmp_path / "mail"

    async def test(sandbox: Sandbox) -> None:
        folder.rmdir()
        lost = await converse(sandbox.addresses[0], GREETING + ONE.split(b"..five")[0])
        assert codes(lost)[-1] == "452"
        folder.mkdir()
        (folder / "0001.json").mkdir()  # the envelope cannot be written now
        in_the_way = await converse(sandbox.addresses[0], GREETING + ONE)
        assert codes(in_the_way)[-2:] == ["354", "452"]
        (folder / "0001.json").rmdir()
        (folder / "0001.eml").mkdir()  # the mail cannot be put into place now
        in_the_way = await converse(sandbox.addresses[0], GREETING + ONE)
        assert codes(in_the_way)[-2:] == ["354", "452"]
        assert [path.name for path in folder.iterdir()] == ["0001.eml"]
        (folder / "0001.eml").rmdir()
        await converse(sandbox.addresses[0], GREETING + ONE)
        assert [mail.number for mail in sandbox.mails] == [1]

    with_sandbox(test, SandboxSettings(save_dir=folder))
    assert sorted(path.name for path in folder.iterdir()) == ["0001.eml", "0001.json"]


def test_past_the_cap_the_record_stays_and_the_callback_has_the_bytes() -> None:
    seen: list[Mail] = []

    async def work() -> None:
        async with Sandbox(SandboxSettings(keep_bytes=14), on_mail=seen.append) as sandbox:
            await converse(sandbox.addresses[0], GREETING + ONE * 3)
            kept = [(mail.number, mail.size, mail.content) for mail in sandbox.mails]
            assert kept == [(1, 7, b".five\r\n"), (2, 7, b".five\r\n"), (3, 7, None)]

    run(work())
    assert [mail.content for mail in seen] == [b".five\r\n"] * 3


def test_discarding_counts_only(tmp_path: Path) -> None:
    async def test(sandbox: Sandbox) -> None:
        await converse(sandbox.addresses[0], GREETING + ONE * 3)
        assert sandbox.count == 3
        assert sandbox.mails == []

    with_sandbox(test, SandboxSettings(discard=True, save_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_each_listener_has_a_port_and_a_number() -> None:
    async def test(sandbox: Sandbox) -> None:
        assert len({port for _, port in sandbox.addresses}) == 4
        for address in reversed(sandbox.addresses):
            await converse(address, GREETING + ONE)
        assert [mail.listener for mail in sandbox.mails] == [3, 2, 1, 0]

    with_sandbox(test, SandboxSettings(listeners=(("127.0.0.1", 0),) * 4))


def test_a_receipt_names_the_clients_port_and_the_mail_on_that_connection() -> None:
    async def test(sandbox: Sandbox) -> None:
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        port = writer.get_extra_info("sockname")[1]
        writer.write(GREETING + ONE + ONE.replace(b"DATA", b"RSET\r\nDATA").split(b"..")[0] + ONE)
        writer.write(b"QUIT\r\n")
        await reader.read()
        writer.close()
        assert [mail.receipt for mail in sandbox.mails] == [(port, 1), (port, 2)]

    with_sandbox(test)


ADDRESSES: dict[str, tuple[Address, ...]] = {
    "none": (),
    "too many": (("127.0.0.1", 0),) * 65,
    "every interface": (("0.0.0.0", 0),),
    "a name": (("localhost", 0),),
    "a port too high": (("127.0.0.1", 65536),),
    "a negative port": (("127.0.0.1", -1),),
}


@pytest.mark.parametrize("listeners", ADDRESSES.values(), ids=ADDRESSES)
def test_listeners_that_are_refused(listeners: tuple[Address, ...]) -> None:
    with pytest.raises(SandboxError):
        with_sandbox(_never, SandboxSettings(listeners=listeners))


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_port_in_use_is_named_and_the_others_are_given_back(loop: str) -> None:
    async def test(sandbox: Sandbox) -> None:
        taken = sandbox.addresses[0]
        second = Sandbox(SandboxSettings(listeners=(("127.0.0.1", 0), taken)))
        with pytest.raises(SandboxError, match=str(taken[1])):
            await second.start()
        assert second.addresses == ()

    with_sandbox(test, loop=loop)


async def _never(sandbox: Sandbox) -> None:
    raise AssertionError("the sandbox has started")
