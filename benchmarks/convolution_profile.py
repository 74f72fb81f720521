"""What a step of the sparse engine's convolutional kernels spends its time on, and how near each part comes to the core's limit.

A part runs alone, for one batch, on values that a step has left; the least of the repeats counts. Its share of the limit is the arithmetic
of the weights that survive, in that time, by what the core does of multiplications and additions in registers.

By the same count of arithmetic, torch's share in a dense step is the engine's in the table of convolution_step, divided by how many times faster the
engine is; to be 1.4 times as fast as torch takes 1.4 times that share.
"""

import argparse
import os
import time
from collections.abc import Callable

import numpy as np
import torch

from benchmarks.convolution_step import survivors
from benchmarks.engine import EngineStack
from benchmarks.interleaved import interleave
from benchmarks.multiply_add import operations_per_second
from benchmarks.record import save
from benchmarks.structures import at_width, tickets
from lth.training.engines.kernels import connected, convolutional, features
from lth.training.engines.kernels.arithmetic import LANES, ONE, entry
from lth.training.engines.kernels.connections import connections_end
from lth.training.engines.kernels.convolution import GROUP, weight_gradients

ZERO = np.uintp(0)


@entry
def _forward(network, work):
    for first in range(ZERO, LANES, GROUP):
        features.forward(network, work, first // GROUP, first)


@entry
def _weight_gradients(network, work):
    for first in range(ZERO, LANES, GROUP):
        for layer in range(network.convolutions):
            side, out, inputs = network.side[layer], network.out[layer], features._inputs(network, work, layer, first // GROUP)
            biases = connections_end(network.connections, layer, out)
            delta = work.delta_at[layer]
            weight_gradients(work.gradient, work.values, inputs, work.delta, delta, network.connections, layer, out, side, biases)


@entry
def _send_back(network, work):
    for first in range(ZERO, LANES, GROUP):
        features._unpool_last(network, work, first // GROUP, first)
        for layer in range(ONE, network.convolutions):
            features._send_back(network, work, layer, first // GROUP)


@entry
def _classify(network, work, numbers):
    convolutional._classify(network, work, ZERO, LANES, LANES, numbers, np.float32(1))


@entry
def _learn(network, work, optimiser, scales):
    layers = np.uintp(len(network.out))
    for back in range(layers - network.convolutions):
        connected.learn(network, work, layers - ONE - back, ONE, np.float32(1), optimiser, scales)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--experiments", nargs="+", default=["conv2", "conv4", "conv6"])
    words.add_argument("--widths", type=float, nargs="+", default=[1.0, 0.25])
    words.add_argument("--rounds", type=int, nargs="+", default=[0, 7, 14, 21])
    words.add_argument("--repeats", type=int, default=7)
    options = words.parse_args()
    load = os.getloadavg()[0]
    torch.set_num_threads(1)
    rows = [
        row for name in options.experiments for width in options.widths for row in measure(name, width, options.rounds, options.repeats)
    ]
    save("convolution_profile", options.repeats, load, rows=rows)


def measure(name: str, width: float, rounds: list[int], repeats: int) -> list[dict]:
    """One network at one width: a row a round."""
    experiment = at_width(name, width)
    stack = EngineStack(experiment, "sparse")
    rows = []
    for round in rounds:
        stack.prepare(round, 1)
        parts = _parts(stack)
        for run, _ in parts.values():
            run()
        measured = interleave(repeats, {**{part: _timed(run) for part, (run, _) in parts.items()}, "limit": operations_per_second})
        limit = max(measured.pop("limit"))
        taken = {part: min(values) for part, values in measured.items()}
        ticket = tickets(experiment, round)[0]
        products = [kept * layer.side**2 for kept, layer in zip(survivors(ticket), ticket.network.layers, strict=True)]
        row = {"experiment": name, "width": width, "percent_remaining": ticket.percent_remaining, "limit_gflops": limit / 1e9, "parts": {}}
        for part, (_, counted) in parts.items():
            operations = 2 * experiment.training.batch_size * counted(products)
            row["parts"][part] = {"milliseconds": 1e3 * taken[part], "share_of_limit": operations / taken[part] / limit}
        shown = ", ".join(
            f"{part} {figures['milliseconds']:.2f} ms ({figures['share_of_limit']:.0%})" for part, figures in row["parts"].items()
        )
        print(f"{name} {width} P_m {ticket.percent_remaining:.1f}: {shown}", flush=True)
        rows.append(row)
    return rows


def _parts(stack: EngineStack) -> dict[str, tuple[Callable[[], None], Callable[[list[int]], int]]]:
    """By name: what runs it, and how many of the layers' products for one image it makes."""
    (trainer,) = stack.trainers
    network, optimiser = trainer.network, stack.engine.optimiser
    work = convolutional._workspace(network, slots=4, chunks=1)
    batches = trainer.member.order.batches(0, 1, trainer.epoch).astype(np.int32)
    numbers, count = np.zeros((1, 0), np.float32), int(network.convolutions)
    convolutional._advance(network, *stack.engine.images, batches, np.zeros(1), optimiser, 0, np.float32(1), numbers, work, np.zeros(1))
    still = np.float32(0), np.float32(1)  # a step of size zero
    return {
        "convolutions forward": (lambda: _forward(network, work), lambda products: sum(products[:count])),
        "their weights' gradients": (lambda: _weight_gradients(network, work), lambda products: sum(products[:count])),
        "their inputs' gradients": (lambda: _send_back(network, work), lambda products: sum(products[1:count])),
        "fully connected forward": (lambda: _classify(network, work, numbers[0]), lambda products: sum(products[count:])),
        "fully connected learning": (lambda: _learn(network, work, optimiser, still), lambda products: 2 * sum(products[count:])),
    }


def _timed(run: Callable[[], None]) -> Callable[[], float]:
    """Measures its seconds."""

    def measured() -> float:
        started = time.process_time()
        run()
        return time.process_time() - started

    return measured


def tables(record: dict) -> list[str]:
    """One Markdown table: milliseconds of each part of a step, and shares of the core's limit."""
    parts = list(record["rows"][0]["parts"])
    lines = [f"| ms a step (share of the limit): network, width | P_m | {' | '.join(parts)} |", "|---" * (len(parts) + 2) + "|"]
    for row in record["rows"]:
        shown = " | ".join(f"{figures['milliseconds']:.3g} ({figures['share_of_limit']:.0%})" for figures in row["parts"].values())
        lines.append(f"| {row['experiment']}, {row['width']} | {row['percent_remaining']:.1f} | {shown} |")
    return [*lines, "", f"The core's limit: {max(row['limit_gflops'] for row in record['rows']):.0f} GFLOP/s."]


if __name__ == "__main__":
    main()
