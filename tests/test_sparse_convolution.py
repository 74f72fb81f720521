"""The kernels of convolutions against plain PyTorch on random networks, and the engine's promises: exact splits, threads and restarts."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

import tiny
from lth.training.engines.kernels import adam, convolutional, sgd

IMAGES = 100
OPTIMISERS = {
    "adam-decay": (adam(weight_decay=1e-2), 1e-3, lambda p: torch.optim.Adam(p, 1e-3, weight_decay=1e-2)),
    "sgd": (sgd(), 0.05, lambda p: torch.optim.SGD(p, 0.05)),
    "momentum-decay": (sgd(0.9, 1e-2), 0.02, lambda p: torch.optim.SGD(p, 0.02, 0.9, weight_decay=1e-2)),
}


@dataclass
class Case:
    """A random network on noise. blocks: channels of each convolution, block by block, each pooled at its end."""

    blocks: tuple[tuple[int, ...], ...]
    hidden: tuple[int, ...] = (12, 7)
    density: float = 0.4
    narrowest: int = 8
    seed: int = 0

    def __post_init__(self):
        rng = np.random.default_rng(self.seed)
        channels = [channel for block in self.blocks for channel in block]
        self.side = self.narrowest * 2 ** (len(self.blocks) - 1)
        self.sides = [self.side // 2**depth for depth, block in enumerate(self.blocks) for _ in block]
        widths = [channels[-1] * (self.narrowest // 2) ** 2, *self.hidden, 10]
        shapes = [(out, into, 3, 3) for out, into in zip(channels, [3, *channels], strict=False)]
        shapes += [(out, into) for into, out in pairwise(widths)]
        self.masks = [rng.random(shape) < self.density for shape in shapes]
        scales = [np.sqrt(2 / (np.prod(shape[1:]) * max(self.density, 0.01))) for shape in shapes]
        values = [rng.normal(0, scale, mask.shape) * mask for scale, mask in zip(scales, self.masks, strict=True)]
        self.weights = [value.astype(np.float32) for value in values]
        self.biases = [rng.normal(0, 0.1, len(mask)).astype(np.float32) for mask in self.masks]
        self.images = rng.normal(size=(IMAGES, 3 * self.side**2)).astype(np.float32)
        self.labels = rng.integers(0, 10, IMAGES).astype(np.uint8)

    def network(self) -> convolutional.Network:
        return convolutional.lay_out(self.masks, self.sides, self.weights, self.biases)

    def batches(self, steps: int, size: int) -> np.ndarray:
        return np.random.default_rng(1).integers(0, IMAGES, (steps, size)).astype(np.int32)

    def torch_parameters(self) -> list[torch.Tensor]:
        """Weights and biases in turn, float64."""
        pairs = zip(self.weights, self.biases, strict=True)
        return [torch.tensor(value, dtype=torch.float64, requires_grad=True) for pair in pairs for value in pair]

    def torch_logits(self, parameters: list[torch.Tensor], chosen: np.ndarray, drop=lambda hidden: hidden) -> torch.Tensor:
        x, layers = torch.tensor(self.images[chosen]).double().view(-1, 3, self.side, self.side), iter(parameters)
        for block in self.blocks:
            for _ in block:
                x = torch.relu(F.conv2d(x, next(layers), next(layers), padding=1))
            x = F.max_pool2d(x, 2)
        x = x.flatten(1)
        for _ in self.hidden:
            x = drop(torch.relu(F.linear(x, next(layers), next(layers))))
        return F.linear(x, next(layers), next(layers))

    def torch_trained(
        self, batches: np.ndarray, optimiser, drop=lambda step: lambda hidden: hidden
    ) -> tuple[list[np.ndarray], list[float]]:
        """Plain PyTorch: weights and biases in turn, and losses."""
        parameters = self.torch_parameters()
        steps, losses = optimiser(parameters), []
        for step, batch in enumerate(batches):
            loss = F.cross_entropy(self.torch_logits(parameters, batch, drop(step)), torch.tensor(self.labels[batch]).long())
            steps.zero_grad()
            loss.backward()
            for weight, mask in zip(parameters[::2], self.masks, strict=True):
                weight.grad *= torch.tensor(mask)
            steps.step()
            losses.append(loss.item())
        return [parameter.detach().numpy() for parameter in parameters], losses


def trained(case: Case, batches: np.ndarray, name: str, **dropout) -> tuple[list[np.ndarray], np.ndarray]:
    network, (optimiser, rate, _) = case.network(), OPTIMISERS[name]
    rates = np.full(len(batches), rate)
    losses = convolutional.advance(network, case.images, case.labels, batches, rates, optimiser, 0, **dropout)
    weights, biases = convolutional.dense(network.weight, case.masks)
    for weight, mask in zip(weights, case.masks, strict=True):
        assert not weight[~mask].any()
    return [value for pair in zip(weights, biases, strict=True) for value in pair], losses


channels = st.integers(1, 40)
cases = st.builds(
    Case,
    blocks=st.lists(st.lists(channels, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple),
    hidden=st.lists(st.integers(1, 70), max_size=2).map(tuple),
    density=st.sampled_from([1.0, 0.5, 0.1, 0.03, 0.004]),
    seed=st.integers(0, 99),
)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(case=cases, size=st.sampled_from([1, 8, 16, 17, 60, 64, 65, 90]), name=st.sampled_from(["sgd", "momentum-decay"]))
def test_any_network_mask_and_batch_follow_pytorch(case, size, name):
    """Not Adam, which makes a whole step of a gradient of rounding's size; it has a test of its own."""
    batches = case.batches(3, size)
    got, losses = trained(case, batches, name)
    wanted, wanted_losses = case.torch_trained(batches, OPTIMISERS[name][2])
    np.testing.assert_allclose(losses, wanted_losses, rtol=1e-5)
    for ours, true in zip(got, wanted, strict=True):
        np.testing.assert_allclose(ours, true, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("density", "narrowest"), [(1.0, 8), (0.3, 16), (0.02, 8)])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_follows_pytorch(name, density, narrowest):
    case = Case(blocks=((9, 11), (10, 9)), hidden=(20, 15), density=density, narrowest=narrowest)
    batches = case.batches(6, 60)
    got, losses = trained(case, batches, name)
    wanted, wanted_losses = case.torch_trained(batches, OPTIMISERS[name][2])
    np.testing.assert_allclose(losses, wanted_losses, rtol=1e-5)
    for ours, true in zip(got, wanted, strict=True):
        # Adam divides by the size of a gradient, so that one of rounding's size may still move a weight by some of a step.
        off = np.abs(ours - true) / OPTIMISERS[name][1]
        assert off.max() < 0.2
        assert np.quantile(off, 0.99) < 0.05


