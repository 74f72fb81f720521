"""One network of every experiment of the paper trains its first iterations at full size, on the CPU."""

import pytest

import tiny
from lth.config import experiment_names, load_experiment

ITERATIONS = 50


@pytest.mark.slow  # 5 minutes of one core for all (Zen 4, torch 2.15); 20 beside trainings that occupy it
@pytest.mark.parametrize("name", experiment_names("paper"))
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
