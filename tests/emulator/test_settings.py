"""The system definition file: defaults, faults with their lines, hostile YAML (blueprint §6)."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.settings import (
    DatasetSettings,
    SandboxOptions,
    Settings,
    SettingsError,
    StartedTask,
    TlsPolicy,
    User,
    WriterTask,
    load,
    not_built,
    parse,
)
from jes.names import DsName, JobName, SysoutClass, UserId, WriterName
from jes.records import Recfm
from jes.sysout import HELD, OutClass, Output, default_outclasses

BASE = Path("/systems")

WHOLE = """\
node: N2
sysname: SYSB
hostname: mvs2.example.com
codepage: ibm1141
spool: var/spool.db
outclass:
  K: {outdisp: [HOLD, hold]}
  Y: {output: DUMMY, blnktrnc: false}
  9:
    output: punch
datasets:
  PAY.REPORT: {path: report.txt, recfm: FBA, lrecl: 133, text: true}
  PAY.RAW: {path: /data/raw, recfm: VB, lrecl: 300, text: false, rdw: true}
  SYS1.PARMLIB: parmlib
  MAIL.LATIN: {path: l.txt, codepage: iso8859-1}
proclib: [procs, ../shared/procs]
symbols: {SYSCLONE: "01", HLQ: NO}
programs: {PAYROLL: "samples.pay:main"}
users:
  ALICE: {name: Alice A}
  BOB:
started_tasks:
  - {name: CSSMTP, config: cssmtp.conf}
  - name: MAIL2
