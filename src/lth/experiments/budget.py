"""What training an experiment takes, from its params and the speeds of `lth.experiments.speeds` alone: nothing is read, built on disk or trained."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lth.config import Experiment, Settings
from lth.experiments.operations import network_operations
from lth.experiments.speeds import H200, SPARSE_CONVOLUTION, sparse_seconds, torch_core
from lth.networks import Network, build
from lth.results.expected import expected_networks
from lth.training import Plan
from lth.training.engines.choose import can_be_sparse
from lth.training.engines.memory import BESIDE, bytes_a_network, chunk_size
from lth.training.executors import threads_for

GIB = 2**30
CPU_BYTES = 1.2 * GIB
"""The libraries and a data set in memory: Lenet's stages peak at 1.1 to 1.5 GiB by their provenance (numba 0.68.1, torch 2.15.0)."""
ROW_BYTES, POINT_BYTES, STAGE_BYTES, MASK_BYTES = 300, 8, 6_000, 220
"""On disk: a network's row of results, a point of its curve, what a stage's files have beside both (1 KB of it provenance), and what a layer's
mask has beside its bits."""


@dataclass(frozen=True)
class Alike:
    """Networks of one stage that are trained alike."""

    count: int
    round: int
    """By whose mask they are pruned."""
    plan: Plan


@dataclass(frozen=True)
class Budget:
    """Estimates for some stages, all of one experiment or one alone."""

    networks: int
    operations: float
    """Floating-point operations if nothing were pruned, evaluations included."""
    gpu_seconds: float
    """On an H200, its stacks full."""
    core_seconds: float
    """On one core of a CPU."""
    longest_core_seconds: float
    """The same of the longest stage."""
    cpu_seconds: float
    """On all the cores that were asked for, one stage after another, its networks side by side."""
    gpu_bytes: float
    cpu_bytes: float
    """Memory on the card, and of a process on the CPU."""
    disk_bytes: float
    """Rows, curves, tickets and provenance."""


def budget(experiment: Experiment, settings: Settings, cores: int) -> Budget:
    """What all stages of an experiment take."""
    stages = [stage_budget(experiment, settings, cores, networks) for networks in stage_networks(experiment).values()]
    added = {name: sum(getattr(stage, name) for stage in stages) for name in ("networks", "operations", "gpu_seconds", "core_seconds")}
    return Budget(
        **added,
        longest_core_seconds=max(stage.core_seconds for stage in stages),
        cpu_seconds=sum(stage.cpu_seconds for stage in stages),
        gpu_bytes=max(stage.gpu_bytes for stage in stages),
        cpu_bytes=max(stage.cpu_bytes for stage in stages),
        disk_bytes=sum(stage.disk_bytes for stage in stages) + ticket_bytes(experiment),
    )


def stage_budget(experiment: Experiment, settings: Settings, cores: int, networks: Sequence[Alike]) -> Budget:
    """What one stage takes that trains these networks; disk without tickets."""
    network, data = build(experiment.network), experiment.data
    count = sum(alike.count for alike in networks)
    core_seconds, cpu_seconds = 0.0, 0.0
    for _, stack in itertools.groupby(networks, key=lambda alike: alike.plan):  # one stack after another
        seconds = [_core_seconds(experiment, settings, network, alike) for alike in stack for _ in range(alike.count)]
        core_seconds += sum(seconds)
        cpu_seconds += sum(seconds) / min(len(seconds), cores)
    each = max(bytes_a_network(network, alike.plan, data.images["train"]) for alike in networks)
    chunk = min(count, chunk_size(network, networks[0].plan, data.images["train"], "cuda", settings.chunk_gib))
    points = sum(alike.count * len(alike.plan.evaluation_points) for alike in networks)
    return Budget(
        networks=count,
        operations=sum(alike.count * network_operations(network, data, alike.plan) for alike in networks),
        gpu_seconds=sum(alike.count * _gpu_seconds(experiment, settings, network, alike) for alike in networks),
        core_seconds=core_seconds,
        longest_core_seconds=core_seconds,
        cpu_seconds=cpu_seconds,
        gpu_bytes=BESIDE + chunk * each,
        cpu_bytes=CPU_BYTES + min(count, threads_for(count, cores)) * each,
        disk_bytes=STAGE_BYTES + count * ROW_BYTES + points * POINT_BYTES,
    )


