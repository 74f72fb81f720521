"""Resnet-18 and VGG-19: every step is PyTorch's on a plain module, and batchnorm's statistics go where the weights go."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn import functional as F

import tiny
from lth.config import load_experiment, load_settings
from lth.data import DataSet, Split
from lth.errors import LthError
from lth.experiments.rounds import train_round
from lth.networks import build
from lth.pruning.methods import prune
from lth.tickets import files, load_tickets, save_initial
from lth.training.augmentation import variations
from lth.training.engines.torch import TorchTrainer
from lth.training.plan import learning_rates
from test_augmentation import varied

CHANGES = {
    "network.width": 0.125,
    "training.batch_size": 16,
    "training.augment": "flip-crop",
    "training.optimiser": {"name": "momentum", "learning_rate": 0.02, "weight_decay": 0.01, "warmup": 8, "drops": [15]},
}
"""All that the paper trains them with; 150 images are 9 iterations an epoch."""


@pytest.fixture(params=tiny.DEEP)
def network(request) -> str:
    return request.param


def statistics(network: str) -> list[str]:
    return [variable.name for variable in build(tiny.experiment(network).network).variables if variable.role == "statistic"]


class DoubleTrainer(TorchTrainer):
    """In float64, so that 20 steps do not magnify rounding: batchnorm and ReLU make a difference of 1e-7 one of 1e-1 by then."""

    def _flat(self, stack):
        return super()._flat(stack).double()


def doubled(data: DataSet) -> DataSet:
    return DataSet(*(Split(split.inputs.double(), split.labels) for split in (data.train, data.validation, data.test)))


def plain_pytorch(ticket, member, data: DataSet):
    """The module after each iteration of an ordinary loop over an ordinary module, its mask put back on after every step.

    torch.optim.SGD decays all parameters that have a gradient: weights, biases and batchnorm's scales.
    """
    module = ticket.network.module().to(data.train.inputs.dtype)
    module.load_state_dict(ticket.start().parameters)
    config = ticket.experiment.training.optimiser
    optimiser = torch.optim.SGD(module.parameters(), momentum=0.9, weight_decay=config.weight_decay)
    for epoch in itertools.count():
        start = epoch * member.order.per_epoch
        rates = learning_rates(member.optimiser, start, start + member.order.per_epoch).astype(np.float32)
        for rate, positions, numbers in zip(rates.tolist(), member.order.epoch(epoch), variations(member.order, epoch), strict=True):
            optimiser.param_groups[0]["lr"] = rate
            optimiser.zero_grad()
            module.train()
            inputs = torch.stack([varied(image, number) for image, number in zip(data.train.inputs[positions], numbers, strict=True)])
            F.cross_entropy(module(inputs), data.train.labels[positions]).backward()
            optimiser.step()
            with torch.no_grad():
                for name, mask in ticket.mask.items():
                    module.get_parameter(name).mul_(mask)
            yield module.eval()


def assert_trains_as_pytorch(network: str, trainer_class, data: DataSet, iterations: int, tolerance: float) -> None:
    """tolerance: of a tensor's largest number."""
    plan = tiny.experiment(network, CHANGES)
    ticket = tiny.ticket(plan, density=0.6)
    member = tiny.member(ticket, data)
    trainer = trainer_class(tiny.engine(plan, data), [member])
    for iteration, module in zip(range(iterations), plain_pytorch(ticket, member, data), strict=False):
        trainer.advance(iteration, iteration + 1)
        wanted = module.state_dict()
        for name, value in trainer.snapshot().items():
            assert not value[0][~ticket.mask.get(name, torch.tensor(True))].any(), f"a pruned weight of {name} moved at {iteration}"
            off = (value[0] - wanted[name]).abs().max() / wanted[name].abs().max()
            assert off < tolerance, f"{name} at {iteration}"
            assert not torch.equal(value[0], ticket.start().parameters[name]), f"{name} does not move"
        loss = F.cross_entropy(module(data.test.inputs), data.test.labels).item()
        assert trainer.evaluate("test")[0][0] == pytest.approx(loss, rel=tolerance), f"at {iteration}; statistics count here"


def test_a_step_is_pytorchs(network):
    """Observed: 6e-8."""
    assert_trains_as_pytorch(network, TorchTrainer, tiny.data_set("cifar10"), 1, 1e-6)


def test_twenty_steps_are_pytorchs(network):
    """Momentum, decay, warmup, a drop, augmentation, statistics in training and in evaluation."""
    assert_trains_as_pytorch(network, DoubleTrainer, doubled(tiny.data_set("cifar10")), 20, 1e-6)


def test_decay_and_momentum_leave_the_statistics_alone(network, tmp_path):
    """They move as the batches say, whatever the decay; nothing of the optimiser is kept for them."""
    data = tiny.data_set("cifar10")
    moved = []
    for decay in (0.0, 0.5):
        plan = tiny.experiment(
            network, {**CHANGES, "training.optimiser": {"name": "momentum", "learning_rate": 1e-30, "weight_decay": decay}}
        )
        trainer = tiny.engine(plan, data).trainer([tiny.member(tiny.ticket(plan), data)])
        trainer.advance(0, 3)
        moved.append(trainer.snapshot())
        velocity = trainer._views(trainer.optimiser.moments["velocity"])
        assert not any(velocity[name].any() for name in statistics(network))
        assert all(velocity[name].any() for name in trainer.leaves)
    start = tiny.ticket(plan).start().parameters
    for name in statistics(network):
        assert torch.equal(moved[0][name], moved[1][name])
        assert not torch.equal(moved[0][name][0], start[name])


