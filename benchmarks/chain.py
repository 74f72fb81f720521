"""Lenet's whole chain, every round's 5 trials with their evaluations: the conventional loop against the sparse engine on all cores.

Short stretches are measured at every round and extrapolated linearly to the round's iterations and to the images it evaluates.
"""

import argparse
import json
import os

from benchmarks import sides
from benchmarks.engine import EngineStack
from benchmarks.interleaved import interleave, ratio, shown, spread
from benchmarks.record import save
from benchmarks.structures import source, tickets
from lth import paths
from lth.config import Experiment, load_experiment
from lth.data import load_data
from lth.training import Plan


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--repeats", type=int, default=3)
    words.add_argument("--iterations", type=int, default=100, help="of one stretch")
    options = words.parse_args()
    load = os.getloadavg()[0]
    experiment = load_experiment("lenet")
    compared = {
        sides.CONVENTIONAL: sides.LENET[sides.CONVENTIONAL],
        sides.SPARSE_ALL_CORES: sides.Side(EngineStack, ("lenet", "sparse", sides.CORES), experiment.trials.count, 2),
    }
    running = {name: side.start() for name, side in compared.items()}
    evaluations = evaluations_a_network(experiment)
    seconds = {name: [0.0] * options.repeats for name in running}
    rows = []
    for round in range(len(experiment.rounds)):
        taken = measure(running, round, options.repeats, options.iterations, experiment, evaluations)
        seconds = {name: [a + b for a, b in zip(seconds[name], taken[name], strict=True)] for name in seconds}
        rows.append(
            {
                "round": round,
                "percent_remaining": tickets(experiment, round)[0].percent_remaining,
                "masks": source(experiment, round),
                "seconds": {name: spread(values) for name, values in taken.items()},
                "seconds_of_the_real_round": real_seconds(round),
            }
        )
        print(f"round {round}: {', '.join(f'{name} {shown(spread(values))} s' for name, values in taken.items())}", flush=True)
    times = ratio(seconds[sides.CONVENTIONAL], seconds[sides.SPARSE_ALL_CORES])
    save(
        "chain",
        options.repeats,
        load,
        iterations=options.iterations,
        extrapolated_to={
            "iterations": experiment.training.iterations,
            "networks": experiment.trials.count,
            "validation_evaluations": evaluations,
        },
        seconds={name: spread(values) for name, values in seconds.items()},
        times_faster=times,
        rows=rows,
    )
    print(f"the chain is {shown(times)} times faster than with the conventional loop", flush=True)


def evaluations_a_network(experiment: Experiment) -> float:
    """All images that one ticket of the chain is evaluated on, in units of the validation set."""
    plan = Plan(experiment.training, experiment.evaluation, experiment.evaluation.test_curve_until)
    data = load_data(experiment.data.name, experiment.data.scaling)
    limits = experiment.evaluation
    train = len(data.train.first(limits.train_images).labels)
    validation = len(data.validation.first(limits.validation_images).labels)
    test = len(data.test.first(limits.test_images).labels)
    images = len(plan.evaluation_points) * validation + len(plan.test_points) * test + 2 * (train + validation + test)
    return images / validation


def measure(running, round: int, repeats: int, iterations: int, experiment: Experiment, evaluations: float) -> dict[str, list[float]]:
    """Seconds of the whole round by side, one value a repeat."""
    for side in running.values():
        side.prepare(round, -(-iterations // 4))

    def seconds(side: sides.Running) -> float:
        a_network = experiment.training.iterations * side.step(iterations) + evaluations * side.evaluation()
        return experiment.trials.count * a_network / 1e3

    return interleave(repeats, {name: lambda side=side: seconds(side) for name, side in running.items()})


def real_seconds(round: int) -> float | None:
    """The wall time that the provenance of the committed round states, where there is one."""
    file = paths.RESULTS / "lenet" / "provenance" / f"r{round:02}.json"
    return json.loads(file.read_text())["wall_seconds"] if file.is_file() else None


def tables(record: dict) -> list[str]:
    """One Markdown table, and what it is extrapolated from."""
    lines = ["| Lenet's chain | hours | times faster |", "|---|---|---|"]
    for name, seconds in record["seconds"].items():
        hours = shown({key: value / 3600 for key, value in seconds.items()})
        lines.append(f"| {name} | {hours} | {'–' if name == sides.CONVENTIONAL else shown(record['times_faster'])} |")
    to, rows = record["extrapolated_to"], record["rows"]
    real = [row for row in rows if row["seconds_of_the_real_round"] is not None]
    committed = sum(row["masks"] != "random masks" for row in rows)
    lines += [
        "",
        f"{len(rows)} rounds of {to['networks']} networks, each extrapolated linearly from stretches of {record['iterations']} iterations to "
        f"{to['iterations']:,}, and to evaluations of as many images as {to['validation_evaluations']:,.0f} validation sets hold. "
        f"Dense or with committed tickets: {committed} of {len(rows)}; the others with random masks.",
    ]
    if real:
        extrapolated = sum(row["seconds"][sides.SPARSE_ALL_CORES]["median"] for row in real)
        lines += [
            "",
            f"The {len(real)} rounds that were trained for `results/paper/lenet` took {sum(row['seconds_of_the_real_round'] for row in real):,.0f} s "
            f"by their provenance, beside whatever else ran; extrapolated, the same rounds take {extrapolated:,.0f} s.",
        ]
    return lines


if __name__ == "__main__":
    main()
