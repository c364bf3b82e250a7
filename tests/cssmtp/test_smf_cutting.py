"""When SMF records are cut (cssmtp-operations.md 6.1)."""

from datetime import UTC, datetime

from cssmtp.choices import DEFAULT
from cssmtp.codes import SingleByte
from cssmtp.config.statements import Report, Smf119
from cssmtp.mail import Kind
from cssmtp.place import Place
from cssmtp.smf.cutting import Cutter
from cssmtp.smf.layouts import Record, Subtype
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from emulator.collect import Collector
from emulator.waits import RealWaits
from tests.builders import CODE
from tests.cssmtp.fake_spool import a_mail, a_spool_file

NOW = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)
ALL = Smf119(config=True, mail=True, spool=True, stats=True)


class Cut:
    """A cutter, the records that it cut, and a spool file."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        place = Place(
            jobname="CSSMTP", host="h", sysname="SYS1", node="N1", clock=RealWaits(lambda: NOW)
        )
        self.cutter = Cutter(self.records.append, lambda: ALL, place, "CSSMTP", Collector())
        self.file = a_spool_file()
        reader = SingleByte(CODE, DEFAULT).reader(self.file)
        self.work = FileWork(self.file, reader, lambda file, mail: None)

    def dead_letter(self) -> None:
        letter = DeadLetter(1, Kind.ORIGINAL, "why")
        self.cutter.dead_letter(self.file, letter)

    def end(self, fate: Fate = Fate.PURGED) -> None:
        self.cutter.file(self.work, fate, (), Report())

    def facts(self, subtype: Subtype) -> list[dict[str, str]]:
        return [dict(one.facts) for one in self.records if one.subtype == subtype]


def test_dead_letters_are_those_of_the_file_in_hand() -> None:
    cut = Cut()
    cut.cutter.begin(cut.work)
    cut.dead_letter()
    cut.end()
    cut.dead_letter()  # of a mail that had moved to extended retry
    cut.cutter.begin(cut.work)  # another file with this key
    cut.end()
    assert [one["DEADLETTERS"] for one in cut.facts(Subtype.SPOOL)] == ["1", "0"]


def test_a_mail_has_the_time_at_which_its_file_was_taken() -> None:
    cut = Cut()
    cut.cutter.begin(cut.work)
    cut.cutter.mail(cut.file, a_mail())
    cut.end()
    cut.cutter.mail(cut.file, a_mail())  # from extended retry: nobody knows when it was read
    read = [one.read for one in cut.records if one.subtype == Subtype.MAIL]
    assert read == [NOW.replace(tzinfo=None), None]


def test_a_file_in_use_is_not_finished() -> None:
    cut = Cut()
    cut.cutter.begin(cut.work)
    cut.end(Fate.IN_USE)
    assert cut.facts(Subtype.SPOOL) == []
    cut.end()
    assert len(cut.facts(Subtype.SPOOL)) == 1
