"""Committed networks begin to learn anew to the bit, on x86-64 processors with AVX-512 and without, if they have fused multiply-add."""

import numpy as np
import pytest

import tiny
from lth import load_curves, load_data, load_ticket
from lth.config import load_experiment
from lth.training.engines.kernels.target import OWN_TUNING, TARGET


@pytest.mark.skipif(OWN_TUNING or "+fma" not in TARGET[2].split(","), reason="this processor rounds sums otherwise")
@pytest.mark.parametrize(
    ("name", "round"), [("quick/lenet", 0), ("quick/lenet", 4), ("quick/conv2", 2), ("quick/conv4", 2), ("quick/conv6", 1)]
)
def test_a_committed_network_measures_the_same_at_its_first_evaluation(name, round, request):
    experiment = load_experiment(name)
    request.getfixturevalue(f"prepared_{experiment.data.name}")
    data, first = load_data(name), experiment.evaluation.every
    trainer = tiny.engine(experiment, data, name="sparse").trainer([tiny.member(load_ticket(name, round, 0), data)])
    trainer.advance(0, first)
    loss, accuracy = trainer.evaluate("validation")
    committed = load_curves(name, "ticket", round, 0).set_index("iteration").loc[first]
    assert (np.float32(loss[0]), np.float32(accuracy[0])) == (committed["validation_loss"], committed["validation_accuracy"])
