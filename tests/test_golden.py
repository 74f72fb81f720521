"""Golden trajectories: training still computes what it computed when the numbers in golden.json were written.

Results carry the id of the arithmetic that made them (`src/lth/numerics/<network>.yaml`), and the training stages depend on that id and
not on source files. So whoever changes what training computes must change the id, and this test fails until they do: tiny runs through
every engine, network, optimiser and arm are compared with the values stored under the current ids. After a change that is meant, raise
the number in the numerics file and write the values anew, on a CPU:

    python tests/test_golden.py

The tolerance is 1e-4, relative. Processors differ in the order of their sums, and 24 steps of training magnify that to some 1e-6 here;
a changed formula, order of images or initial value moves losses by 1e-3 and more.
"""

import json
import math
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

import tiny
from lth.config import OptimiserConfig
from lth.config.architectures import ARCHITECTURES
from lth.pruning import prune_layerwise
from lth.tickets import Rewound, digest
from lth.tickets.controls import CONTROLS
from lth.tickets.values import ON_STRUCTURES
from lth.training import Member
from lth.training.engines.choose import numerics_id

FILE = Path(__file__).with_name("golden.json")
TOLERANCE = 1e-4
GPU_TOLERANCE = 1e-3
"""A GPU's kernels sum in other orders again."""

OPTIMISERS = {
    "adam": {"training.optimiser.learning_rate": 0.003},
    "sgd": {"training.optimiser.learning_rate": 0.1, "training.optimiser.weight_decay": 0.01},
    "momentum": {"training.optimiser.learning_rate": 0.03, "training.optimiser.warmup": 5, "training.optimiser.drops": [18]},
}
RUN = {"network.width": 0.05, "training.iterations": 24, "evaluation.every": 8, "evaluation.test_curve_until": 24}

DEEP_OPTIMISERS = {
    "adam": {"training.optimiser.learning_rate": 1e-4},
    "sgd": {"training.optimiser.learning_rate": 0.001, "training.optimiser.weight_decay": 1.0},
    "momentum": {"training.optimiser.learning_rate": 0.001, "training.optimiser.warmup": 2, "training.optimiser.drops": [3]},
}
DEEP_RUN = {
    "network.width": 0.125,
    "training.batch_size": 50,
    "training.iterations": 4,
    "evaluation.every": 1,
    "evaluation.test_curve_until": 4,
}
"""For networks with batchnorm, which divides by deviations that may be small, layer upon layer: after the steps above, losses differ by up to
24% between two instruction sets of one processor; after these, larger batches and fewer, smaller steps, by 2e-5. Of the arms, those that
are trained."""

NETWORKS = list(ARCHITECTURES)
ARMS = {name: [arm for arm in CONTROLS if arm not in ON_STRUCTURES] for name in NETWORKS}
ARMS |= {"lenet": list(CONTROLS)} | {name: ["ticket", "reinit", "sparsity"] for name in tiny.DEEP}
assert set(OPTIMISERS) == set(DEEP_OPTIMISERS) == set(get_args(OptimiserConfig.model_fields["name"].annotation)), (
    "every optimiser has its trajectories"
)


REWOUND = "ticket, rewound"
"""Beside the arms: the same ticket as late rewinding trains it."""

CASES = [(network, engine, optimiser) for network in NETWORKS for engine in tiny.engines(network) for optimiser in OPTIMISERS]


