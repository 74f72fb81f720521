"""A step and an evaluation of Conv-2, Conv-4 and Conv-6 on one core: the sparse engine against torch, the conventional loop and SparseProp.

All sides live in one process with one thread and are timed in turn, on the paper's networks and on narrower ones, with the masks of
several rounds. Time is the process's own, and the least of the repeats counts, because other load only ever adds. A share of the limit is
the arithmetic of the surviving weights in that time, by what the core does of multiplications and additions in registers. The sparse engine
is timed over longer stretches: it prepares memory once a stretch, which in training is 50 iterations long.
"""

import argparse
import os
import time
from collections.abc import Callable

import torch

from benchmarks.conventional import Conventional
from benchmarks.engine import EngineStack
from benchmarks.interleaved import interleave
from benchmarks.multiply_add import operations_per_second
from benchmarks.record import save
from benchmarks.sparseprop_loop import BATCH, SparsePropLoop, installed
from benchmarks.structures import at_width, source, tickets
from lth.experiments.operations import image_operations, step_operations
from lth.tickets import Ticket

LONGER = 5  # times as many iterations in a stretch of the sparse engine
SPARSE, TORCH, CONVENTIONAL, SPARSEPROP = "sparse engine", "torch engine", "conventional loop", "SparseProp"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--experiments", nargs="+", default=["conv2", "conv4", "conv6"])
    words.add_argument("--widths", type=float, nargs="+", default=[1.0, 0.25])
    words.add_argument("--rounds", type=int, nargs="+", default=[0, 7, 14, 21])
    words.add_argument("--repeats", type=int, default=5)
    words.add_argument("--iterations", type=int, default=2, help="of one stretch at width 1.0; narrower networks take more")
    words.add_argument("--images", type=int, default=1000, help="of one evaluation")
    options = words.parse_args()
    load = os.getloadavg()[0]
    torch.set_num_threads(1)
    rows = [
        row
        for name in options.experiments
        for width in options.widths
        for row in measure(name, width, options.rounds, options.repeats, round(options.iterations / width), options.images)
    ]
    save("convolution_step", options.repeats, load, iterations=options.iterations, images=options.images, rows=rows)


def measure(name: str, width: float, rounds: list[int], repeats: int, iterations: int, images: int) -> list[dict]:
    """One network at one width: a row a round."""
    experiment = at_width(name, width, validation_images=images)
    engines = {SPARSE: EngineStack(experiment, "sparse"), TORCH: EngineStack(experiment, "torch")}
    conventional = Conventional(experiment, 1)
    sides = {**engines, CONVENTIONAL: conventional, **({SPARSEPROP: SparsePropLoop(experiment)} if installed() else {})}
    rows = []
    for round in rounds:
        for side in sides.values():
            side.prepare(round, *([1] if side in engines.values() else []))
            side.train(iterations)
        stretch = {side: iterations * (LONGER if side == SPARSE else 1) for side in sides}
        step = {
            (side, "step"): _milliseconds(lambda made=made, count=stretch[side]: made.train(count), stretch[side])
            for side, made in sides.items()
        }
        if SPARSEPROP in sides:
            steps_of_others = iterations * BATCH / experiment.training.batch_size
            step[SPARSEPROP, "step"] = _milliseconds(lambda: sides[SPARSEPROP].train(iterations), steps_of_others)
        evaluation = {(side, "evaluation"): _milliseconds(made.evaluate, images) for side, made in engines.items()}
        measured = interleave(repeats, {**step, **evaluation, "limit": operations_per_second})
        limit = max(measured.pop("limit"))
        taken = {what: min(values) for what, values in measured.items()}
        # As many images as an evaluation has by default, the validation set, every so many iterations.
        share = 5000 / experiment.evaluation.every
        whole = {side: taken[side, "step"] + share * taken[side, "evaluation"] for side in engines}
        ticket = tickets(experiment, round)[0]
        kept = survivors(ticket)
        row = {
            "experiment": name,
            "width": width,
            "round": round,
            "percent_remaining": ticket.percent_remaining,
            "survivors": kept,
            "masks": source(experiment, round),
            "milliseconds": {side: {"step": taken[side, "step"]} for side in sides},
            "times_faster": {
                "step, torch engine": taken[TORCH, "step"] / taken[SPARSE, "step"],
                **{f"step, {side}": taken[side, "step"] / taken[SPARSE, "step"] for side in sides if side not in engines},
                "evaluation, torch engine": taken[TORCH, "evaluation"] / taken[SPARSE, "evaluation"],
                "step with its share of evaluations, torch engine": whole[TORCH] / whole[SPARSE],
            },
            "limit_gflops": limit / 1e9,
            "share_of_limit": {
                "step": step_operations(ticket.network, experiment.training.batch_size, kept) / taken[SPARSE, "step"] / limit * 1e3,
                "evaluation": image_operations(ticket.network, kept) / taken[SPARSE, "evaluation"] / limit * 1e3,
            },
        }
        for side in engines:
            row["milliseconds"][side].update(evaluated_image=taken[side, "evaluation"], step_with_evaluation=whole[side])
        print(f"{name} {width} P_m {row['percent_remaining']:.1f}, {taken[SPARSE, 'step']:.1f} ms a step", flush=True)
        for what, times in row["times_faster"].items():
            print(f"  {what:50} {times:.2f}x", flush=True)
        for what, share in row["share_of_limit"].items():
            print(f"  {what + ', share of the limit':50} {share:.0%}", flush=True)
        rows.append(row)
    return rows


def survivors(ticket: Ticket) -> list[int]:
    """How many weights of each layer survive."""
    return [int(ticket.mask[layer.weight].sum()) for layer in ticket.network.layers]


def _milliseconds(run: Callable[[], object], count: float) -> Callable[[], float]:
    """Measures how long one of `count` takes."""

    def measured() -> float:
        started = time.process_time()
        run()
        return 1e3 * (time.process_time() - started) / count

    return measured


def tables(record: dict) -> list[str]:
    """One Markdown table: times faster than the other sides, how long a step takes, and shares of the core's limit."""
    rows = record["rows"]
    compared = list(rows[0]["times_faster"])
    lines = [
        f"| network, width | P_m | ms a step | {' | '.join(f'times faster: {what}' for what in compared)} | share of the limit: step, evaluation |",
        "|---" * (len(compared) + 4) + "|",
    ]
    for row in rows:
        times = " | ".join(f"{row['times_faster'][what]:.2f}" for what in compared)
        step = row["milliseconds"][SPARSE]["step"]
        shares = ", ".join(f"{share:.0%}" for share in row["share_of_limit"].values())
        lines.append(f"| {row['experiment']}, {row['width']} | {row['percent_remaining']:.1f} | {step:.3g} | {times} | {shares} |")
    limit = max(row["limit_gflops"] for row in rows)
    return [*lines, "", f"The core's limit: {limit:.0f} GFLOP/s."]


if __name__ == "__main__":
    main()