sandbox: {port: 2525, size_limit: 1000000}
tls: {ca: ca.pem, minimum_version: "1.3", check_name: false}
"""


def test_no_file_and_an_empty_file_are_the_default_system() -> None:
    for text in ("", "# nothing\n", "{}", "datasets:\nspool: ~\n"):
        assert parse(text, BASE) == (Settings(), [])
    settings = Settings()
    assert (settings.node, settings.sysname, settings.hostname) == (
        "N1", "SYS1", "mvs1.example.com",
    )  # fmt: skip
    assert settings.started_tasks == (StartedTask(name=JobName("CSSMTP"), config=None),)
    assert settings.outclass[SysoutClass("H")].outdisp == HELD
    assert settings.outclass[SysoutClass("Z")].output is Output.DUMMY


def test_every_key_is_read_and_paths_are_relative_to_the_file() -> None:
    settings, faults = parse(WHOLE, BASE)
    assert faults == []
    classes = default_outclasses()
    classes[SysoutClass("K")] = OutClass(outdisp=HELD)
    classes[SysoutClass("Y")] = OutClass(output=Output.DUMMY, blnktrnc=False)
    classes[SysoutClass("9")] = OutClass(output=Output.PUNCH)
    assert settings == Settings(
        node="N2",
        sysname="SYSB",
        hostname="mvs2.example.com",
        codepage="IBM-1141",
        spool=BASE / "var/spool.db",
        outclass=classes,
        datasets={
            DsName("PAY.REPORT"): DatasetSettings(
                path=BASE / "report.txt", recfm=Recfm("FBA"), lrecl=133
            ),
            DsName("PAY.RAW"): DatasetSettings(
                path=Path("/data/raw"), recfm=Recfm("VB"), lrecl=300, text=False, rdw=True
            ),
            DsName("SYS1.PARMLIB"): DatasetSettings(path=BASE / "parmlib"),
            DsName("MAIL.LATIN"): DatasetSettings(path=BASE / "l.txt", codepage="ISO8859-1"),
        },
        proclib=(BASE / "procs", BASE / "../shared/procs"),
        symbols={"SYSCLONE": "01", "HLQ": "NO"},
        programs={"PAYROLL": "samples.pay:main"},
        users={UserId("ALICE"): User(name="Alice A"), UserId("BOB"): User()},
        started_tasks=(
            StartedTask(name=JobName("CSSMTP"), config=BASE / "cssmtp.conf"),
            StartedTask(name=JobName("MAIL2")),
        ),
        sandbox=SandboxOptions(port=2525, size_limit=1_000_000),
        tls=TlsPolicy(ca=BASE / "ca.pem", minimum_version="1.3", check_name=False),
    )


def test_a_class_changes_only_what_is_said() -> None:
    settings, _ = parse("outclass: {H: {blnktrnc: false}}", BASE)
    assert settings is not None
    assert settings.outclass[SysoutClass("H")] == OutClass(outdisp=HELD, blnktrnc=False)


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        pytest.param("node: N1\nsysnam: X", 2, "sysnam", "did you mean sysname?", id="unknown"),
        pytest.param("qqqq: X", 1, "qqqq", "known are node, sysname", id="unknown-far"),
        pytest.param("node: N-1", 1, "node", "not a valid name", id="node"),
        pytest.param("node: [N1]", 1, "node", "expected a word, found a list", id="node-list"),
        pytest.param("hostname: a b", 1, "hostname", "host name", id="host"),
        pytest.param("codepage: IBM-850", 1, "codepage", "not EBCDIC", id="ascii-page"),
        pytest.param("codepage: IBM-1074", 1, "codepage", "not known", id="no-page"),
        pytest.param("spool: {}", 1, "spool", "expected a path", id="spool"),
        pytest.param("outclass:\n  kk: {}", 2, "outclass.kk", "SYSOUT class", id="class"),
        pytest.param("outclass:\n  K: 1", 2, "outclass.K", "expected a mapping", id="class-value"),
        pytest.param("outclass:\n  K:\n    outdisp: HOLD", 3, "outclass.K.outdisp",
                     "list of two", id="outdisp"),
        pytest.param("outclass:\n  K:\n    outdisp: [HOLD, GO]", 3, "outclass.K.outdisp",
                     "expected one of WRITE", id="outdisp-word"),
        pytest.param("outclass: {K: {blnktrnc: maybe}}", 1, "outclass.K.blnktrnc",
                     "expected true or false, found 'maybe'", id="bool"),
        pytest.param("datasets:\n  pay.x: f", 2, "datasets.pay.x", "data set name", id="dsn"),
        pytest.param("datasets:\n  A.B(C): f", 2, "datasets.A.B(C)", "no member", id="member"),
        pytest.param("datasets:\n  A.B: {lrecl: 80}", 2, "datasets.A.B", "path is missing",
                     id="no-path"),
        pytest.param("datasets:\n  A.B: {path: }", 2, "datasets.A.B", "path is missing",
                     id="null-path"),
        pytest.param("datasets:\n  A.B: {path: f,\n lrecl: x}", 3, "datasets.A.B.lrecl",
                     "whole number", id="lrecl"),
        pytest.param("datasets:\n  A.B: {path: f,\n lrecl: 32761}", 3, "datasets.A.B.lrecl",
                     "1-32760", id="lrecl-range"),
        pytest.param("datasets:\n  A.B: {path: f,\n recfm: FX}", 3, "datasets.A.B.recfm",
                     "record format", id="recfm"),
        pytest.param("datasets:\n  A.B: {path: f,\n rdw: true}", 3, "datasets.A.B.rdw",
                     "only binary V", id="rdw"),
        pytest.param("datasets:\n  A.B: {path: f,\n recfm: VBS, lrecl: 84, text: false}", 3,
                     "datasets.A.B.recfm", "binary VBS records need an RDW each", id="no-rdw"),
        pytest.param("datasets:\n  A.B: {path: f, text: false,\n codepage: utf8}", 3,
                     "datasets.A.B.codepage", "no code page", id="binary-page"),
        pytest.param("datasets:\n  A.B: {path: f,\n recmf: FB}", 3, "datasets.A.B.recmf",
                     "did you mean recfm?", id="nested-unknown"),
        pytest.param("proclib: procs", 1, "proclib", "expected a list", id="proclib"),
        pytest.param("proclib:\n  - a\n  - {}", 3, "proclib[2]", "expected a path", id="item"),
        pytest.param("symbols: {1A: x}", 1, "symbols.1A", "not a valid name", id="symbol"),
        pytest.param("symbols: {A: " + "x" * 45 + "}", 1, "symbols.A", "at most 44", id="value"),
        pytest.param("programs: {PAY: pay}", 1, "programs.PAY", "module:function", id="program"),
        pytest.param("programs: {pay: a:b}", 1, "programs.pay", "program name", id="program-name"),
        pytest.param("users: {alice: }", 1, "users.alice", "user id", id="user"),
        pytest.param("started_tasks:\n- {name: lower}", 2, "started_tasks[1].name", "job name",
                     id="task"),
        pytest.param("started_tasks: [{name: A}, {name: A}]", 1, "started_tasks", "2 started tasks",
                     id="same-task"),
        pytest.param("sandbox: {port: 65536}", 1, "sandbox.port", "0-65535", id="port"),
        pytest.param("tls: {minimum_version: 1.0}", 1, "tls.minimum_version", "1.2", id="tls"),
        pytest.param("tls:\n  key: k", 2, "tls.key", "needs a certificate", id="tls-key"),
        pytest.param("- node", 1, "", "expected a mapping", id="root"),
        pytest.param("node: a\nnode: b", 2, "", "stands twice, first on line 1", id="twice"),
        pytest.param("node: [a", 1, "", "no YAML", id="syntax"),
        pytest.param("node: a\n\tx: b", 2, "", "no YAML", id="tab"),
        pytest.param("a: b\nnode: \x07", 2, "", "U+0007", id="control"),
        pytest.param("node: !!python/object:os.system x", 1, "", "tags", id="tag"),
        pytest.param("node: &a N1", 1, "", "anchors", id="anchor"),
        pytest.param("node: N1\nsysname: *a", 2, "", "anchors and aliases", id="alias"),
        pytest.param("node: N1\n---\nnode: N2", 3, "", "second document", id="documents"),
        pytest.param("? [a]\n: b", 1, "", "key must be a word", id="complex-key"),
        pytest.param('node: "\\UFFFFFFFF"', 1, "", "no YAML", id="beyond-unicode"),
        pytest.param('node: "\\ud800"', 1, "", "surrogate", id="surrogate"),
        pytest.param('spool: "a\\0b"', 1, "", "NUL", id="nul"),
        pytest.param("[" * 100_000, 1, "", "levels", id="deep"),
        pytest.param("#" * 300_000, 1, "", "more than", id="large"),
    ],
)  # fmt: skip
def test_a_fault_names_line_and_key(text: str, line: int, key: str, says: str) -> None:
    settings, faults = parse(text, BASE)
    assert settings is None
    fault = faults[-1] if key else faults[0]
    assert (fault.line, fault.key) == (line, key)
    assert says in fault.text


def test_all_faults_come_at_once_in_line_order() -> None:
    _, faults = parse("sandbox:\n  port: x\nnod: 1\noutclass: {kk: {}, A: {output: X}}", BASE)
    assert [(f.line, f.key) for f in faults] == [
        (2, "sandbox.port"), (3, "nod"), (4, "outclass.kk"), (4, "outclass.A.output"),
    ]  # fmt: skip


def test_aliases_cannot_blow_up() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert parse(bomb, BASE)[0] is None


def test_many_unknown_keys_are_cut_off() -> None:
    _, faults = parse("".join(f"k{n}: 1\n" for n in range(5000)), BASE)
    assert len(faults) == 100


PIECES = st.sampled_from(
    ["node", "datasets", "outclass", "A.B", "K", ": ", "\n", "  ", "- ", "{", "}", "[", "]",
     "&a", "*a", "!!int ", "path", "tls", "|", ">", '"', "'", "?", "#", "<<", "%YAML 1.1", "---",
     "9" * 30]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=100))
def test_any_text_gives_settings_or_faults(text: str) -> None:
    settings, faults = parse(text, BASE)
    assert (settings is None) is bool(faults)
    assert all(f.line >= 1 and str(f) for f in faults)


VALUES: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["1", "true", "x", "~", '""', "HOLD", "-1", "9" * 40, "1e400", "nan"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]")
        | st.dictionaries(
            st.sampled_from([*Settings.__dataclass_fields__, "A.B", "K", "path", "lrecl", "port"]),
            inner,
            max_size=3,
        ).map(lambda v: "{" + ", ".join(f"{key}: {value}" for key, value in v.items()) + "}")
    ),
    max_leaves=8,
)


@given(st.sampled_from([*Settings.__dataclass_fields__]), VALUES)
def test_any_value_of_any_key_gives_settings_or_faults(key: str, value: str) -> None:
    settings, faults = parse(f"{key}: {value}", BASE)
    assert (settings is None) is bool(faults)


def test_a_file_is_loaded_with_paths_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("\ufeffspool: s.db\r\n", "utf-8")
    assert load(file).spool == tmp_path / "s.db"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"nod: N1", "line 1, column 1: JML280E nod: not a known key", id="fault"),
        pytest.param(b"\xff", "JML281E the system file cannot be read", id="not-utf-8"),
        pytest.param(None, "JML281E the system file cannot be read: No such file", id="missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_error(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "system.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"system\.yaml: ") as raised:
        load(file)
    assert says in str(raised.value)


def test_what_is_not_built_is_said_in_a_sentence_each() -> None:
    settings, _ = parse(WHOLE, BASE)
    assert settings is not None
    assert [s.partition(" in the")[0] for s in not_built(settings)] == [
        "proclib", "users", "codepage of a data set other than UTF-8",
    ]  # fmt: skip
    assert not_built(Settings()) == []


def test_importing_settings_is_cheap() -> None:
    code = "import sys, emulator.settings; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"textual", "rich", "aiosmtpd", "asyncio", "construct", "yaml", "msgspec", "ssl"}
    assert not heavy & set(out.stdout.split())


# --- external writers -----------------------------------------------------------------------------

WRITER = "started_tasks:\n  - {name: XWTR, program: writer, folder: out%s}\n"


def test_a_started_task_can_be_an_external_writer() -> None:
    settings, faults = parse(
        "started_tasks:\n"
        "  - {name: CSSMTP}\n"
        "  - {name: XWTR, program: writer, classes: BA, writer: PRTA, folder: out, binary: yes}\n"
        "  - {name: MAIL2, program: cssmtp}\n",
        BASE,
    )
    assert faults == []
    assert settings is not None
    assert [task.name for task in settings.cssmtps] == ["CSSMTP", "MAIL2"]
    assert settings.writers == (
        WriterTask(
            name=JobName("XWTR"),
            folder=BASE / "out",
            classes=(SysoutClass("B"), SysoutClass("A")),
            writer=WriterName("PRTA"),
            binary=True,
        ),
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            WRITER % ", config: a.conf",
            "config: this is a key of program cssmtp, and the task is a writer",
            id="key-of-cssmtp",
        ),
        pytest.param(
            "started_tasks: [{name: X, folder: out}]",
            "folder: this is a key of program writer, and the task is a cssmtp",
            id="key-of-writer",
        ),
        pytest.param(
            "started_tasks: [{name: X, program: jes3}]", "one of cssmtp, writer", id="program"
        ),
        pytest.param(
            "started_tasks: [{name: X, program: writer}]", "folder is missing", id="no-folder"
        ),
        pytest.param(
            "started_tasks: [{program: writer, folder: out}]", "name is missing", id="no-name"
        ),
        pytest.param(WRITER % ", classes: ABB", "each once", id="class-twice"),
        pytest.param(WRITER % ", classes: ABCDEFGHI", "1-8 of A-Z 0-9", id="nine-classes"),
        pytest.param(WRITER % ", classes: a", "not a valid SYSOUT class", id="no-class"),
        pytest.param(WRITER % ", classes: [A]", "expected a word", id="list-of-classes"),
        pytest.param(WRITER % ", writer: NJERDR", "not a valid writer name", id="reserved"),
        pytest.param(WRITER % ", binary: perhaps", "true or false", id="binary"),
        pytest.param(WRITER % ", clases: A", "did you mean classes?", id="misspelt"),
        pytest.param(
            "started_tasks:\n  - {name: X}\n  - {name: X, program: writer, folder: out}",
            "2 started tasks are called X",
            id="same-name",
        ),
    ],
)
def test_a_fault_of_a_writer_is_told_once(text: str, fault: str) -> None:
    settings, faults = parse(text, BASE)
    assert settings is None
    assert len(faults) == 1
    assert fault in str(faults[0])
    assert "started_tasks" in faults[0].key
