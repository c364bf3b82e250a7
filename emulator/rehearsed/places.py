"""How a report names files to other tools: from the folder where the command runs."""

import os.path
from pathlib import Path


def relative(source: str) -> str:
    """A file below the folder where we are, from there; anything else as it was given."""
    if not Path(source).exists():
        return source
    path = os.path.relpath(source)
    return source if path.startswith(os.pardir) else path
