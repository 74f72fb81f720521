"""The sparse CPU engine of Conv-2, Conv-4 and Conv-6: convolutional networks whose cost falls with their surviving weights.

On one core of an AMD EPYC a step of Conv-2, Conv-4 and Conv-6 at width 0.25 takes 6.3, 14 and 22 ms dense and 2.2, 4.8 and 5.4 ms after 14 prunings
(P_m 4.6, 6.5 and 7.5): 1.0 to 1.5 and 3.4 to 4.3 times as fast as the torch engine (numba 0.68.1, torch 2.15.0, least of n = 3 interleaved repeats,
`python -m benchmarks.convolution_step`; benchmarks/README.md).

A chunk is one network on one thread, so that a result depends neither on its neighbours nor on the number of threads.
"""

import functools
from collections.abc import Sequence

import numba
import numpy as np
import torch
from torch import Tensor

from lth.data import DataSet, Split
from lth.machine import cores
from lth.networks import Network, Parameters
from lth.training.dropout import Dropout
from lth.training.engines.kernels import convolutional
from lth.training.engines.sparse import first_images, kernel_optimiser
from lth.training.plan import Plan, learning_rates
from lth.training.stack import Member

STRETCH = 50
"""Iterations at most whose dropout is drawn at once."""


class SparseConvolutionEngine:
    """Trains chunks of a stack of convolutional networks with the kernels of `lth.training.engines.kernels.convolutional`."""

    name = "sparse"
    library = f"numba {numba.__version__}"
    device = torch.device("cpu")
    chunk_size = 1

    def __init__(self, network: Network, data: DataSet, plan: Plan):
        self.network = network
        self.plan = plan
        self.workers = cores()
        self.images = _images(data.train)
        limits = plan.evaluation
        self.splits = {
            "train": (self.images, first_images(data.train, limits.train_images)),
            "validation": (_images(data.validation), first_images(data.validation, limits.validation_images)),
            "test": (_images(data.test), first_images(data.test, limits.test_images)),
        }
        self.optimiser = kernel_optimiser(plan.training.optimiser)

    def trainer(self, members: Sequence[Member]) -> "SparseConvolutionTrainer":
        """One network, ready to train from its first iteration."""
        (member,) = members
        return SparseConvolutionTrainer(self, member)


class SparseConvolutionTrainer:
    """One network in training; the methods are those of `lth.training.engines.torch.TorchTrainer` with R = 1."""

    def __init__(self, engine: SparseConvolutionEngine, member: Member):
        self.engine = engine
        self.member = member
        self.epoch = functools.lru_cache(maxsize=1)(member.order.epoch)  # advance() is called many times in each
        start, layers = member.start(), engine.network.layers
        self.masks = [start.mask[layer.weight].numpy() for layer in layers]
        weights, biases = (
            [start.parameters[name].numpy() for name in names] for names in zip(*((la.weight, la.bias) for la in layers), strict=True)
        )
        self.network = convolutional.lay_out(self.masks, [layer.side for layer in layers if layer.kind == "conv"], weights, biases)
        self.best = self.network.weight.copy()
        self.dropout = Dropout(engine.network, member.order.batch_size, [member.dropout_seed], engine.device)
        self.dropout.skip(member.first)

    def advance(self, start: int, stop: int) -> None:
        for first in range(start, stop, STRETCH):
            last = min(stop, first + STRETCH)
            batches = self.member.order.batches(first, last, self.epoch).astype(np.int32)
            rates = learning_rates(self.member.optimiser, first, last)
            drawn, optimiser, done = self._dropout(last - first), self.engine.optimiser, first - self.member.first
            convolutional.advance(self.network, *self.engine.images, batches, rates, optimiser, done, self.dropout.keep, drawn)

    def _dropout(self, steps: int) -> np.ndarray:
        """The numbers of so many steps, as the torch engine draws them: float32 [steps, batch * hidden units]."""
        numbers = np.empty((steps, self.dropout.uniform.shape[1]), np.float32)
        for row in numbers:
            self.dropout.draw()
            row[:] = self.dropout.uniform[0].numpy()
        return numbers

    def evaluate(self, split: str, *, best: bool = False) -> tuple[np.ndarray, np.ndarray]:
        images, chosen = self.engine.splits[split]
        network = self.network._replace(weight=self.best) if best else self.network
        loss, correct = convolutional.evaluate(network, *images, chosen)
        return np.array([loss]), np.array([correct / len(chosen)])

    def keep(self, better: np.ndarray) -> None:
        if better[0]:
            self.best[:] = self.network.weight

    def snapshot(self) -> Parameters:
        parameters = {}
        weights, biases = convolutional.dense(self.network.weight, self.masks)
        for layer, weight, bias in zip(self.engine.network.layers, weights, biases, strict=True):
            parameters[layer.weight] = torch.from_numpy(weight)[None]
            parameters[layer.bias] = torch.from_numpy(bias)[None]
        return parameters

    def state(self) -> dict[str, Tensor]:
        arrays = {name: torch.from_numpy(array) for name, array in self._arrays().items()}
        return {**arrays, "dropout": self.dropout.state()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        for name, array in self._arrays().items():
            array[:] = state[name].numpy()
        self.dropout.load_state(state["dropout"])

    def _arrays(self) -> dict[str, np.ndarray]:
        network = self.network
        return {"weight": network.weight, "first_moment": network.first_moment, "second_moment": network.second_moment, "best": self.best}


def _images(split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Images float32 [N, pixels], not copied, and labels uint8 [N]."""
    return split.inputs.flatten(1).numpy(), split.labels.numpy().astype(np.uint8)
