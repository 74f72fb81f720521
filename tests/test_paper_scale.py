"""One network of every way to train of the paper's experiments trains its first iterations at full size, on the CPU."""

from dataclasses import replace

import pytest

import tiny
from lth.config import experiment_names, load_experiment

ITERATIONS = 50


def ways() -> list[tuple[str, float | None]]:
    """One experiment of each way to train a network, and the ends of its sweep: others differ in what is pruned, which dense networks do not show."""
    found: dict[str, tuple[str, float | None]] = {}
    for name in experiment_names("paper"):
        experiment = load_experiment(name)
        variants = experiment.training.variants
        for variant in dict.fromkeys((variants[0], variants[-1])):
            alike = {"rewind": 0, "vary": {}, "optimiser": experiment.training.optimiser_of(variant)}  # rewinding is for tickets
            found.setdefault(f"{experiment.network} {experiment.data} {experiment.training.model_copy(update=alike)}", (name, variant))
    return list(found.values())


@pytest.mark.slow  # all 62 in 14 min of one core (Emerald Rapids, torch 2.15), beside trainings in 82
@pytest.mark.parametrize(("name", "variant"), ways())
def test_a_network_of_the_papers_size_trains(name, variant):
    """On noise; with batchnorm's statistics, whether it learns shows only later."""
    experiment = load_experiment(name)
    data = tiny.data_set(experiment.data.name, train=3 * experiment.training.batch_size)
    ticket = replace(tiny.ticket(experiment, round=0, density=1.1), variant=variant)
    trainer = tiny.engine(experiment, data, name="auto").trainer([tiny.member(ticket, data)])
    before = trainer.snapshot()
    trainer.advance(0, ITERATIONS)
    for parameter, value in trainer.snapshot().items():
        assert value.isfinite().all(), parameter
        assert (value != before[parameter]).any(), f"{parameter} does not move"
    assert 0 < trainer.evaluate("test")[0][0] < 100
