"""Makes the picture of the terminal in the README: real commands, and what they really print.

The clock stands still, so that the picture is the same every time. `make pages` draws it;
tests/test_docs.py compares the words in it with what the commands say today.
"""

import html
import io
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "run.svg"
COLUMNS = 104
RUN = "jesmail run samples/jobs/plain-text.jcl samples/jobs/faulty-recipient.jcl --save-mail mail"
SHOW = "cat mail/0001.eml"
_STILL = ["--clock", "2024-01-31T06:10:00", "--tz", "UTC"]
_TEXT = re.compile(r'<text class="[^"]*" x="([0-9.]+)"[^>]*line-([0-9]+)\)">([^<]*)</text>')


def screen() -> str:
    """What the terminal shows, with colours."""
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "mail"
        arguments = RUN.split()[1:-1]
        done = subprocess.run(
            [sys.executable, "-c", _COLOURED, *arguments, str(saved), *_STILL],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        mail = (saved / "0001.eml").read_text("ascii")
    return f"{_prompt(RUN)}\n{done.stdout}{_prompt(SHOW)}\n{mail}"


# click drops colours when its output is no terminal: this says that it is one
_COLOURED = """
import sys
import click
from emulator.cli import main, present
present.say = lambda text: [click.echo(line, color=True) for line in text]
main(sys.argv[1:])
"""


def _prompt(command: str) -> str:
    return f"\x1b[1;32m$\x1b[0m \x1b[1m{command}\x1b[0m"


def svg() -> str:
    """The picture."""
    console = Console(
        record=True,
        width=COLUMNS,
        file=io.StringIO(),
        color_system="truecolor",
        force_terminal=True,
    )
    console.print(Text.from_ansi(screen()), soft_wrap=False)
    drawn = console.export_svg(title="jesmail", theme=DIMMED_MONOKAI)
    return drawn.replace("<svg ", '<svg xml:space="preserve" ', 1)  # some viewers drop blanks


def words_of(picture: str) -> list[str]:
    """The lines of a picture without their blanks."""
    rows: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for x, row, text in _TEXT.findall(picture):
        rows[int(row)].append((float(x), html.unescape(text)))
    lines = ["".join(text for _, text in sorted(rows[row])) for row in sorted(rows)]
    return [squeezed for line in lines if (squeezed := "".join(line.split()))]


if __name__ == "__main__":
    PICTURE.write_text(svg(), "utf-8")
