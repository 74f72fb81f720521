"""The sparse CPU engine: fully connected networks whose cost falls with their surviving weights.

A chunk is one network on one thread, so that a result depends neither on its neighbours nor on the number of threads.
"""

import functools
from collections.abc import Sequence

import numba
import numpy as np
import torch
from torch import Tensor

from lth.config import OptimiserConfig
from lth.data import DataSet, Split
from lth.machine import cores
from lth.networks import Network, Parameters
from lth.training.engines import kernels as sparse
from lth.training.optimisers import BETA1, BETA2, EPSILON, MOMENTUM
from lth.training.plan import Plan, learning_rates
from lth.training.stack import Member


class SparseEngine:
    """Trains chunks of a stack of fully connected networks with the kernels of `lth.training.engines.kernels`."""

    name = "sparse"
    library = f"numba {numba.__version__}"
    device = torch.device("cpu")
    chunk_size = 1

    def __init__(self, network: Network, data: DataSet, plan: Plan):
        self.network = network
        self.plan = plan
        self.workers = cores()
        self.images = _examples(data.train)
        limits = plan.evaluation
        self.splits = {
            "train": (self.images, first_images(data.train, limits.train_images)),
            "validation": (_examples(data.validation), first_images(data.validation, limits.validation_images)),
            "test": (_examples(data.test), first_images(data.test, limits.test_images)),
        }
        self.optimiser = kernel_optimiser(plan.training.optimiser)

    def trainer(self, members: Sequence[Member]) -> "SparseTrainer":
        """One network, ready to train from its first iteration."""
        (member,) = members
        return SparseTrainer(self, member)


class SparseTrainer:
    """One network in training; the methods are those of `lth.training.engines.torch.TorchTrainer` with R = 1."""

    def __init__(self, engine: SparseEngine, member: Member):
        self.engine = engine
        self.member = member
        self.epoch = functools.lru_cache(maxsize=1)(member.order.epoch)  # advance() is called many times in each
        start = member.start()
        layers = engine.network.layers
        self.masks = [start.mask[layer.weight].numpy() for layer in layers]
        weights, biases = (
            [start.parameters[name].numpy() for name in names] for names in zip(*((la.weight, la.bias) for la in layers), strict=True)
        )
        self.network = sparse.lay_out(self.masks, sparse.start(weights, biases))
        self.best = self.network.weight.copy()

    def advance(self, start: int, stop: int) -> None:
        batches = self.member.order.batches(start, stop, self.epoch).astype(np.int32)
        rates = learning_rates(self.member.optimiser, start, stop)
        sparse.advance(self.network, self.engine.images, batches, rates, self.engine.optimiser, start - self.member.first)

    def evaluate(self, split: str, *, best: bool = False) -> tuple[np.ndarray, np.ndarray]:
        examples, chosen = self.engine.splits[split]
        network = self.network._replace(weight=self.best) if best else self.network
        loss, correct = sparse.evaluate(network, examples, chosen)
        return np.array([loss]), np.array([correct / len(chosen)])

    def keep(self, better: np.ndarray) -> None:
        if better[0]:
            self.best[:] = self.network.weight

    def snapshot(self) -> Parameters:
        parameters = {}
        for layer, values in zip(self.engine.network.layers, sparse.dense(self.network, self.masks).weights, strict=True):
            parameters[layer.weight] = torch.from_numpy(values[:, :-1].copy())[None]
            parameters[layer.bias] = torch.from_numpy(values[:, -1].copy())[None]
        return parameters

    def state(self) -> dict[str, Tensor]:
        return {name: torch.from_numpy(array) for name, array in self._arrays().items()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        for name, array in self._arrays().items():
            array[:] = state[name].numpy()

    def _arrays(self) -> dict[str, np.ndarray]:
        network = self.network
        return {"weight": network.weight, "first_moment": network.first_moment, "second_moment": network.second_moment, "best": self.best}


def kernel_optimiser(config: OptimiserConfig) -> sparse.Optimiser:
    """As the kernels know it."""
    if config.name == "adam":
        return sparse.adam(BETA1, BETA2, EPSILON, config.weight_decay)
    return sparse.sgd(MOMENTUM if config.name == "momentum" else 0.0, config.weight_decay)


def _examples(split: Split) -> sparse.Examples:
    return sparse.sparse_examples(split.inputs.flatten(1).numpy(), split.labels.numpy())


def first_images(split: Split, images: int | None) -> np.ndarray:
    """Indices of the first so many images; None is all of them."""
    return np.arange(len(split.first(images).labels), dtype=np.int32)