def test_dropout_drops_what_was_drawn():
    case, batches = Case(blocks=((5, 6),), hidden=(20, 15)), np.random.default_rng(0).integers(0, IMAGES, (4, 70)).astype(np.int32)
    numbers = np.random.default_rng(2).random((4, 70 * 35)).astype(np.float32)

    def drop(step):
        parts = iter(torch.tensor(numbers[step]).split([70 * 20, 70 * 15]))
        return lambda hidden: hidden * (next(parts).view_as(hidden) < 0.75) / 0.75

    got, losses = trained(case, batches, "momentum-decay", keep=0.75, numbers=numbers)
    wanted, wanted_losses = case.torch_trained(batches, OPTIMISERS["momentum-decay"][2], drop)
    np.testing.assert_allclose(losses, wanted_losses, rtol=1e-5)
    for ours, true in zip(got, wanted, strict=True):
        np.testing.assert_allclose(ours, true, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("count", [1, 16, 63, 64, 100])
@pytest.mark.parametrize("density", [1.0, 0.2, 0.0])
def test_evaluation_is_pytorchs(density, count):
    case = Case(blocks=((9,), (6, 5)), density=density)
    chosen = np.arange(count, dtype=np.int32)
    loss, correct = convolutional.evaluate(case.network(), case.images, case.labels, chosen)
    logits, labels = case.torch_logits(case.torch_parameters(), chosen), torch.tensor(case.labels[chosen]).long()
    assert loss == pytest.approx(F.cross_entropy(logits, labels).item(), rel=1e-6)
    assert correct == (logits.argmax(1) == labels).sum().item()


@pytest.mark.parametrize("density", [1.0, 0.3, 0.02])
def test_weights_survive_the_layout(density):
    case = Case(blocks=((20,), (33, 7)), density=density)
    network = case.network()
    weights, biases = convolutional.dense(network.weight, case.masks)
    assert all(np.array_equal(one, two) for one, two in zip(weights + biases, case.weights + case.biases, strict=True))
    assert len(network.weight) == sum(mask.sum() + len(mask) for mask in case.masks)


@pytest.mark.parametrize("rate", [1e20, np.inf])
def test_divergence_shows_in_the_loss(rate):
    case = Case(blocks=((6, 8),))
    losses = convolutional.advance(case.network(), case.images, case.labels, case.batches(10, 60), np.full(10, rate), sgd(), 0)
    assert np.isfinite(losses[0])
    assert not np.isfinite(losses[-1])


@pytest.mark.parametrize("name", ["adam-decay", "momentum-decay"])
def test_split_calls_and_threads_change_no_bit(name):
    case, (optimiser, rate, _) = Case(blocks=((10, 12), (14,))), OPTIMISERS[name]
    batches = case.batches(20, 60)

    def pieces(length: int) -> tuple[bytes, bytes]:
        network = case.network()
        losses = [
            convolutional.advance(
                network, case.images, case.labels, batches[at : at + length], np.full(20, rate)[at : at + length], optimiser, at
            )
            for at in range(0, 20, length)
        ]
        return network.weight.tobytes(), np.concatenate(losses).tobytes()

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(pieces, [20, 7, 1, 20]))) == 1