def test_the_early_stop_keeps_its_statistics(network):
    plan, data = tiny.experiment(network, CHANGES), tiny.data_set("cifar10")
    trainer = tiny.engine(plan, data).trainer([tiny.member(tiny.ticket(plan), data)])
    trainer.advance(0, 3)
    there = trainer.evaluate("test")
    trainer.keep(np.array([True]))
    trainer.advance(3, 6)
    trainer.keep(np.array([False]))
    assert trainer.evaluate("test") != there
    assert trainer.evaluate("test", best=True) == there


@pytest.fixture
def project(root, network):
    """An initialised project of one tiny network, not trained yet."""
    plan = tiny.experiment(network, {**CHANGES, "network.width": 0.1, "training.batch_size": 8, "training.iterations": 16})
    changes = plan.model_dump(mode="json", exclude={"collection", "name", "rounds", "blocks", "trials"})
    tiny.write_project(root, {**changes, "evaluation.every": 8, "evaluation.test_at": [5, 16], "evaluation.test_curve_until": 0})
    save_initial(load_experiment("tiny"), seed=0)
    return root


def test_a_round_rewinds_weights_and_statistics(project, network):
    """And prunes 3x3 convolutions alone, all ranked together; test accuracy is measured where it is asked for."""
    before = [ticket.start().parameters for ticket in load_tickets(load_experiment("tiny"), 0)]
    train_round(load_settings(), load_experiment("tiny"), "r00")
    data = tiny.data_set("cifar10")
    for dense, ticket in zip(before, load_tickets(plan := load_experiment("tiny"), 1), strict=True):
        start, trainer = ticket.start().parameters, tiny.engine(plan, data).trainer([tiny.member(ticket, data)])
        for name, value in trainer.snapshot().items():
            assert torch.equal(start[name], dense[name] * ticket.mask.get(name, torch.tensor(1.0)))
            assert torch.equal(value[0], start[name]), "the trainer starts from the stored values"
        trainer.advance(0, 2)
        assert all(torch.equal(value, start[name]) for name, value in ticket.start().parameters.items()), "copied, never aliased"
        pruned = sum(layer.size for layer in ticket.network.layers if layer.group)
        assert ticket.weights_remaining == ticket.network.weight_count - round(0.2 * pruned)
        assert all(ticket.mask[layer.weight].all() for layer in ticket.network.layers if not layer.group)
    curves = pd.read_parquet(project / "results" / "quick" / "tiny" / "runs" / "r00.curves.parquet")
    assert sorted(set(curves["iteration"])) == [0, 5, 8, 16]
    assert set(curves["iteration"][curves["test_accuracy"].notna()]) == {5, 16}


def test_statistics_count_for_the_initial_hash(project, network, monkeypatch):
    def altered(*arguments, drawn=files.initial_parameters):
        parameters = drawn(*arguments)
        parameters[statistics(network)[0]][0] += 1e-3
        return parameters

    load_tickets(load_experiment("tiny"), 0)
    monkeypatch.setattr(files, "initial_parameters", altered)
    with pytest.raises(LthError, match="the initial weights drawn for trial 0 are not the recorded ones"):
        load_tickets(load_experiment("tiny"), 0)


def test_a_stopped_run_goes_on_to_the_same_bits(network, tmp_path, monkeypatch):
    """From a checkpoint within an epoch: statistics, moments and how images are varied are what they would have been."""
    tiny.save_checkpoints_always(monkeypatch.setattr)
    plan = tiny.experiment(network, {**CHANGES, "training.iterations": 15, "evaluation.every": 5})
    data = tiny.data_set("cifar10")

    def train(folder):
        return tiny.train(tiny.engine(plan, data), [tiny.member(tiny.ticket(plan), data)], tmp_path / folder)

    def interrupted(self, start, stop, advance=TorchTrainer.advance):
        if start == 10:
            raise KeyboardInterrupt
        advance(self, start, stop)

    with monkeypatch.context() as patched:
        patched.setattr(TorchTrainer, "advance", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train("stopped")
    resumed, whole = train("stopped"), train("whole")
    assert all(torch.equal(resumed.parameters[name], value) for name, value in whole.parameters.items())
    assert all(np.array_equal(resumed.measured[name], value) for name, value in whole.measured.items())
    assert all(np.array_equal(resumed.curves[name], value, equal_nan=True) for name, value in whole.curves.items())


@pytest.mark.parametrize("method", ["global", "layerwise"])
def test_shortcuts_and_output_are_never_pruned(network, method):
    plan = tiny.experiment(network, {"network.width": 0.25, "pruning.method": method})
    tickets = [tiny.ticket(plan, trial=trial, density=1.1) for trial in (0, 1)]
    layers = tickets[0].network.layers
    parameters = {name: torch.stack([t.initial_parameters()[name] for t in tickets]) for name in tickets[0].mask}
    mask = {name: torch.stack([t.mask[name] for t in tickets]) for name in tickets[0].mask}
    for _ in range(3):
        mask = prune(plan, layers, parameters, mask)
    kept = {layer.name: mask[layer.weight].float().mean().item() for layer in layers}
    whole = [layer.name for layer in layers if layer.group is None]
    assert whole == {"resnet18": ["blocks.3.shortcut", "blocks.6.shortcut", "output"], "vgg19": ["output"]}[network]
    assert all(kept[name] == 1 for name in whole)
    shares = {round(share, 2) for name, share in kept.items() if name not in whole}
    assert (shares == {0.51}) == (method == "layerwise"), "ranked together, layers of small weights lose more"
    assert all(name in whole or share < 1 for name, share in kept.items())