def chunk_seconds(experiment: Experiment, settings: Settings) -> dict[str, list[list[float]]]:
    """Seconds of each chunk on an H200, by stage and by stack: a stage's stacks go one after another, the chunks of one side by side."""
    network, images = build(experiment.network), experiment.data.images["train"]
    stages: dict[str, list[list[float]]] = {}
    for name, networks in stage_networks(experiment).items():
        stages[name] = []
        for plan, stack in itertools.groupby(networks, key=lambda alike: alike.plan):
            seconds = [each for alike in stack for each in [_gpu_seconds(experiment, settings, network, alike)] * alike.count]
            size = chunk_size(network, plan, images, "cuda", settings.chunk_gib)
            stages[name].append([sum(seconds[at : at + size]) for at in range(0, len(seconds), size)])
    return stages


def stage_networks(experiment: Experiment) -> dict[str, list[Alike]]:
    """What each stage of an experiment trains, by the stage's name; of masks made by training on, also what finds them, and of late rewinding
    the dense networks up to where tickets return to."""
    stages, training = {}, experiment.training
    whole = Plan(training, experiment.evaluation, test_curve_until=0)
    for name, networks in expected_networks(experiment).items():
        until = (experiment.blocks.get(name) or experiment.evaluation).test_curve_until
        (arm, *_), *_ = networks
        rounds = [round for _, round, *_ in networks]
        first = experiment.first_iteration(arm, max(rounds))
        plan = Plan(training.model_copy(update={"iterations": training.iterations - first}), experiment.evaluation, until)
        trains = (lambda round: 0) if arm.endswith("-dense") else (lambda round: round)  # a dense control prunes nothing
        stages[name] = [Alike(rounds.count(round), trains(round), plan) for round in sorted(set(rounds))]
        if training.rewind and (first or name == "r00"):
            stages[name].append(Alike(stages["r00"][0].count, 0, whole.ends(training.rewind)))
    if experiment.pruning.method == "continued":
        plan = whole.ends(training.iterations)
        stages["r00"] += [Alike(stages["r00"][0].count, level, plan) for level in range(1, experiment.pruning.levels)]
    return stages


def survivors(experiment: Experiment, network: Network, round: int) -> list[float]:
    """About how many weights of each layer a round trains; of convolutions that are ranked together, all lose the same share here."""
    return [layer.size * _left(experiment, layer.kind, round) for layer in network.layers]


def ticket_bytes(experiment: Experiment) -> float:
    """About what the tickets of all rounds and levels take on disk: the information in which survivors each pruning takes."""
    layers = build(experiment.network).layers
    lineages = experiment.trials.count * len(experiment.training.variants)
    bits = sum(layer.size * left * _entropy(next_left / left) for layer in layers for left, next_left in _prunings(experiment, layer.kind))
    return lineages * (bits / 8 + MASK_BYTES * len(layers) * len(experiment.rounds))


def readable(seconds: float) -> str:
    """A time in the unit that suits it: `46 s`, `20 min`, `2.6 h`, `12 d`."""
    for unit, length, enough in (("s", 1, 90), ("min", 60, 90), ("h", 3600, 48)):
        if seconds < enough * length:
            return f"{seconds / length:.{int(unit == 'h')}f} {unit}"
    return f"{seconds / 86400:,.0f} d"


def _gpu_seconds(experiment: Experiment, settings: Settings, network: Network, alike: Alike) -> float:
    """One network's part of an H200's time, in a full stack."""
    return H200[experiment.training.precision_under(settings)].seconds(network, experiment.data, alike.plan)


def _core_seconds(experiment: Experiment, settings: Settings, network: Network, alike: Alike) -> float:
    """One network on one core, in the engine that trains it there."""
    data, plan = experiment.data, alike.plan
    if settings.engine == "torch" or plan.training.augment or not can_be_sparse(network):
        return torch_core(network).seconds(network, data, plan)
    kept = survivors(experiment, network, alike.round)
    if network.name == "lenet":
        return sparse_seconds(network, data, plan, sum(kept) / network.weight_count)
    return SPARSE_CONVOLUTION.seconds(network, data, plan, kept)


def _left(experiment: Experiment, kind: str, round: int) -> float:
    """The share of a layer's weights that is left in a round, or level of pruning at once."""
    pruning = experiment.pruning
    if round == 0:
        return 1.0
    if pruning.shares_of_dense:
        return 1 - pruning.share(kind, round)
    return (1 - getattr(pruning, kind, 0.0)) ** round  # layers of no rate are never pruned


def _prunings(experiment: Experiment, kind: str) -> Iterator[tuple[float, float]]:
    """The shares left before and after each pruning."""
    for round in range(experiment.pruning.levels or len(experiment.rounds)):
        yield _left(experiment, kind, round), _left(experiment, kind, round + 1)


def _entropy(share: float) -> float:
    """Bits of a choice that falls one way so often."""
    return -sum(part * math.log2(part) for part in (share, 1 - share) if part > 0)
