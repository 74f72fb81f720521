"""One network of every way to train of the paper's experiments trains its first iterations at full size, on the CPU."""

import pytest

import tiny
from lth.config import experiment_names, load_experiment

ITERATIONS = 50


def ways() -> list[str]:
    """One experiment of each way to train a network: others differ in what is pruned, which dense networks do not show."""
    found: dict[str, str] = {}
    for name in experiment_names("paper"):
        experiment = load_experiment(name)
        training = experiment.training.model_copy(update={"rewind": 0})  # which dense networks do not show either
        found.setdefault(f"{experiment.network} {experiment.data} {training}", name)
    return list(found.values())


@pytest.mark.slow  # half a minute to two each, but Lenet's, beside trainings that occupy the machine (Zen 4, torch 2.15)
@pytest.mark.parametrize("name", ways())
def test_a_network_of_the_papers_size_trains(name):
    """On noise; with batchnorm's statistics, whether it learns shows only later."""
    experiment = load_experiment(name)
    data = tiny.data_set(experiment.data.name, train=3 * experiment.training.batch_size)
    trainer = tiny.engine(experiment, data, name="auto").trainer([tiny.member(tiny.ticket(experiment, round=0, density=1.1), data)])
    before = trainer.snapshot()
    trainer.advance(0, ITERATIONS)
    for parameter, value in trainer.snapshot().items():
        assert value.isfinite().all(), parameter
        assert (value != before[parameter]).any(), f"{parameter} does not move"
    assert 0 < trainer.evaluate("test")[0][0] < 100
