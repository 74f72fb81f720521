"""A step and an evaluation of Conv-2, Conv-4 and Conv-6 on one core: the sparse engine against the torch engine and the conventional loop.

All sides live in one process with one thread and are timed in turn, on the paper's networks and on narrower ones, with the masks of
several rounds. Time is the process's own, and the least of the repeats counts, because other load only ever adds.
"""

import argparse
import os
import time
from collections.abc import Callable

import torch

from benchmarks.conventional import Conventional
from benchmarks.engine import EngineStack
from benchmarks.interleaved import interleave
from benchmarks.record import save
from benchmarks.structures import at_width, source, tickets

SPARSE, TORCH, CONVENTIONAL = "sparse engine", "torch engine", "conventional loop"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--experiments", nargs="+", default=["conv2", "conv4", "conv6"])
    words.add_argument("--widths", type=float, nargs="+", default=[1.0, 0.25])
    words.add_argument("--rounds", type=int, nargs="+", default=[0, 7, 14, 21])
    words.add_argument("--repeats", type=int, default=5)
    words.add_argument("--iterations", type=int, default=2, help="of one stretch")
    words.add_argument("--images", type=int, default=1000, help="of one evaluation")
    options = words.parse_args()
    load = os.getloadavg()[0]
    torch.set_num_threads(1)
    rows = [
        row
        for name in options.experiments
        for width in options.widths
        for row in measure(name, width, options.rounds, options.repeats, options.iterations, options.images)
    ]
    save("convolution_step", options.repeats, load, iterations=options.iterations, images=options.images, rows=rows)


def measure(name: str, width: float, rounds: list[int], repeats: int, iterations: int, images: int) -> list[dict]:
    """One network at one width: a row a round."""
    experiment = at_width(name, width, validation_images=images)
    engines = {SPARSE: EngineStack(experiment, "sparse"), TORCH: EngineStack(experiment, "torch")}
    conventional = Conventional(experiment, 1)
    sides = {**engines, CONVENTIONAL: conventional}
    rows = []
    for round in rounds:
        for side in sides.values():
            side.prepare(round, *([1] if side is not conventional else []))
            side.train(iterations)
        step = {(side, "step"): _milliseconds(lambda made=made: made.train(iterations), iterations) for side, made in sides.items()}
        evaluation = {(side, "evaluation"): _milliseconds(made.evaluate, images) for side, made in engines.items()}
        taken = {what: min(values) for what, values in interleave(repeats, {**step, **evaluation}).items()}
        # As many images as an evaluation has by default, the validation set, every so many iterations.
        share = 5000 / experiment.evaluation.every
        whole = {side: taken[side, "step"] + share * taken[side, "evaluation"] for side in engines}
        row = {
            "experiment": name,
            "width": width,
            "round": round,
            "percent_remaining": tickets(experiment, round)[0].percent_remaining,
            "masks": source(experiment, round),
            "milliseconds": {side: {"step": taken[side, "step"]} for side in sides},
            "times_faster": {
                "step, torch engine": taken[TORCH, "step"] / taken[SPARSE, "step"],
                "step, conventional loop": taken[CONVENTIONAL, "step"] / taken[SPARSE, "step"],
                "evaluation, torch engine": taken[TORCH, "evaluation"] / taken[SPARSE, "evaluation"],
                "step with its share of evaluations, torch engine": whole[TORCH] / whole[SPARSE],
            },
        }
        for side in engines:
            row["milliseconds"][side].update(evaluated_image=taken[side, "evaluation"], step_with_evaluation=whole[side])
        print(f"{name} {width} P_m {row['percent_remaining']:.1f}, {taken[SPARSE, 'step']:.1f} ms a step", flush=True)
        for what, times in row["times_faster"].items():
            print(f"  {what:50} {times:.2f}x", flush=True)
        rows.append(row)
    return rows


def _milliseconds(run: Callable[[], object], count: int) -> Callable[[], float]:
    """Measures how long one of `count` takes."""

    def measured() -> float:
        started = time.process_time()
        run()
        return 1e3 * (time.process_time() - started) / count

    return measured


def tables(record: dict) -> list[str]:
    """One Markdown table: times faster than the torch engine, and how long a step takes."""
    rows = record["rows"]
    compared = list(rows[0]["times_faster"])
    lines = [
        f"| network, width | P_m | ms a step | {' | '.join(f'times faster: {what}' for what in compared)} |",
        "|---" * (len(compared) + 3) + "|",
    ]
    for row in rows:
        times = " | ".join(f"{row['times_faster'][what]:.2f}" for what in compared)
        step = row["milliseconds"][SPARSE]["step"]
        lines.append(f"| {row['experiment']}, {row['width']} | {row['percent_remaining']:.1f} | {step:.3g} | {times} |")
    return lines


if __name__ == "__main__":
    main()
