"""What is typed on the command line (spool-ui.md 1.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.panels import commands as c
from emulator.panels.grammar import COMMANDS, parse
from emulator.panels.values import Comparison, Criterion, Refused

EQ, NE, GT, LE = Comparison.EQ, Comparison.NE, Comparison.GT, Comparison.LE

CASES: list[tuple[str, c.Command]] = [
    ("st", c.Show("ST")),
    ("STABC", c.Show("ST", "ABC *")),
    ("ST PAY*", c.Show("ST", "PAY*")),
    ("STAB PAY*", c.Show("ST", "AB PAY*")),
    ("ST AB PAY*", c.Show("ST", "AB PAY*")),
    ("ST *", c.Show("ST")),
    ("ST#", c.Show("ST", "# *")),
    ("st*", c.Show("ST", "* *")),
    ("OJAB", c.Show("O", "JAB *")),
    ("OBK STD", c.Show("O", "BK STD")),
    ("O BK STD", c.Show("O", "BK STD")),
    ("O STD", c.Show("O", "STD")),
    ("OC", c.Show("OC")),
    ("O C *", c.Show("O", "C *")),
    ("=o", c.Show("O", "", jump=True)),
    ("=STA", c.Show("ST", "A *", jump=True)),
    ("H PAY*", c.Show("H", "PAY*")),
    ("IAC H", c.Show("I", "AC * H")),
    ("I NH", c.Show("I", "NH")),
    ("DA OJOB", c.Show("DA", "OJOB")),
    ("SYSLOG", c.Show("LOG")),
    ("console", c.Show("ULOG")),
    ("PRE PAY*", c.Limit(c.Limited.PREFIX, ("PAY*",))),
    ("prefix", c.Limit(c.Limited.PREFIX)),
    ("OW userid%", c.Limit(c.Limited.OWNER, ("USERID%",))),
    ("DEST R5 LOCAL", c.Limit(c.Limited.DEST, ("R5", "LOCAL"))),
    ("FIL", c.Filter(c.FilterMode.SHOW)),
    ("FILTER ?", c.Filter(c.FilterMode.SHOW)),
    ("FIL OFF", c.Filter(c.FilterMode.OFF)),
    ("fil or", c.Filter(c.FilterMode.OR)),
    ("FILTER MAX AB*", c.FilterBy(Criterion("MAX", EQ, "AB*"))),
    ("FILTER MAX NE 'RC 0000'", c.FilterBy(Criterion("MAX", NE, "RC 0000"))),
    ("FIL + prty>5", c.FilterBy(Criterion("PRTY", GT, "5"), more=True)),
    ("FIL +tot-rec <= 10", c.FilterBy(Criterion("TOT-REC", LE, "10"), more=True)),
    ("FIL WTR ^= 'it''s'", c.FilterBy(Criterion("WTR", NE, "it's"))),
    ("FIL -MAX", c.FilterDrop("MAX")),
    ("SORT CrDate D Prty", c.Sort((("CRDATE", True), ("PRTY", False)))),
    ("SORT A D A", c.Sort((("A", True), ("A", False)))),
    ("SORT OFF", c.Sort()),
    ("SORT ?", c.Sort(ask=True)),
    ("ARR DEST A JOBID", c.Arrange("DEST", c.Place.AFTER, "JOBID")),
    ("ARR DEST FIRST", c.Arrange("DEST", c.Place.FIRST)),
    ("ARR DEST 30", c.Arrange("DEST", width=30)),
    ("ARR ?", c.Arrange()),
    ("ARRANGE DEFAULT", c.Arrange(reset=True)),
    ("?", c.Plain.FIELDS),
    ("COLS", c.Plain.COLS),
    ("f abc", c.Find("abc")),
    ("F 'a b' PREV WORD", c.Find("a b", direction=c.Direction.PREV, match=c.Match.WORD)),
    ("F ALL x 1 10", c.Find("x", direction=c.Direction.ALL, columns=(1, 10))),
    ("F x 7", c.Find("x", columns=(7, 7))),
    ("F 120", c.Find("120")),
    ("F next", c.Find("next")),
    ("F X'c1C2'", c.Find("C1C2", c.FindAs.HEX)),
    ('F C"It\'s" LAST', c.Find("It's", c.FindAs.CHARACTERS, c.Direction.LAST)),
    ("F don't", c.Find("don't")),
    ("F", c.Plain.RFIND),
    ("RFIND", c.Plain.RFIND),
    ("N", c.Step()),
    ("PREV 5", c.Step(5, back=True)),
    ("L 120", c.Locate("120")),
    ("L 10:15:00 04/02", c.Locate("10:15:00 04/02")),
    ("UP MAX", c.Scroll(c.Towards.UP, c.Amount.MAX)),
    ("down h", c.Scroll(c.Towards.DOWN, c.Amount.HALF)),
    ("RIGHT 40", c.Scroll(c.Towards.RIGHT, 40)),
    ("BOT", c.Scroll(c.Towards.BOTTOM)),
    ("BOT &15", c.Refresh(15, bottom=True)),
    ("&5", c.Refresh(5)),
    ("M", c.Plain.MAXIMUM),
    ("SET HEX", c.Set("HEX", "ON")),
    ("SET CONF OFF", c.Set("CONFIRM", "OFF")),
    ("SET SCROLL 10", c.Set("SCROLL", "10")),
    ("SET DISPLAY LONG", c.Set("DISPLAY", "LONG")),
    ("NUM OFF", c.Num(on=False)),
    ("VIEW HEX", c.ViewAs(c.Look.HEX)),
    ("CP 1047", c.CodePage("1047")),
    ("PRINT", c.Print()),
    ("PRINT 1 20", c.Print(lines=(1, 20))),
    ("PRINT FILE 'my mail.txt'", c.Print("my mail.txt")),
    ("PRINT ODSN out.txt * NEW", c.Print("out.txt")),
    ("RES", c.Plain.RESET),
    ("RES FIL", c.Plain.SHOW_ALL),
    ("Q", c.Plain.QUERY),
    ("/$da,all", c.System("$da,all")),
    ("/ F CSSMTP,D", c.System("F CSSMTP,D")),
    ("RETR", c.Plain.RETRIEVE),
    ("=x", c.Plain.EXIT),
    ("HELP O", c.Help("O")),
    ("TUTORIAL", c.Plain.TUTOR),
]


@pytest.mark.parametrize(("text", "command"), CASES)
def test_commands(text: str, command: c.Command) -> None:
    assert parse(f" {text}  ") == command
    assert parse(str(command)) == command


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ULGO", "ULGO IS NOT A COMMAND, NEAREST: ULOG"),
        ("FLITER X Y", "FLITER IS NOT A COMMAND, NEAREST: FILTER"),
        ("HEL", "HEL IS NOT A COMMAND, NEAREST: HELP"),
        ("OWNR X", "OWNR IS NOT A COMMAND, NEAREST: OWNER"),
        ("XYZZY", "XYZZY IS NOT A COMMAND"),
        ("JDS", "JDS SHOWS ONE JOB: TYPE ? BESIDE IT ON ST"),
        ("", "NO COMMAND"),
        ("DA IN", "DA IN: USE ALL, JOB, STC, TSU, OJOB, NOJOB …"),
        ("INIT A", "INIT TAKES NO PARAMETER"),
        ("ST A B C", "ST: TOO MANY WORDS: CLASSES AND A MASK AT MOST"),
        ("PRE A B", "PREFIX TAKES 1 VALUE AT MOST"),
        ("PRE A;B", "PREFIX A;B IS NOT A MASK: % IS ONE CHARACTER, * ANY STRING"),
        ("FIL MAX", "FILTER NEEDS A COLUMN, AN OPERATOR AND A VALUE"),
        ("FIL MAX CC 0000", "PUT A VALUE WITH BLANKS IN APOSTROPHES"),
        ("F a b", "PUT A TEXT WITH BLANKS IN APOSTROPHES"),
        ("F X'C'", "X'…' TAKES PAIRS OF HEX DIGITS"),
        ("F a 9 3", "FIND TAKES A FIRST AND A LAST COLUMN"),
        ("UP far", "far IS NOT AN AMOUNT: MAX, HALF, PAGE, CSR, DATA, A NUMBER"),
        ("SET HEX MAYBE", "SET HEX TAKES ON, OFF"),
        ("=FIND x", "=FIND IS NOT A PANEL"),
        ("PRINT OPEN A", "PRINT GOES TO A FILE HERE: PRINT [FIRST LAST] [FILE NAME]"),
        ("END NOW", "END TAKES NO OPERAND"),
        ("&x", "& NEEDS SECONDS, 1 TO 9999, OR 0 FOR NO MORE"),
        ("X" * 1001, "A COMMAND HAS 1000 CHARACTERS AT MOST"),
    ],
)
def test_what_is_no_command_says_why(text: str, message: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert str(refused.value) == message


PIECES = (
    *(entry.name for entry in COMMANDS), "ST", "*", "%", "'", '"', "X'", "''", " ", "  ", "A", "D",
    "1", "99999999999", "+", "-", "=", "<=", "EQ", "&", "/", "?", "OFF", "LAST", "\x1b", "ß", ";",
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
                  st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))  # fmt: skip


@given(TEXTS)
def test_any_text_is_a_command_that_reads_the_same_when_printed_or_is_refused(text: str) -> None:
    try:
        command = parse(text)
    except Refused as refused:
        said = str(refused)
    else:
        said = ""
        assert parse(str(command)) == command
    assert said.isprintable()


COLUMNS = st.from_regex(r"[A-Z][A-Z-]{0,9}", fullmatch=True)
VALUES = st.text(min_size=1, max_size=20)


@given(
    st.one_of(
        st.builds(
            c.FilterBy,
            st.builds(Criterion, COLUMNS, st.sampled_from(Comparison), st.text(max_size=20)),
            st.booleans(),
        ),
        st.builds(c.FilterDrop, COLUMNS),
        st.builds(c.Sort, st.lists(st.tuples(COLUMNS, st.booleans()), max_size=10).map(tuple)),
        st.builds(
            c.Find, VALUES, st.sampled_from([c.FindAs.TEXT, c.FindAs.CHARACTERS]),
            st.sampled_from(c.Direction), st.sampled_from(c.Match),
            st.sampled_from([None, (1, 80), (7, 7)]),
        ),
        st.builds(c.Print, st.text(max_size=20), st.sampled_from([None, (1, 20)])),
    )
)  # fmt: skip
def test_a_printed_command_means_the_same_whatever_is_in_it(command: c.Command) -> None:
    if (isinstance(command, c.Sort) and command.keys) or not isinstance(command, c.Sort):
        assert parse(str(command)) == command


def test_every_command_has_syntax_and_help_and_is_found_by_all_its_names() -> None:
    for entry in COMMANDS:
        assert entry.syntax.startswith(entry.name) or entry.group == "Panels"
        assert entry.help
        for name in (entry.name, entry.name[: entry.least], *entry.also):
            assert entry.is_called(name)
            assert next(one for one in COMMANDS if one.is_called(name)) is entry
