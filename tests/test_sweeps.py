"""Lenet's sweeps are the paper's lists, and differ from lenet in what they vary alone."""

import pandas as pd
import pytest
import yaml

from lth import paths
from lth.config import experiment_names, load_experiment
from lth.figures import figure26, figure27, figure28, figure29, figure30, figure31
from lth.networks import build
from lth.plots.sweep import variants
from lth.results.tables import Tables

RATES = {
    figure26: ("adam", [2.5e-5, 5e-5, 2e-4, 8e-4, 1.2e-3, 2e-3, 3.2e-3, 6.4e-3]),
    figure27: ("sgd", [0.003125, 0.00625, 0.0125, 0.025, 0.1, 0.4, 0.8, 1.2]),
    figure28: ("momentum", [0.003125, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4]),
}
SIZES = [(25, 9), (50, 17), (100, 34), (150, 50), (200, 67), None, (400, 134), (500, 167), (700, 233), (900, 300)]
PREFIXES = ("lenet-size-", "lenet-rate-", "lenet-deviation-", "lenet-adam-", "lenet-sgd", "lenet-momentum-", "lenet-unit")
SWEPT = [
    name
    for name in experiment_names("paper")
    if name.removeprefix("paper/").startswith(PREFIXES) and not name.endswith(("-fresh", "-oneshot", "-continued"))
]
VARIED = (
    "network.hidden",
    "network.deviation",
    "training.optimiser.name",
    "training.optimiser.learning_rate",
    "training.vary.optimiser.learning_rate",
    "pruning.fc",
    "data.scaling",
)


def flat(values: dict, prefix: str = "") -> dict:
    """Nested keys as dotted ones."""
    parts = [flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value} for key, value in values.items()]
    return {key: value for part in parts for key, value in part.items()}


@pytest.mark.parametrize("figure", RATES, ids=lambda figure: figure.__name__)
def test_learning_rates(figure):
    optimiser, rates = RATES[figure]
    names = list(figure.FIGURE.experiments)
    plans = [load_experiment(name).training for name in names]
    assert {plan.optimiser.name for plan in plans} == {optimiser}
    trained = [plan.optimiser_of(variant).learning_rate for plan in plans for variant in plan.variants]
    assert sorted(trained) == rates, "each rate in one experiment"
    values = variants(Tables({name: f"paper/{name}" for name in names}), "learning_rate", *names)
    assert list(map(float, values.values())) == rates, "in order"
    for value, rate in zip(values, rates, strict=True):
        name, variant = (value, None) if isinstance(value, str) else value
        assert load_experiment(name).training.optimiser_of(variant).learning_rate == rate


def test_pruning_rates_deviations_and_sizes():
    assert [load_experiment(name).pruning.fc for name in figure29.FIGURE.experiments] == [0.1, 0.2, 0.4, 0.6, 0.8]
    assert [load_experiment(name).network.deviation for name in figure30.FIGURE.experiments] == [0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, None]
    assert [load_experiment(name).network.hidden for name in figure31.FIGURE.experiments] == SIZES


@pytest.mark.parametrize("name", SWEPT)
def test_a_sweep_differs_from_lenet_in_one_thing(name):
    main, swept = (flat(yaml.safe_load((paths.PIPELINES / folder / "params.yaml").read_text())) for folder in ("paper/lenet", name))
    differs = {key for key in main.keys() | swept.keys() if main.get(key) != swept.get(key)}
    differs -= {"name", "trials", "evaluation.test_curve_until", "pruning.output"}
    differs = {key for key in differs if not key.startswith(("rounds.", "blocks"))}
    assert differs
    assert differs <= set(VARIED)
    assert len(differs) == 1 or all(key.startswith("training.") for key in differs)
    plan = load_experiment(name)
    assert plan.pruning.output == plan.pruning.fc / 2
    left = (1 - plan.pruning.fc) ** plan.last_round
    assert 0.0015 < left < 0.0032, "as far as lenet goes"


class Made:
    """Tables of sweeps as long as params.yaml plans them, early stop and accuracy falling from round to round."""

    def __init__(self, names):
        self.names = {name: f"paper/{name}" for name in names}

    def __contains__(self, name):
        return name in self.names

    def __iter__(self):
        return iter(self.names)

    def rows(self, name):
        experiment = load_experiment(name)
        total = build(experiment.network).weight_count
        keep = 1 - experiment.pruning.fc
        return pd.DataFrame(
            {
                "arm": "ticket",
                "round": number,
                "trial": trial,
                "draw": 0,
                "percent_remaining": 100 * keep**number,
                "weights_remaining": total * keep**number,
                "es_iteration": 9000 + 300 * number + trial,
                "es_validation_accuracy": 0.98 - 0.001 * number,
                "es_test_accuracy": 0.98 - 0.001 * number,
                "variant": variant,
            }
            for variant in experiment.training.variants
            for number in range(len(experiment.rounds))
            for trial in experiment.trials.numbers
        )


@pytest.mark.parametrize("figure", [figure26, figure27, figure28, figure29, figure30])
def test_a_sweep_shows_every_point_of_every_line(figure):
    tables = Made(figure.FIGURE.experiments)
    drawn = figure.FIGURE.draw(tables)
    assert drawn.numbers["line"].nunique() == sum(len(plan.training.variants) for plan in map(load_experiment, tables))
    assert len(drawn.numbers) == 2 * sum(len(plan.rounds) * len(plan.training.variants) for plan in map(load_experiment, tables))
    for ax, (_, points) in zip(drawn.figure.axes, drawn.numbers.groupby("panel", sort=False), strict=True):
        left, right = ax.get_xlim()
        assert right < points["x"].min() < points["x"].max() < left


def test_sizes_are_shown_down_to_where_they_have_left_the_dense_accuracy():
    tables = Made(figure31.FIGURE.experiments)
    drawn = figure31.draw(tables)
    assert len(drawn.numbers) == 3 * sum(len(load_experiment(name).rounds) for name in tables), "the numbers hold every point"
    panels = drawn.numbers.groupby("panel", sort=False)
    for ax, (_, points) in zip(drawn.figure.axes, panels, strict=True):
        left, right = ax.get_xlim()
        assert points["x"].max() < left
        assert right < figure31.LEAST < min(figure31.BAND)
    gain = panels.get_group(list(figure31.PANELS)[2]).set_index("line").loc["25, 9"]
    assert gain["mean"].to_numpy() == pytest.approx([-0.1 * number for number in range(len(gain))]), "points over the dense network"
