"""On a CUDA card: the torch engine's stacks against the conventional loop there, against the card's measured ceilings, and hours of each experiment."""

import argparse
import os
from typing import get_args

import torch

from benchmarks.conventional import Conventional
from benchmarks.engine import EngineStack
from benchmarks.gpu_card import Card, parameter_bytes, training_operations
from benchmarks.interleaved import Remote, interleave, ratio, shown, spread
from benchmarks.record import save
from lth.config import Precision, experiment_names, load_experiment, load_settings
from lth.results.expected import expected_networks

STACKS = {"lenet": (1, 5, 25, 100)} | dict.fromkeys(("conv2", "conv4", "conv6", "resnet18", "vgg19"), (1, 5, 15))
ITERATIONS = 100
PRECISIONS = get_args(Precision)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--repeats", type=int, default=5)
    options = words.parse_args()
    if not torch.cuda.is_available():
        print("gpu: torch sees no CUDA device; skipped", flush=True)
        return
    load = os.getloadavg()[0]
    card = Remote(Card)
    ceilings = {precision: spread([card.call("matmul_flops", precision) for _ in range(options.repeats)]) for precision in PRECISIONS}
    ceilings["bytes_a_second"] = spread([card.call("bytes_a_second") for _ in range(options.repeats)])
    card.close()
    rows = [row for name, stacks in STACKS.items() for row in measure(name, stacks, options.repeats, ceilings)]
    save("gpu", options.repeats, load, iterations=ITERATIONS, ceilings=ceilings, rows=rows, hours=hours(rows))


def measure(name: str, stacks: tuple[int, ...], repeats: int, ceilings: dict) -> list[dict]:
    """One experiment's dense networks, in stacks of several sizes, beside the conventional loop's one."""
    network = load_experiment(name)
    precision = network.training.precision_under(load_settings())
    conventional, engine = Remote(Conventional, name, None, "cuda"), Remote(EngineStack, name, "torch", 1, "cuda")
    conventional.call("prepare", 0)
    conventional.call("train", ITERATIONS)
    rows = []
    for networks in stacks:
        engine.call("prepare", 0, networks)
        engine.call("train", 2 * ITERATIONS)
        engine.call("evaluate")
        taken = interleave(
            repeats,
            {
                "conventional": lambda: conventional.seconds("train", ITERATIONS) / ITERATIONS,
                "step": lambda size=networks: engine.seconds("train", ITERATIONS) / (ITERATIONS * size),
                "evaluation": lambda size=networks: engine.seconds("evaluate") / size,
                "launch_share": lambda: engine.call("launch_share", ITERATIONS),
            },
        )
        step = spread(taken["step"])["median"]
        row = {
            "experiment": name,
            "precision": precision,
            "networks": networks,
            "milliseconds": {part: spread([1e3 * value for value in taken[part]]) for part in ("conventional", "step", "evaluation")},
            "times_faster": ratio(taken["conventional"], taken["step"]),
            "launch_share": spread(taken["launch_share"]),
            "share_of_matmul": training_operations(network) / step / ceilings[precision]["median"],
            "share_of_bandwidth": parameter_bytes(network) / step / ceilings["bytes_a_second"]["median"],
        }
        rows.append(row)
        print(f"{name}, {networks} networks: {shown(row['times_faster'])} times the conventional loop", flush=True)
    conventional.close()
    engine.close()
    return rows


def hours(rows: list[dict]) -> dict[str, float]:
    """Each paper-scale experiment by extrapolation: rounds at a stack of 5, blocks of controls at the largest measured; one evaluation every 100."""
    extrapolated = {}
    for name in experiment_names("paper"):
        experiment = load_experiment(name)
        measured = {row["networks"]: row["milliseconds"] for row in rows if row["experiment"] == experiment.network.name}
        if not measured:
            continue
        milliseconds = 0.0
        for stage, networks in expected_networks(experiment).items():
            cost = measured[5 if stage in experiment.rounds else max(measured)]
            a_step = cost["step"]["median"] + cost["evaluation"]["median"] / experiment.evaluation.every
            milliseconds += len(networks) * experiment.training.iterations * a_step
        extrapolated[name] = round(milliseconds / 3.6e6, 3)
    return extrapolated


def tables(record: dict) -> list[str]:
    """Steps against the conventional loop and the ceilings, and hours."""
    heads = (
        "ms a network-iteration | times faster | host's share in launching | share of matmul ceiling | share of bandwidth, parameters alone"
    )
    lines = [f"| experiment | precision | networks | {heads} |", "|---" * 8 + "|"]
    for row in record["rows"]:
        shares = f"{row['share_of_matmul']:.1%} | {row['share_of_bandwidth']:.1%}"
        lines.append(
            f"| {row['experiment']} | {row['precision']} | {row['networks']} | {shown(row['milliseconds']['step'])} | {shown(row['times_faster'])} | "
            f"{shown(row['launch_share'])} | {shares} |"
        )
    lines += ["", "| paper-scale experiment | hours, extrapolated |", "|---|---|"]
    return lines + [f"| {name} | {value:.2f} |" for name, value in record["hours"].items()]


if __name__ == "__main__":
    main()
