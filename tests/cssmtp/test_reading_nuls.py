"""A record of NULs alone is blank only as far as a command may be long (spool-mail.md 2.2)."""

import pytest

from cssmtp.commands import TOO_LONG, BadCommand, Blank, CommandReader
from cssmtp.transcode import inspection
from jes.codepages import page

CODE = inspection(page("IBM-1047"))


@pytest.mark.parametrize("null_trnc", [True, False])
@pytest.mark.parametrize("count", [1, 510, 511, 1000])
def test_nuls_count_unless_null_trnc(count: int, null_trnc: bool) -> None:
    found = CommandReader(CODE, null_trnc=null_trnc).parse(b"\0" * count)
    if null_trnc or count <= 510:
        assert isinstance(found, Blank)
    else:
        assert isinstance(found, BadCommand)
        assert found.reply == TOO_LONG
