"""NETDATA as TSO TRANSMIT writes it (jes2.md 4.4, spool-mail.md 8.3)."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes import netdata
from jes.errors import BadRecord
from jes.netdata import INMDSNAM, INMFUID, INMLRECL, INMNUMF, INMRECFM, schemas, survey
from tests.spool_files import (
    IBM_037,
    NetdataFile,
    control_record,
    netdata_segments,
    unit,
)
from tests.spool_files import netdata as transmission

ONE = NetdataFile(records=[IBM_037.encode("HELO HOST"), IBM_037.encode("QUIT")])
RECORDS = st.lists(st.binary(max_size=600), max_size=12)


def read(data: bytes, size: int = 4096) -> list[bytes]:
    return list(netdata.records(data[at : at + size] for at in range(0, len(data), size)))


def fault(data: bytes) -> str:
    with pytest.raises(BadRecord) as caught:
        survey([data])
    offset = caught.value.fields["offset"]
    assert isinstance(offset, int)
    assert 0 <= offset <= len(data)
    return str(caught.value)


def test_a_data_set_is_read_with_its_sender_and_format() -> None:
    data = transmission(ONE)
    found = survey([data])
    assert (found.user, found.node, found.dsname) == ("PAYUSER", "NODE1", "PAY.MAIL.TEXT")
    assert (str(found.recfm), found.lrecl) == ("FB", 80)
    assert (found.records, found.message_lines) == (2, 0)
    assert [IBM_037.decode(r) for r in read(data)] == ["HELO HOST", "QUIT"]
    assert len(data) % 80 == 0


def test_it_is_known_by_inmr01_behind_the_first_header() -> None:
    assert netdata.is_netdata(transmission(ONE))
    assert not netdata.is_netdata(IBM_037.encode("INMR01"))
    assert not netdata.is_netdata(b"")


@given(data=RECORDS, size=st.integers(1, 700))
def test_records_come_back_however_the_file_is_cut(data: list[bytes], size: int) -> None:
    """Segments of 253 bytes, in one record after the other; card borders mean nothing."""
    assert read(transmission(NetdataFile(records=data, recfm=0x5002, lrecl=604)), size) == data


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        pytest.param(0x8000, "F", id="F"),
        pytest.param(0x9000, "FB", id="FB"),
        pytest.param(0x9400, "FBA", id="FBA"),
        pytest.param(0x9800, "FBS", id="FBS"),
        pytest.param(0x4002, "V", id="V-without-RDW"),
        pytest.param(0x5200, "VBM", id="VBM"),
        pytest.param(0x5802, "VBS", id="VBS"),
        pytest.param(0xC000, "U", id="U"),
        pytest.param(0x0001, "V", id="shortened-VBS"),
    ],
)
def test_the_record_format_is_inmrecfm_s(bits: int, text: str) -> None:
    lrecl = 9 if text[0] in "FU" else 13
    data = transmission(NetdataFile(records=ONE.records, recfm=bits, lrecl=lrecl))
    assert str(survey([data]).recfm) == text


@pytest.mark.parametrize(
    ("bits", "given", "lrecl"), [(0x5002, 0, 13), (0x5002, 255, 255), (0xC000, 0, 9)]
)
def test_an_lrecl_that_is_not_said_is_the_longest_record_s(
    bits: int, given: int, lrecl: int
) -> None:
    data = transmission(NetdataFile(records=ONE.records, recfm=bits, lrecl=given))
    assert survey([data]).lrecl == lrecl


def test_an_rdw_is_taken_off_unless_inmrecfm_says_that_there_is_none() -> None:
    with_rdw = b"\0\x06\0\0AB"
    there = NetdataFile(records=[with_rdw, b"CD"], recfm=0x5000, lrecl=84)
    assert read(transmission(there)) == [b"AB", b"CD"]
    none = NetdataFile(records=[with_rdw], recfm=0x5002, lrecl=84)
    assert read(transmission(none)) == [with_rdw]


def test_a_message_before_the_data_set_is_left_out_and_counted() -> None:
    """jes2.md 4.4: an extra first file with INMTERM."""
    message = NetdataFile(records=[b"HI", b"THERE"], recfm=0x4000, lrecl=255, message=True)
    data = transmission(message, ONE)
    assert read(data) == ONE.records
    assert survey([data]).message_lines == 2
    alone = transmission(message)
    assert read(alone) == message.records
    assert survey([alone]).dsname == ""


INMR01 = control_record("INMR01", ((0x1012, ("U",)), (0x1011, ("N",))))
INMR06 = control_record("INMR06")
INMR03 = control_record("INMR03")
PLAIN = transmission(ONE, padded=False)
INMR02 = ONE.described(1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "offset 0: the file ends and the end of the tr", id="empty"),
        pytest.param(PLAIN[:-1], "a segment is cut off", id="cut-off"),
        pytest.param(PLAIN[:-8], "the file ends and the end of the transmission", id="no-INMR06"),
        pytest.param(b"\1\xe0" + PLAIN, "offset 0: a segment of 1 bytes", id="length-1"),
        pytest.param(b"\0\0", "offset 0: a segment of 0 bytes", id="length-0"),
        pytest.param(b"\xff" + INMR01[1:], "offset 0: a segment is cut off", id="length-beyond"),
        pytest.param(INMR01 + b"\3\xc1A", "with flags X'C1', which are not known", id="reserved"),
        pytest.param(INMR01 + b"\3\xd0A", "with flags X'D0', which are not known", id="number"),
        pytest.param(INMR01 + b"\3\x40A", "X'40' continues no record", id="continues-nothing"),
        pytest.param(INMR01 + b"\3\x80A\3\x60A", "X'60' continues no rec", id="control-in-data"),
        pytest.param(INMR01 + b"\3\x80A\3\x80A", "a record begins inside", id="two-firsts"),
        pytest.param(INMR01 + b"\3\xc0A", "data before INMR03", id="data-too-early"),
        pytest.param(INMR01 + INMR01, "INMR01 out of order", id="INMR01-twice"),
        pytest.param(INMR02 + INMR06, "INMR02 out of order", id="INMR01-missing"),
        pytest.param(INMR01 + INMR03, "file 1 has data and no INMR02", id="INMR02-missing"),
        pytest.param(INMR01 + INMR02 * 2, "a second one", id="INMR02-twice"),
        pytest.param(INMR01 + INMR06, "INMR06 before the data", id="no-data-set"),
        pytest.param(INMR01 + INMR02 + INMR06, "INMR06 before the data", id="no-INMR03"),
        pytest.param(INMR01 + control_record("INMR09"), "that is no INMR01", id="INMR09"),
        pytest.param(INMR01 + control_record("INMR07"), "acknowledgement", id="INMR07"),
        pytest.param(
            INMR01 + netdata_segments(IBM_037.encode("INMR03") + b"\0\2\0\1\0\x09A", control=True),
            "INMR03: its text units do not add up",
            id="text-unit-beyond-the-end",
        ),
        pytest.param(
            INMR01 + netdata_segments(IBM_037.encode("INMR03") + b"\0\2\xff\xff", control=True),
            "INMR03: its text units do not add up",
            id="text-unit-count-lies",
        ),
        pytest.param(
            INMR01 + control_record("INMR02", ((0x1028, ("INMCOPY",)),), 1) + INMR03,
            "no record format",
            id="no-INMRECFM",
        ),
        pytest.param(transmission(NetdataFile(records=[], lrecl=0)), "LRECL", id="F-without-LRECL"),
        pytest.param(
            transmission(NetdataFile(records=[bytes(81)])), "of 81 bytes, INMLRECL is 80", id="long"
        ),
        pytest.param(
            transmission(NetdataFile(records=[bytes(40_000)], recfm=0x5802, lrecl=65_535)),
            "a record of more than 32760 bytes",
            id="record-above-SYSOUT-s-limit",
        ),
        pytest.param(
            transmission(NetdataFile(records=[], recfm=0x9600)), "not a record form", id="A-and-M"
        ),
        pytest.param(transmission(ONE, ONE), "several data sets", id="two-data-sets"),
        pytest.param(
            transmission(NetdataFile(records=[], utilities=("INMCOPY", "IEBCOPY"))),
            "not a sequential data set: a partitioned data set (IEBCOPY unload)",
            id="PDS",
        ),
        pytest.param(
            transmission(NetdataFile(records=[], utilities=("AMSCIPHR",))), "encip", id="cipher"
        ),
        pytest.param(
            transmission(NetdataFile(records=[], dsorg=0x0200)), "INMDSORG", id="DSORG-PO"
        ),
        pytest.param(transmission(ONE) * 2, "another transmission?", id="two-transmissions"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused_with_its_offset(data: bytes, reason: str) -> None:
    assert reason in fault(data)


def test_the_last_card_s_rest_and_padding_do_not_matter() -> None:
    rest = -len(PLAIN) % 80
    for tail in (b"", b"\xff" * rest, bytes(rest) + b"\x40" * 160, b"\x1a" * rest):
        assert read(PLAIN + tail) == ONE.records
    assert f"offset {len(PLAIN) + rest + 80}" in fault(PLAIN + bytes(rest + 80) + b"A")


@given(at=st.integers(0, len(PLAIN) - 1), byte=st.integers(0, 255), size=st.integers(1, 99))
def test_one_wrong_byte_gives_records_or_a_fault(at: int, byte: int, size: int) -> None:
    data = PLAIN[:at] + bytes([byte]) + PLAIN[at + 1 :]
    assert outcome(data, size) == outcome(data, len(data))


@given(data=st.binary(max_size=100), size=st.integers(1, 20))
def test_any_bytes_give_records_or_a_fault(data: bytes, size: int) -> None:
    assert outcome(data, size) == outcome(data, len(data) or 1)
    assert outcome(INMR01 + data, size) == outcome(INMR01 + data, 1000)


@given(end=st.integers(0, len(PLAIN) - 1))
def test_a_transmission_cut_off_anywhere_is_refused(end: int) -> None:
    fault(PLAIN[:end])


def outcome(data: bytes, size: int) -> list[bytes] | str:
    try:
        return read(data, size)
    except BadRecord as error:
        return str(error)


@pytest.mark.parametrize(
    "filler",
    [
        pytest.param(netdata_segments(b"A"), id="data"),
        pytest.param(netdata_segments(b""), id="empty-records"),
        pytest.param(b"\2\x80" + b"\2\0" * 100, id="a-record-of-empty-segments"),
        pytest.param(control_record("INMR04", ((0x1029, ("X",)),)), id="user-data"),
        pytest.param(control_record("INMR02", (), 1), id="descriptions"),
    ],
)
def test_hostile_files_take_linear_time(filler: bytes) -> None:
    begin = transmission(NetdataFile(records=[]), padded=False).removesuffix(INMR06)
    began = time.perf_counter()
    outcome(begin + filler * (1_000_000 // len(filler)) + INMR06, 1 << 20)
    assert time.perf_counter() - began < 10


# --- the schemas (blueprint §4: construct parses and builds what is read by hand) -----------------


@given(data=st.binary(max_size=800))
def test_a_segment_is_the_schema_s(data: bytes) -> None:
    stream, at, joined = netdata_segments(data), 0, b""
    while at < len(stream):
        parsed = schemas()["segment"].parse(stream[at:])
        rebuilt = schemas()["segment"].build({"flags": parsed.flags, "data": parsed.data})
        assert rebuilt == stream[at : at + parsed.length]
        joined += parsed.data
        at += parsed.length
    assert joined == data


@given(
    units=st.dictionaries(
        st.integers(0, 0xFFFF), st.lists(st.binary(max_size=20), max_size=4), max_size=6
    )
)
def test_text_units_are_parsed_and_built(units: dict[int, list[bytes]]) -> None:
    record = IBM_037.encode("INMR02") + (7).to_bytes(4, "big")
    record += b"".join(unit(key, values) for key, values in units.items())
    parsed = netdata.control(record)
    assert parsed.file == 7
    assert {key: list(values) for key, values in parsed.units.items()} == units
    built = schemas()["control"].build(
        {
            "name": record[:6],
            "file": 7,
            "units": [{"key": key, "parts": values} for key, values in units.items()],
        }
    )
    assert built == record


def test_a_control_record_gives_numbers_and_words() -> None:
    record = IBM_037.encode("INMR02") + bytes(4)
    for key, values in ((INMLRECL, (80,)), (INMDSNAM, ("A", "B")), (INMFUID, ("X ",))):
        record += unit(key, values)
    parsed = netdata.control(record)
    assert (parsed.number(INMLRECL), parsed.number(INMRECFM)) == (80, None)
    assert (parsed.text(INMDSNAM), parsed.text(INMFUID), parsed.text(INMNUMF)) == ("A.B", "X", "")


def test_what_was_read_looks_so(golden: Callable[[str, str], None]) -> None:
    """A transmission with every control record, as people can read it."""
    message = NetdataFile(records=[b"HI"], recfm=0x4000, lrecl=255, message=True)
    data, at, shown = transmission(message, ONE, padded=False), 0, []
    while at < len(data):
        segment = schemas()["segment"].parse(data[at:])
        if segment.flags & 0x20:
            record = netdata.control(segment.data, at)
            file = "" if record.file is None else f" file {record.file}"
            shown.append(f"{at:04d} {record.name}{file}")
            for key, values in record.units.items():
                shown.append(f"       {key:04X} {' '.join(v.hex() for v in values)}".rstrip())
        else:
            shown.append(f"{at:04d} data {segment.data.hex()}")
        at += segment.length
    golden("netdata/message-and-data-set.txt", "\n".join(shown) + "\n")
