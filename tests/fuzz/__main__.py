"""Runs fuzz targets: each for so many inputs, or for so many seconds."""

import argparse
import importlib
import pkgutil
import sys
import time
from random import Random
from types import ModuleType

import tests.fuzz
from tests.fuzz.mutation import mutated


def targets() -> dict[str, ModuleType]:
    """Every module of this package that has a `check`."""
    names = [module.name for module in pkgutil.iter_modules(tests.fuzz.__path__)]
    modules = {
        name: importlib.import_module(f"tests.fuzz.{name}")
        for name in names
        if not name.startswith("_")
    }
    return {name: module for name, module in modules.items() if hasattr(module, "check")}


def run(target: ModuleType, seed: int, inputs: int, seconds: float) -> int:
    """So many inputs at most, for so long at most; how many they were. Raises what `check` does,
    with the input written to standard error."""
    end = time.monotonic() + seconds
    random = Random(seed)
    for number in range(inputs):
        data = mutated(random, target.SEEDS, target.WORDS)
        try:
            target.check(data)
        except BaseException:
            print(f"{target.__name__}: input {number} of seed {seed}: {data!r}", file=sys.stderr)
            raise
        if time.monotonic() > end:
            return number + 1
    return inputs


def main() -> None:
    """The command line."""
    known = targets()
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", choices=[*known, []], help=f"of {', '.join(known)}")
    parser.add_argument("--inputs", type=int, default=sys.maxsize, help="so many for each")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="so long for each")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.inputs == sys.maxsize and options.seconds == float("inf"):
        options.seconds = 10.0
    for name in options.target or known:
        begin = time.monotonic()
        count = run(known[name], options.seed, options.inputs, options.seconds)
        print(f"{name}: {count} inputs in {time.monotonic() - begin:.1f} s, no fault found")


if __name__ == "__main__":
    main()
