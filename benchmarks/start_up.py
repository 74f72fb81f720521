"""Processor time of looking at results: commands from the start of Python on, and what comparing hashes adds to the reading of tables."""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.interleaved import interleave, shown, spread
from benchmarks.record import save
from lth.config import load_experiment
from lth.results.expected import expected_networks
from lth.results.files import load_curves, load_results, recorded, runs_folder
from lth.storage import sha256


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--experiments", nargs="+", default=["quick/lenet", "paper/lenet"])
    words.add_argument("--repeats", type=int, default=9)
    options = words.parse_args()
    load = os.getloadavg()[0]
    commands = ["--help", "claims", *(f"show {name}" for name in options.experiments)]
    started = interleave(options.repeats, {command: lambda command=command: started_command(command) for command in commands})
    tables = [measure(name, options.repeats) for name in options.experiments]
    save("start_up", options.repeats, load, commands={name: spread(taken) for name, taken in started.items()}, tables=tables)


def started_command(command: str) -> float:
    """Milliseconds of processor time that a command of `lth` takes in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "lth", *command.split()], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(name: str, repeats: int) -> dict:
    """Reading all rows, or all curves, of an experiment; and reading and comparing the hashes alone."""
    sides = {
        "rows": lambda: load_results(name),
        "rows' hashes": lambda: compare(name, ".csv"),
        "curves": lambda: load_curves(name),
        "curves' hashes": lambda: compare(name, ".curves.parquet"),
    }
    interleave(1, {side: lambda read=read: milliseconds(read) for side, read in sides.items()})  # the first reading imports
    taken = interleave(repeats, {side: lambda read=read: milliseconds(read) for side, read in sides.items()})
    row = {"experiment": name, "stages": len(expected_networks(load_experiment(name)))}
    row |= {side: spread(times) for side, times in taken.items()}
    print(f"{name}: " + ", ".join(f"{side} {shown(row[side])} ms" for side in sides), flush=True)
    return row


def compare(name: str, ending: str) -> None:
    """What a reader does to know that no file was changed."""
    experiment = load_experiment(name)
    for stage in expected_networks(experiment):
        file = runs_folder(experiment) / f"{stage}{ending}"
        assert recorded(experiment.folder, stage, file) in (None, sha256(file))


def milliseconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return 1e3 * (time.process_time() - began)


def tables(record: dict) -> list[str]:
    """Commands and tables as Markdown."""
    lines = ["| command | ms of processor time |", "|---|---|"]
    lines += [f"| `lth {command}` | {shown(taken)} |" for command, taken in record["commands"].items()]
    lines += ["", "| ms of processor time to read | files | rows | their hashes alone | curves | their hashes alone |", "|---" * 6 + "|"]
    for row in record["tables"]:
        cells = (shown(row[side]) for side in ("rows", "rows' hashes", "curves", "curves' hashes"))
        lines.append(f"| {row['experiment']} | {row['stages']} each | {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    main()