TRAINS = """
import sys
from test_sparse_convolution import Case, adam, convolutional
import hashlib, numpy as np

for density in (1.0, 0.1):
    case = Case(blocks=((10, 12), (14,)), density=density)
    network, chosen = case.network(), np.arange(100, dtype=np.int32)
    if "evaluate" in sys.argv:
        convolutional.evaluate(network, case.images, case.labels, chosen)
    convolutional.advance(network, case.images, case.labels, case.batches(10, 60), np.full(10, 1e-3), adam(), 0)
    loss, _ = convolutional.evaluate(network, case.images, case.labels, chosen)
    print(hashlib.sha256(network.weight.tobytes()).hexdigest(), loss)
"""


def test_compiled_code_gives_the_same_bits_fresh_or_cached_in_any_order(tmp_path):
    def run(*words: str) -> str:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        command, here = [sys.executable, "-c", TRAINS, *words], Path(__file__).parent
        return subprocess.run(command, env=environment, cwd=here, capture_output=True, text=True, check=True).stdout

    compiled = run("evaluate")
    assert run("evaluate") == compiled
    assert run() == compiled


CHANGES = {"network.dropout": 0.5, "training.optimiser.weight_decay": 0.01, "training.optimiser.warmup": 5}
"""All that a step can do; 150 images in batches of 8 are 18 iterations an epoch."""


def trainer(network: str, changes: dict, *, engine: str = "sparse", density: float = 0.5):
    experiment = tiny.experiment(network, changes)
    data = tiny.data_set("cifar10")
    return tiny.engine(experiment, data, name=engine).trainer([tiny.member(tiny.ticket(experiment, density=density), data)])


def everything(trainer) -> dict[str, torch.Tensor]:
    scores = {split: torch.from_numpy(np.stack(trainer.evaluate(split))) for split in ("train", "validation", "test")}
    return {**{name: value.clone() for name, value in trainer.state().items()}, **scores}


@pytest.mark.parametrize("network", ["conv2", "conv6"])
def test_training_is_the_same_in_whatever_pieces_and_after_a_restart(network):
    whole, pieces, other = (trainer(network, CHANGES) for _ in range(3))
    whole.advance(0, 60)
    other.advance(0, 3)
    for start, stop in ((0, 1), (1, 18), (18, 20)):
        pieces.advance(start, stop)
        pieces.keep(np.ones(1, bool))
    saved = {name: value.clone() for name, value in pieces.state().items()}
    for resumed in (trainer(network, CHANGES), other, pieces):
        resumed.load_state(saved)
        resumed.advance(20, 60)
        assert torch.equal(resumed.state()["best"], saved["best"])
        resumed.keep(np.ones(1, bool))
        whole.keep(np.ones(1, bool))
        wanted = everything(whole)
        assert all(torch.equal(value, wanted[name]) for name, value in everything(resumed).items())


@pytest.mark.parametrize("density", [1.0, 0.1])
@pytest.mark.parametrize(("network", "dropout"), [("conv2", 0.5), ("conv4", 0.0), ("conv6", 0.3)])
def test_many_steps_end_where_the_torch_engines_do(network, dropout, density):
    """Losses to 1e-4 and every tensor to 3% of what 12 steps moved it by; dropout draws the same numbers.

    Of the millions of units some are so near to zero that rounding, another on every kind of processor, turns them on or off. Gradients
    of biases are sums that nearly cancel: of 32 such networks half were off by 0.005% or less after ten steps, one by 0.8%, and learning
    magnifies that. A step left out is worth 10%.
    """
    changes = {
        "network.width": 0.1,
        "network.dropout": dropout,
        "training.batch_size": 60,
        "training.iterations": 12,
        "training.optimiser.name": "momentum",
        "training.optimiser.learning_rate": 0.0005,
    }
    ours, theirs = (trainer(network, changes, engine=engine, density=density) for engine in ("sparse", "torch"))
    start = {name: value.clone() for name, value in theirs.snapshot().items()}
    for begin, stop in ((0, 5), (5, 12)):
        for one in (ours, theirs):
            one.advance(begin, stop)
        np.testing.assert_allclose(ours.evaluate("test")[0], theirs.evaluate("test")[0], rtol=1e-4)
    wanted = theirs.snapshot()
    for name, value in ours.snapshot().items():
        assert (value - wanted[name]).norm() <= 0.03 * (wanted[name] - start[name]).norm(), name
