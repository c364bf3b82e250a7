"""What `jesmail check` shows of a configuration, against golden files."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cssmtp.config.describe import document, not_built, render, report, settings
from cssmtp.config.effects import EFFECT, LATER, Effect
from cssmtp.config.parser import Parsed, parse
from cssmtp.config.schema import STATEMENTS

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = ["full", "minimal", "faulty", "double-byte", "warnings"]


def given(name: str) -> Parsed:
    """The input that lies beside the golden output."""
    return parse((GOLDEN / "config" / f"{name}.conf").read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_the_golden_one(name: str, golden: Callable[[str, str], None]) -> None:
    """`full` and `minimal` are the examples of section 7."""
    lines = report(given(name), explain=True, source=f"{name}.conf, UTF-8")
    golden(f"config/{name}.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("name", ["full", "faulty"])
def test_the_document_is_the_golden_one(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"config/{name}.json", json.dumps(document(given(name)), indent=1) + "\n")


@pytest.mark.parametrize("name", ["full", "minimal", "warnings", "double-byte"])
def test_a_golden_input_survives_rendering(name: str) -> None:
    config = given(name).config
    assert config is not None
    assert parse(render(config)).config == config


def test_every_statement_and_parameter_is_built_or_later() -> None:
    """Nothing is left out, and no line of LATER names what does not exist."""
    assert LATER.keys() <= EFFECT.keys()
    assert EFFECT["TargetServer TargetIp"] is Effect.BUILT
    assert EFFECT["LogLevel"] is Effect.BUILT
    assert len(EFFECT) == sum(len(st.parameters) or 1 for st in STATEMENTS)


def sentences(text: str) -> tuple[str, ...]:
    return not_built(parse("TargetServer\n{\nTargetIp 192.0.2.1\n}\n" + text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing-coded"),
        pytest.param(
            "Options\n{\nTLSEhlo Yes\n}\nUserExit none\nSMF119\n{\nMAIL NO\n}", id="as-it-is"
        ),
        pytest.param("Timeout\n{\nAnyCmd 30\n}", id="built"),
        pytest.param("ExtendedRetry\n{\n}", id="empty-block"),
    ],
)
def test_nothing_is_said_of_what_has_its_effect(text: str) -> None:
    assert sentences(text) == ()


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        pytest.param("SMF119\n{\nCONNECT Yes\n}", "SMF119 CONNECT (line 7) is", id="simple"),
    ],
)  # fmt: skip
def test_a_sentence_is_said_of_what_comes_later(text: str, beginning: str) -> None:
    assert any(sentence.startswith(beginning) for sentence in sentences(text))


def test_every_value_tells_its_line_or_its_grade() -> None:
    parsed = parse("TargetServer\n{\nTargetIp 192.0.2.1\nConnectPort 26\n}\n")
    origins = {setting.label: setting.origin for setting in settings(parsed)}
    assert origins["TargetServer 1 ConnectPort"] == "line 4"
    assert origins["TargetServer 1 ConnectLimit"] == "default [U]"
    assert origins["Timeout AnyCmd"] == "default [V]"


def test_importing_the_reader_loads_nothing_heavy() -> None:
    code = "import sys, cssmtp.config.describe; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"asyncio", "ebcdic", "textual", "rich", "yaml"} & set(out.stdout.split())
