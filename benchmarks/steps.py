"""Milliseconds a network-iteration of Lenet at five densities, alone and with the evaluation every 100 iterations."""

import argparse
import os

from benchmarks import sides
from benchmarks.interleaved import interleave, ratio, shown, spread
from benchmarks.record import save
from benchmarks.structures import source, tickets
from lth.config import load_experiment

COMPARED = {  # what is compared with what, a machine and a core
    "plain torch": (sides.CONVENTIONAL, sides.PRELOADED),
    "torch engine, a core": (sides.CONVENTIONAL_ONE_THREAD, sides.TORCH_ONE_CORE),
    "sparse engine, a core": (sides.CONVENTIONAL_ONE_THREAD, sides.SPARSE_ONE_CORE),
    "sparse engine, the machine": (sides.CONVENTIONAL, sides.SPARSE_ALL_CORES),
}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, nargs="+", default=[0, 3, 7, 15, 20])
    words.add_argument("--repeats", type=int, default=7)
    words.add_argument("--iterations", type=int, default=100, help="of one stretch; fast sides take several a measurement")
    options = words.parse_args()
    load = os.getloadavg()[0]
    running = {name: side.start() for name, side in sides.LENET.items()}
    rows = [measure(running, round, options.repeats, options.iterations) for round in options.rounds]
    save("steps", options.repeats, load, iterations=options.iterations, rows=rows)


def measure(running: dict[str, sides.Running], round: int, repeats: int, iterations: int) -> dict:
    """All sides on one round."""
    experiment = load_experiment("lenet")
    for side in running.values():
        side.prepare(round, 3 * iterations)
    taken = interleave(
        repeats,
        {(name, part): _measurement(side, part, iterations) for name, side in running.items() for part in ("step", "evaluation")},
    )
    step = {name: taken[name, "step"] for name in running}
    whole = {
        name: [s + e / experiment.evaluation.every for s, e in zip(step[name], taken[name, "evaluation"], strict=True)] for name in running
    }
    row = {
        "round": round,
        "percent_remaining": tickets(experiment, round)[0].percent_remaining,
        "masks": source(experiment, round),
        "milliseconds": {
            name: {"step": spread(step[name]), "evaluation": spread(taken[name, "evaluation"]), "step_with_evaluation": spread(whole[name])}
            for name in running
        },
        "times_faster": {
            name: {"step": ratio(step[slow], step[fast]), "step_with_evaluation": ratio(whole[slow], whole[fast])}
            for name, (slow, fast) in COMPARED.items()
        },
    }
    print(f"P_m {row['percent_remaining']:.1f}, {row['masks']}", flush=True)
    for name, times in row["times_faster"].items():
        print(f"  {name:28} {shown(times['step']):>20} step alone {shown(times['step_with_evaluation']):>20} with evaluation", flush=True)
    return row


def _measurement(side: sides.Running, part: str, iterations: int):
    return side.evaluation if part == "evaluation" else lambda: side.step(iterations)


def tables(record: dict) -> list[str]:
    """Two Markdown tables: times, and times faster."""
    rows = record["rows"]
    columns = [f"P_m {row['percent_remaining']:.1f}" for row in rows]
    lines = [f"| ms a network-iteration, evaluations included (step alone) | {' | '.join(columns)} |", "|---" * (len(rows) + 1) + "|"]
    for name in rows[0]["milliseconds"]:
        times = [row["milliseconds"][name] for row in rows]
        cells = [f"{t['step_with_evaluation']['median']:.3g} ({t['step']['median']:.3g})" for t in times]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [
        "",
        f"| times faster than the conventional loop, evaluations included | {' | '.join(columns)} |",
        "|---" * (len(rows) + 1) + "|",
    ]
    for name in rows[0]["times_faster"]:
        lines.append(f"| {name} | {' | '.join(shown(row['times_faster'][name]['step_with_evaluation']) for row in rows)} |")
    masks = "; ".join(f"P_m {row['percent_remaining']:.1f} {row['masks']}" for row in rows)
    return [*lines, "", f"Masks: {masks}."]


if __name__ == "__main__":
    main()