def trajectories(network: str, engine: str, optimiser: str, device: str = "cpu") -> dict[str, dict]:
    """What one run of every arm measures, and what pruning its ticket leaves."""
    run, optimisers = (DEEP_RUN, DEEP_OPTIMISERS) if network in tiny.DEEP else (RUN, OPTIMISERS)
    experiment = tiny.experiment(network, {**run, "training.optimiser.name": optimiser, **optimisers[optimiser]})
    data = tiny.data_set(experiment.data.name)
    ticket = tiny.ticket(experiment, round=2, density=0.5)
    starts = {arm: partial(CONTROLS[arm], ticket, 0) for arm in ARMS[network]}
    members = [tiny.member(ticket, data, arm=arm, start=start) for arm, start in starts.items()]
    made = tiny.engine(experiment, data, name=engine, device=device)
    members.append(rewound(made, ticket, data))
    starts[REWOUND] = members[-1].start
    with tempfile.TemporaryDirectory() as folder:
        trained = tiny.train(made, members, Path(folder))
    rates = {layer.weight: getattr(experiment.pruning, layer.group) if layer.group else 0.0 for layer in ticket.network.layers}
    measured = {}
    for position, arm in enumerate(starts):
        weights = {name: trained.parameters[name][position : position + 1] for name in ticket.mask}
        pruned = prune_layerwise(weights, {name: part[None] for name, part in starts[arm]().mask.items()}, rates)
        measured[arm] = {
            "validation loss": [loss for loss in trained.curves["validation_loss"][position].tolist() if not math.isnan(loss)],
            "final losses": [float(trained.measured[f"final_{split}_loss"][position]) for split in ("validation", "test", "train")],
            "weight norms": [float(value.double().norm()) for value in weights.values()],
            "norms of what pruning leaves": [float((weights[name] * mask).double().norm()) for name, mask in pruned.items()],
        }
    return measured


def rewound(engine, ticket, data) -> Member:
    """The ticket as late rewinding trains it, from half way along the dense run of its trial."""
    dense, half = tiny.ticket(ticket.experiment, round=0, density=1.1), ticket.experiment.training.iterations // 2
    trainer = engine.trainer([tiny.member(dense, data)])
    trainer.advance(0, half)
    origin = {name: value[0] for name, value in trainer.snapshot().items()}
    return replace(tiny.member(replace(ticket, rewound=Rewound(half, digest(origin), origin)), data), first=half)


def stored() -> dict:
    return json.loads(FILE.read_text())


def compare(case: tuple[str, str, str], device: str, tolerance: float) -> None:
    network, engine, optimiser = case
    numerics = numerics_id(network, engine)
    golden = stored().get(network, {}).get(numerics)
    assert golden, f"golden.json holds nothing for {network} under {numerics}: write it with `python tests/test_golden.py`"
    for arm, measured in trajectories(*case, device).items():
        assert arm in golden[optimiser], f"golden.json holds nothing for {arm}: write it with `python tests/test_golden.py`"
        for what, values in measured.items():
            assert values == pytest.approx(golden[optimiser][arm][what], rel=tolerance), (
                f"{arm}, {what}: training computes something else than {numerics} did. If that is meant, raise the number of {engine} in "
                f"src/lth/numerics/{network}.yaml and run `python tests/test_golden.py`; results made under the old id stay as they are"
            )


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_training_computes_what_its_numerics_id_says(case):
    compare(case, "cpu", TOLERANCE)


@pytest.mark.gpu
@pytest.mark.parametrize("case", [case for case in CASES if case[1] == "torch"], ids=" ".join)
def test_a_gpu_computes_the_same(case, cuda):
    compare(case, cuda, GPU_TOLERANCE)


def test_no_value_is_stored_that_no_case_makes():
    wanted = {(network, numerics_id(network, engine), optimiser) for network, engine, optimiser in CASES}
    assert {
        (network, numerics, optimiser) for network, ids in stored().items() for numerics, held in ids.items() for optimiser in held
    } == wanted


if __name__ == "__main__":
    written: dict = {}
    for network, engine, optimiser in CASES:
        held = written.setdefault(network, {}).setdefault(numerics_id(network, engine), {})
        held[optimiser] = trajectories(network, engine, optimiser)
    rounded = json.loads(json.dumps(written), parse_float=lambda text: float(f"{float(text):.8g}"))
    FILE.write_text(json.dumps(rounded, indent=1) + "\n")
    print(f"wrote {FILE} for {', '.join(f'{network} {list(ids)}' for network, ids in written.items())}")
