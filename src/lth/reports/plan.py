"""`lth plan`: what training would take, a line per experiment, and which figures are drawn from it."""

import re
import textwrap
from collections.abc import Iterable, Sequence

from lth.config import Experiment, Settings, experiment_names, load_experiment
from lth.experiments.budget import GIB, budget, readable
from lth.figures import FIGURES
from lth.results.files import has_results
from lth.tickets.controls import check_controls

WIDTH = 100
"""Columns that fit a terminal."""

HEAD = ("experiment", "run", "networks", "TFLOP", "H200", "CPU", "GPU GiB", "CPU GiB", "disk MiB")
FORMAT = "{:<24}{:>6}{:>9}{:>11}{:>9}{:>9}{:>10}{:>10}{:>10}"


def plan(settings: Settings, cores: int, experiments: Sequence[str] = ()) -> str:
    """The table and what to know of it. experiments: each alone; if none is named, all of the paper's, sweeps of folders added up."""
    groups: dict[str, list[Experiment]] = {}
    for experiment in map(load_experiment, experiments or experiment_names("paper")):
        check_controls(experiment)
        short = experiment.name if experiment.collection == "paper" else experiment.folder
        groups.setdefault(short if experiments else re.sub(r"-\d[\d.e-]*$", "-*", short), []).append(experiment)
    together = {"all": [experiment for group in groups.values() for experiment in group]} if len(groups) > 1 else {}
    lines = [FORMAT.format(*HEAD)] + [_line(name, group, settings, cores) for name, group in (groups | together).items()]
    feeds = [
        textwrap.fill(f"{name:<24}{_order(group)}; {_figures(group)}", WIDTH, subsequent_indent=" " * 24) for name, group in groups.items()
    ]
    parts = ["What training takes", lines, _words(settings, cores), "Order, and figures drawn", feeds]
    return "\n\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts)


def _line(name: str, group: Sequence[Experiment], settings: Settings, cores: int) -> str:
    """One or more experiments, added up; memory is the most that any takes."""
    budgets = [budget(experiment, settings, cores) for experiment in group]
    refused = any(each.longest_core_seconds > 3600 * settings.cpu_hours for each in budgets)
    return FORMAT.format(
        name,
        f"{sum(has_results(experiment.folder) for experiment in group)}/{len(group)}",
        f"{sum(each.networks for each in budgets):,}",
        f"{sum(each.operations for each in budgets) / 1e12:,.0f}",
        readable(sum(each.gpu_seconds for each in budgets)),
        readable(sum(each.cpu_seconds for each in budgets)) + ("*" if refused else " "),
        f"{max(each.gpu_bytes for each in budgets) / GIB:.1f}",
        f"{max(each.cpu_bytes for each in budgets) / GIB:.1f}",
        f"{sum(each.disk_bytes for each in budgets) / 2**20:.1f}",
    ).rstrip()


def _words(settings: Settings, cores: int) -> list[str]:
    """What the columns are, and how far to trust them."""
    sentences = (
        "run: experiments whose results are here, of how many.",
        "TFLOP: all training and evaluations, as if no weight were pruned.",
        f"H200: an estimate until one is measured, by arithmetic, ±40%: in {settings.precision}, many networks side by side.",
        f"CPU: on the {cores} core{'s' * (cores > 1)} here at the speed of an AMD EPYC's (Zen 4), measured on short stretches.",
        f"* holds a stage that would take a core more than cpu_hours in params.yaml, {settings.cpu_hours:g} hours: without a GPU it refuses.",
        "GiB: memory on the card, and of a process on the CPU, upper estimates. disk: rows, curves and tickets.",
        "An experiment's rounds go one after another, the networks of one side by side; a block of controls may run beside the rounds "
        "once those are there whose tickets it takes; experiments are independent of each other.",
    )
    return [line for sentence in sentences for line in textwrap.wrap(sentence, WIDTH, subsequent_indent="  ")]


def _order(group: Sequence[Experiment]) -> str:
    rounds = _range((len(experiment.rounds) for experiment in group), "round")
    blocks = _range((len(experiment.blocks) for experiment in group), "block")
    return f"{rounds}, {blocks}" + (" each" if len(group) > 1 else "")


def _range(counts: Iterable[int], what: str) -> str:
    low, high = min(counts := list(counts)), max(counts)
    return f"{low}–{high} {what}s" if low < high else f"{low or 'no'} {what}{'s' * (low != 1)}"


def _figures(group: Sequence[Experiment]) -> str:
    """The figures drawn from any of the experiments, the paper's by number."""
    names = {experiment.name for experiment in group}
    drawn = [name.removeprefix("figure") for name, figure in FIGURES.items() if names & set(figure.experiments)]
    return f"figure{'s' * (len(drawn) > 1)} {', '.join(drawn)}" if drawn else "no figure"
