"""`lth plan`: what training would take, a line per experiment, and which figures are drawn from it."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence, Set

from lth.config import Experiment, Settings, experiment_names, load_experiment, named_experiments
from lth.experiments.budget import GIB, budget, readable
from lth.experiments.makespan import makespans
from lth.experiments.speeds import CORES
from lth.reports.drawing import drawn_from
from lth.results.files import has_results
from lth.tickets.controls import check_controls

WIDTH = 100
"""Columns that fit a terminal."""

GPUS = (1, 4, 16, 64)
"""For which it is said how long all would take."""

HEAD = ("experiment", "run", "networks", "TFLOP", "H200", "CPU", "GPU GiB", "CPU GiB", "disk MiB")
FORMAT = "{:<26}{:>6}{:>9}{:>11}{:>9}{:>9}{:>10}{:>10}{:>10}"


def plan(settings: Settings, cores: int, experiments: Sequence[str] = ()) -> str:
    """The table and what to know of it.

    experiments: each alone, a collection standing for all of its own; if none is named, all of the paper's, sweeps of folders added up.
    """
    groups: dict[str, list[Experiment]] = {}
    for experiment in named_experiments(experiments or ["paper"]):
        check_controls(experiment)
        short = experiment.name if experiment.collection == "paper" else experiment.folder
        groups.setdefault(short if experiments else re.sub(r"-\d[\d.e-]*$", "-*", short), []).append(experiment)
    everything = [experiment for group in groups.values() for experiment in group]
    together = {"all": everything} if len(groups) > 1 else {}
    lines = [FORMAT.format(*HEAD)] + [_line(name, group, settings, cores) for name, group in (groups | together).items()]
    drawn = drawn_from({experiment.collection for experiment in everything})
    feeds = [
        textwrap.fill(f"{name:<25} {_order(group)}; {_figures(group, drawn)}", WIDTH, subsequent_indent=" " * 26)
        for name, group in groups.items()
    ]
    parts = ["What training takes", lines, _words(everything, settings, cores), "Order, and figures drawn", feeds]
    return "\n\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts)


def _line(name: str, group: Sequence[Experiment], settings: Settings, cores: int) -> str:
    """One or more experiments, added up."""
    run = f"{sum(has_results(experiment.folder) for experiment in group)}/{len(group)}"
    return FORMAT.format(name, run, *takes(group, settings, cores)).rstrip()


def takes(group: Sequence[Experiment], settings: Settings, cores: int) -> list[str]:
    """What experiments take together, in the order of HEAD from `networks` on; memory is the most that any takes."""
    budgets = [budget(experiment, settings, cores) for experiment in group]
    refused = any(each.longest_core_seconds > 3600 * settings.cpu_hours for each in budgets)
    return [
        f"{sum(each.networks for each in budgets):,}",
        f"{sum(each.operations for each in budgets) / 1e12:,.0f}",
        readable(sum(each.gpu_seconds for each in budgets)),
        readable(sum(each.cpu_seconds for each in budgets)) + ("*" if refused else " "),
        f"{max(each.gpu_bytes for each in budgets) / GIB:.1f}",
        f"{max(each.cpu_bytes for each in budgets) / GIB:.1f}",
        f"{sum(each.disk_bytes for each in budgets) / 2**20:.1f}",
    ]


def _words(experiments: Sequence[Experiment], settings: Settings, cores: int) -> list[str]:
    """What the columns are, and how far to trust them, in lines."""
    sentences = ("run: experiments whose results are here, of how many.", *explained(experiments, settings, cores))
    return [line for sentence in sentences for line in textwrap.wrap(sentence, WIDTH, subsequent_indent="  ")]


def without_gpu(settings: Settings, cores: int) -> str:
    """Which experiments can be trained on this CPU, and have not been, in a sentence: those whose every stage `cpu_hours` allows."""
    taken = {}
    for experiment in map(load_experiment, experiment_names()):
        if not has_results(experiment.folder):
            took = budget(experiment, settings, cores)
            if took.longest_core_seconds <= 3600 * settings.cpu_hours:
                taken[experiment.folder] = took.cpu_seconds
    shortest = [f"{name} ({readable(taken[name])})" for name in sorted(taken, key=taken.get)]
    can = (
        f"On this CPU these can be trained and have not been, by `lth train NAME` (estimates, each in full): {', '.join(shortest)}. "
        if shortest
        else ""
    )
    return textwrap.fill(
        f"Here is no GPU, or params.yaml asks for none. {can}`make quick` trains again what is there at quick scale.",
        WIDTH,
        break_on_hyphens=False,
    )


def explained(experiments: Sequence[Experiment], settings: Settings, cores: int) -> list[str]:
    """What `takes` gives, how far to trust it, and what waits for what, in sentences."""
    return [
        "TFLOP: all training and evaluations, as if no weight were pruned.",
        f"H200: an estimate until one is measured, by arithmetic, ±40%: many networks side by side, in {_precisions(experiments, settings)}.",
        f"CPU: on {cores} core{'s' * (cores > 1)} at the speed of an AMD EPYC's (Zen 4), measured on short stretches{_untimed(experiments)}.",
        f"* holds a stage that would take a core more than cpu_hours in params.yaml, {settings.cpu_hours:g} hours: without a GPU it refuses.",
        "GiB: memory on the card, and of a process on the CPU, upper estimates. disk: rows, curves and tickets.",
        "An experiment's rounds go one after another, the networks of one side by side; a block of controls may run beside the rounds "
        "once those are there whose tickets it takes; experiments are independent of each other.",
        _spread(experiments, settings),
    ]


def _untimed(experiments: Sequence[Experiment]) -> str:
    """Which networks have no speed of their own."""
    names = sorted({experiment.network.name for experiment in experiments} - CORES.keys())
    return f", but for {', '.join(names)}, taken to be as slow an operation as conv2" if names else ""


def _spread(experiments: Sequence[Experiment], settings: Settings) -> str:
    """How long all would take on more GPUs than one."""
    spans = map(readable, makespans(settings, experiments, GPUS))
    shown = ", ".join(f"{span} on {count}" for count, span in zip(GPUS, spans, strict=True))
    return (
        f"Spread over several H200 by `lth train --all`, all of it: {shown}. An estimate, by the same scheduler run on GPUs that only count "
        "these times: a chunk of networks has one, and nothing is lost between two."
    )


def _precisions(experiments: Sequence[Experiment], settings: Settings) -> str:
    """What experiments are trained in, and which: `ieee`, or `ieee (lenet), tf32 (conv2, conv4)`."""
    networks: dict[str, set[str]] = {}
    for experiment in experiments:
        networks.setdefault(experiment.training.precision_under(settings), set()).add(experiment.network.name)
    if len(networks) == 1:
        return next(iter(networks))
    return ", ".join(f"{precision} ({', '.join(sorted(names))})" for precision, names in sorted(networks.items()))


def _order(group: Sequence[Experiment]) -> str:
    rounds = _range((len(experiment.rounds) for experiment in group), "round")
    blocks = _range((len(experiment.blocks) for experiment in group), "block")
    return f"{rounds}, {blocks}" + (" each" if len(group) > 1 else "")


def _range(counts: Iterable[int], what: str) -> str:
    low, high = min(counts := list(counts)), max(counts)
    return f"{low}–{high} {what}s" if low < high else f"{low or 'no'} {what}{'s' * (low != 1)}"


def _figures(group: Sequence[Experiment], drawn: Mapping[str, Set[str]]) -> str:
    figures = figures_of(group, drawn)
    return f"figure{'s' * (len(figures) > 1)} {', '.join(figures)}" if figures else "no figure"


def figures_of(group: Sequence[Experiment], drawn: Mapping[str, Set[str]]) -> list[str]:
    """The figures drawn from any of the experiments, the paper's by number. drawn: `drawn_from` of their collections."""
    folders = {experiment.folder for experiment in group}
    return [name.removeprefix("figure") for name, experiments in drawn.items() if folders & experiments]
