"""Milliseconds a network-iteration of Conv-2, Conv-4 and Conv-6 on the CPU: the torch engine against the conventional loop."""

import argparse
import os

from benchmarks.conventional import Conventional
from benchmarks.engine import EngineStack
from benchmarks.interleaved import interleave, ratio, shown, spread
from benchmarks.record import save
from benchmarks.sides import CONVENTIONAL, CONVENTIONAL_ONE_THREAD, CORES, TORCH_ONE_CORE, Side

TORCH_ALL_CORES = "torch engine, all cores"
COMPARED = {
    "torch engine, a core": (CONVENTIONAL_ONE_THREAD, TORCH_ONE_CORE),
    "torch engine, the machine": (CONVENTIONAL, TORCH_ALL_CORES),
}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--experiments", nargs="+", default=["conv2", "conv4", "conv6"])
    words.add_argument("--repeats", type=int, default=5)
    words.add_argument("--iterations", type=int, default=3)
    options = words.parse_args()
    load = os.getloadavg()[0]
    rows = [measure(name, options.repeats, options.iterations) for name in options.experiments]
    save("convolution", options.repeats, load, iterations=options.iterations, rows=rows)


def measure(experiment: str, repeats: int, iterations: int) -> dict:
    """All sides on one experiment's dense networks."""
    sides = {
        CONVENTIONAL: Side(Conventional, (experiment,), 0, 1),
        CONVENTIONAL_ONE_THREAD: Side(Conventional, (experiment, 1), 0, 1),
        TORCH_ONE_CORE: Side(EngineStack, (experiment, "torch"), 1, 1),
        TORCH_ALL_CORES: Side(EngineStack, (experiment, "torch", CORES), CORES, 1),
    }
    running = {name: side.start() for name, side in sides.items()}
    for side in running.values():
        side.remote.call("prepare", 0, *([side.side.networks] if side.side.networks else []))
        side.remote.call("train", 2)
    step = interleave(repeats, {name: lambda side=side: side.step(iterations) for name, side in running.items()})
    for side in running.values():
        side.remote.close()
    times = {name: ratio(step[slow], step[fast]) for name, (slow, fast) in COMPARED.items()}
    print(f"{experiment}: {', '.join(f'{name} {shown(value)}x' for name, value in times.items())}", flush=True)
    return {"experiment": experiment, "milliseconds": {name: spread(values) for name, values in step.items()}, "times_faster": times}


def tables(record: dict) -> list[str]:
    """One Markdown table: times, and times faster."""
    rows = record["rows"]
    lines = [
        f"| ms a network-iteration, no evaluations | {' | '.join(row['experiment'] for row in rows)} |",
        "|---" * (len(rows) + 1) + "|",
    ]
    for name in rows[0]["milliseconds"]:
        lines.append(f"| {name} | {' | '.join(shown(row['milliseconds'][name]) for row in rows)} |")
    for name in rows[0]["times_faster"]:
        lines.append(f"| times faster: {name} | {' | '.join(shown(row['times_faster'][name]) for row in rows)} |")
    return lines


if __name__ == "__main__":
    main()
