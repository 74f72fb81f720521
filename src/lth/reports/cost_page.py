"""docs/cost.md: what each experiment of the paper takes, as `lth plan` has it, and the figures that it feeds."""

from collections.abc import Mapping, Sequence, Set

from lth.config import Experiment, Settings, experiment_names, load_experiment
from lth.reports.drawing import drawn_from
from lth.reports.pages import render
from lth.reports.plan import HEAD, explained, figures_of, takes

CORES = 2
"""Those that times on a CPU are for, whatever machine writes the page."""


def cost_page(settings: Settings) -> str:
    """The page, from the params of all experiments of the collection `paper` alone."""
    experiments = [load_experiment(name) for name in experiment_names("paper")]
    drawn = drawn_from(["paper"])
    networks: dict[str, list[Experiment]] = {}
    for experiment in experiments:
        networks.setdefault(experiment.network.name, []).append(experiment)
    return render(
        "cost.md.jinja",
        networks={name: [_row(experiment.name, [experiment], settings, drawn) for experiment in group] for name, group in networks.items()},
        sums=[_row(name, group, settings, drawn) for name, group in (networks | {"all": experiments}).items()],
        columns=HEAD[2:],
        explained=[sentence.replace("*", r"\*") for sentence in explained(experiments, settings, CORES)],
    )


def _row(name: str, group: Sequence[Experiment], settings: Settings, drawn: Mapping[str, Set[str]]) -> dict:
    """A line of a table: experiments added up."""
    figures = [figure.removeprefix("beyond_").replace("_", " ") for figure in figures_of(group, drawn)]
    return {"name": name, "figures": figures, "takes": [cell.strip() for cell in takes(group, settings, CORES)]}
