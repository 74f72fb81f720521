"""What a chunk costs beside its training on a Ray cluster: a stage of many short trainings of Lenet, by Ray and by as many threads.

The cluster is the one that RAY_ADDRESS names, or that this machine is part of; where there is none, nothing is measured.
"""

import argparse
import os
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.interleaved import interleave, shown, spread
from benchmarks.record import save
from benchmarks.structures import tickets
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.training import Checkpoints, Member, Plan, Threads, choose_executor, train_stack
from lth.training.executors import Executor

BY = ("threads", "ray")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--repeats", type=int, default=5)
    words.add_argument("--chunks", type=int, default=40)
    words.add_argument("--iterations", type=int, default=100, help="of each training")
    options = words.parse_args()
    load = os.getloadavg()[0]
    experiment = load_experiment("lenet")
    settings = load_settings().model_copy(update={"device": "cpu"})
    plan = Plan(experiment.training, experiment.evaluation, 0).ends(options.iterations)
    began = time.perf_counter()
    try:
        cluster = choose_executor(settings.model_copy(update={"executor": "ray"}), experiment, plan)
    except LthError as error:
        print(f"executors: not measured: {error}")
        return
    begins = {"connect, check the nodes and send the data": time.perf_counter() - began}
    executors = {"threads": choose_executor(settings.model_copy(update={"executor": "threads"}), experiment, plan), "ray": cluster}
    slots = cluster_slots()
    executors["threads"].engine.workers = slots
    for by in BY:  # what only the first chunk of a process takes
        began = time.perf_counter()
        train(executors[by], plan, slots)
        begins[f"the first chunks, {by}"] = time.perf_counter() - began
    seconds = interleave(options.repeats, {by: lambda by=by: train(executors[by], plan, options.chunks) for by in BY})
    over = [(ray - threads) * slots / options.chunks for threads, ray in zip(seconds["threads"], seconds["ray"], strict=True)]
    save(
        "executors",
        options.repeats,
        load,
        chunks=options.chunks,
        iterations=options.iterations,
        slots=slots,
        ray=version("ray"),
        begins=begins,
        seconds={by: spread(values) for by, values in seconds.items()},
        seconds_a_chunk_beside_training=spread(over),
    )
    print(f"{shown(spread(over))} s a chunk more than with threads", flush=True)


def cluster_slots() -> int:
    from lth.training.cluster.nodes import slots

    return slots("cpu")


def train(executor: Executor | Threads, plan: Plan, chunks: int) -> float:
    """Seconds of a stage of so many networks, a chunk each: the tickets of Lenet's round 7, again and again."""
    trials = tickets(load_experiment("lenet"), 7)
    members = [Member.of(trials[number % len(trials)], executor.images) for number in range(chunks)]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        train_stack(executor, plan, members, Checkpoints(Path(folder)), title="executors", keep_parameters=True)
        return time.perf_counter() - began


def tables(record: dict) -> list[str]:
    """One Markdown table, and what is paid once."""
    rows = [f"| {by} | {shown(record['seconds'][by])} |" for by in BY]
    once = ", ".join(f"{what} {seconds:.3g} s" for what, seconds in record["begins"].items())
    return [
        f"| {record['chunks']} trainings of {record['iterations']} iterations, {record['slots']} at once | s |",
        "|---|---|",
        *rows,
        "",
        f"A chunk takes {shown(record['seconds_a_chunk_beside_training'])} s more by Ray, of one core; final parameters are sent back (Ray {record['ray']}). Once a process: {once}.",
    ]


if __name__ == "__main__":
    main()
