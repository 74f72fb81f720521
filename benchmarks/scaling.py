"""The sparse engine's throughput by networks and threads, and its memory by networks."""

import argparse
import os

from benchmarks.engine import EngineStack
from benchmarks.interleaved import Remote, interleave, ratio, shown, spread
from benchmarks.record import save
from benchmarks.sides import CONVENTIONAL, CORES, LENET
from benchmarks.structures import source, tickets
from lth.config import load_experiment


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, nargs="+", default=[0, 15])
    words.add_argument("--networks", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6, 7, 8])
    words.add_argument("--threads", type=int, nargs="+", default=sorted({1, 2, CORES}))
    words.add_argument("--repeats", type=int, default=3)
    words.add_argument("--iterations", type=int, default=100)
    options = words.parse_args()
    load = os.getloadavg()[0]
    stacks = {threads: Remote(EngineStack, "lenet", "sparse", threads) for threads in options.threads}
    throughput = [
        measure(stacks, round, networks, options.repeats, options.iterations) for round in options.rounds for networks in options.networks
    ]
    memory = [stack_memory(networks, options.iterations) for networks in options.networks]
    baseline = conventional_memory(options.iterations)
    save("scaling", options.repeats, load, throughput=throughput, memory=memory, conventional_memory_mib=baseline)


def measure(stacks: dict[int, Remote], round: int, networks: int, repeats: int, iterations: int) -> dict:
    """Network-iterations a second of one stack size, thread counts in turn."""
    experiment = load_experiment("lenet")
    for stack in stacks.values():
        stack.call("prepare", round, networks)
        stack.call("train", iterations)
    seconds = interleave(
        repeats, {threads: lambda stack=stack: stack.seconds("train", 2 * iterations) for threads, stack in stacks.items()}
    )
    row = {
        "round": round,
        "percent_remaining": tickets(experiment, round)[0].percent_remaining,
        "masks": source(experiment, round),
        "networks": networks,
        "network_iterations_a_second": {
            str(threads): spread([2 * iterations * networks / value for value in taken]) for threads, taken in seconds.items()
        },
        "times_one_thread": {str(threads): ratio(seconds[min(seconds)], taken) for threads, taken in seconds.items()},
    }
    print(f"P_m {row['percent_remaining']:.1f}, {networks} networks: ", end="")
    print(", ".join(f"{threads} threads {shown(value)}x" for threads, value in row["times_one_thread"].items()), flush=True)
    return row


def stack_memory(networks: int, iterations: int) -> dict:
    """Memory of a process that trains and evaluates so many dense networks: with the data loaded, and after training."""
    stack = Remote(EngineStack, "lenet", "sparse", CORES)
    loaded = stack.memory_mib()
    stack.call("prepare", 0, networks)
    stack.call("train", iterations)
    stack.call("evaluate")
    trained = stack.memory_mib()
    stack.close()
    print(f"{networks} networks: {trained['resident']} MiB, peak {trained['peak']}, {loaded['resident']} before them", flush=True)
    return {"networks": networks, "loaded_mib": loaded, "trained_mib": trained}


def conventional_memory(iterations: int) -> dict[str, float]:
    """The same of the conventional loop's one network, after training."""
    side = LENET[CONVENTIONAL].start()
    side.prepare(0, iterations)
    memory = side.remote.memory_mib()
    side.remote.close()
    return memory


def tables(record: dict) -> list[str]:
    """Throughput and memory as Markdown tables."""
    threads = list(record["throughput"][0]["network_iterations_a_second"])
    heads = " | ".join(f"{count} thread{'s' if count != '1' else ''}" for count in threads)
    lines = [f"| thousand network-iterations a second: P_m | networks | {heads} | most threads / one |", "|---" * (len(threads) + 3) + "|"]
    for row in record["throughput"]:
        cells = [shown({k: v / 1e3 for k, v in row["network_iterations_a_second"][count].items()}) for count in threads]
        last = shown(row["times_one_thread"][threads[-1]])
        lines.append(f"| {row['percent_remaining']:.1f} | {row['networks']} | {' | '.join(cells)} | {last} |")
    memory = record["memory"]
    lines += ["", f"| networks in the stack | {' | '.join(str(row['networks']) for row in memory)} |", "|---" * (len(memory) + 1) + "|"]
    for name, part, kind in (
        ("data loaded, MiB", "loaded_mib", "resident"),
        ("after training, MiB", "trained_mib", "resident"),
        ("peak, MiB", "trained_mib", "peak"),
    ):
        lines.append(f"| {name} | {' | '.join(str(round(row[part][kind])) for row in memory)} |")
    baseline = record["conventional_memory_mib"]
    lines += [
        "",
        f"The conventional loop with its one network: {baseline['resident']:.0f} MiB after training, peak {baseline['peak']:.0f} MiB.",
    ]
    return lines


if __name__ == "__main__":
    main()
