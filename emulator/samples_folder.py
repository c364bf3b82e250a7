"""The sample jobs that come with the program, and what each one shows. Does I/O.

A wheel has them inside the package; an editable install reads the repository's `samples/`.

* `jobs/*.jcl` run on the default system; those called `faulty-*` are meant to be bad.
* `systems/NAME.yaml` is a system file, and `systems/NAME/*.jcl` are the jobs for it.
* `config/*.conf` are CSSMTP configurations.
"""

from dataclasses import dataclass
from pathlib import Path

from emulator.exits import UsageFault

_PACKAGE = Path(__file__).parent
_COMMENT = "//*"
_EXPECTED = "Expected: bad. "


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample job. `name` is its path below the folder of samples."""

    name: str
    path: Path
    system: Path | None
    faulty: bool

    @property
    def shows(self) -> str:
        """What its first comments say it shows."""
        words: list[str] = []
        for line in self.path.read_text("utf-8").splitlines()[1:]:
            text = line.removeprefix(_COMMENT).strip()
            if not line.startswith(_COMMENT) or not text:
                break
            words.append(text)
        return " ".join(words).removeprefix(_EXPECTED)


def folder() -> Path:
    """Where the samples are. Raises `UsageFault` when they are not there."""
    for path in (_PACKAGE / "samples", _PACKAGE.parent / "samples"):
        if (path / "jobs").is_dir():
            return path
    raise UsageFault("the samples are missing: install jesmail from its wheel or its repository")


def samples() -> list[Sample]:
    """Every sample job: first those for the default system, then those with a system file, last
    the faulty ones. Raises `UsageFault`."""
    root = folder()
    jobs = [(path, None) for path in sorted((root / "jobs").glob("*.jcl"))]
    found = [*jobs, *_of_systems(root)]
    made = [
        Sample(path.relative_to(root).as_posix(), path, system, path.name.startswith("faulty-"))
        for path, system in found
    ]
    return sorted(made, key=lambda sample: sample.faulty)


def _of_systems(root: Path) -> list[tuple[Path, Path | None]]:
    return [
        (path, system)
        for system in sorted((root / "systems").glob("*.yaml"))
        for path in sorted(system.with_suffix("").glob("*.jcl"))
    ]
