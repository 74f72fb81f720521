"""How fast machines train: the few numbers that seconds are estimated from, measured ones and others, each with its source."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lth.config import DataConfig
from lth.experiments.operations import image_operations, images_evaluated, network_operations, step_operations
from lth.networks import Network
from lth.training import Plan


@dataclass(frozen=True)
class Card:
    """A GPU at one precision, with enough networks side by side to be busy."""

    operations: float
    """Per second."""
    activation: float
    """Seconds per number that a layer makes of a training image, forward and backward; an evaluation takes a third."""
    weight: float
    """Seconds per weight and step: mask, gradient and optimiser."""

    def seconds(self, network: Network, data: DataConfig, plan: Plan) -> float:
        """One network's share of a full stack, evaluations included."""
        steps, batch_size = plan.training.iterations, plan.training.batch_size
        images = steps * batch_size + images_evaluated(data, plan) / 3
        made = sum(layer.outputs for layer in network.layers)
        return (
            network_operations(network, data, plan) / self.operations
            + images * made * self.activation
            + steps * network.weight_count * self.weight
        )


H200 = {"ieee": Card(60e12, 4.2e-11, 1e-11), "tf32": Card(200e12, 1.5e-11, 1e-11)}
"""By precision. Nothing here is measured: rates are by arithmetic from the card's ceilings (67 and 495 TFLOP/s, 4.8 TB/s) and what is public of
convolutions of such sizes, and leave ±40%."""


@dataclass(frozen=True)
class Core:
    """One core training one network with torch."""

    overhead: float
    """Seconds per step beside its operations."""
    operations: float
    """Per second, in a step."""
    evaluated: float
    """Operations per second, in an evaluation."""

    def step(self, network: Network, batch_size: int) -> float:
        """Seconds of one training step."""
        return self.overhead + step_operations(network, batch_size) / self.operations

    def seconds(self, network: Network, data: DataConfig, plan: Plan) -> float:
        """One network, evaluations included; masked weights cost what others cost."""
        steps = plan.training.iterations * self.step(network, plan.training.batch_size)
        return steps + images_evaluated(data, plan) * image_operations(network) / self.evaluated


CORES = {
    "lenet": Core(2e-3, 70e9, 75e9),
    "conv2": Core(7e-3, 69e9, 49e9),
    "conv4": Core(7e-3, 91e9, 65e9),
    "conv6": Core(7e-3, 101e9, 62e9),
    "resnet18": Core(95e-3, 125e9, 60e9),
}
"""By network. On a core of an AMD EPYC (Zen 4), torch 2.15.0: benchmarks/README.md (tables steps and
convolution) at the paper's width. Narrower networks and evaluations of the convolutional ones were timed once, by hand: Conv-2's step at width 0.5,
0.25 and 0.125 in 66, 22 and 11 ms, those of Conv-4 and Conv-6 at 0.25 in 32 and 42 ms; evaluations to about 30%. Resnet-18's step of 128
images took 345, 170 and 110 ms of one core at width 1, 0.5 and 0.25 on a busy machine: gradients of narrow convolutions cost as much as wide ones."""


@dataclass(frozen=True)
class SparseCore:
    """One core training one convolutional network with the sparse engine: what survives costs, and so does every value that a convolution makes.

    The thinner a layer, the more each of its weights costs: a share d of them as much as d**`thinning` of them would in a dense one.
    """

    thinning: float
    operations: float
    """Per second, in a step."""
    value: float
    """Seconds per value that a convolution makes of a training image, forward and backward."""
    evaluated: float
    """Operations per second, in an evaluation."""
    evaluated_value: float
    """Seconds per value there."""

    def step(self, network: Network, batch_size: int, survivors: Sequence[float]) -> float:
        """Seconds of one training step. survivors: how many weights of each layer."""
        operations = step_operations(network, batch_size, self._counted(network, survivors))
        return operations / self.operations + batch_size * _convolved(network) * self.value

    def image(self, network: Network, survivors: Sequence[float]) -> float:
        """Seconds of one image that is evaluated."""
        operations = image_operations(network, self._counted(network, survivors))
        return operations / self.evaluated + _convolved(network) * self.evaluated_value

    def seconds(self, network: Network, data: DataConfig, plan: Plan, survivors: Sequence[float]) -> float:
        """One network, evaluations included."""
        steps = plan.training.iterations * self.step(network, plan.training.batch_size, survivors)
        return steps + images_evaluated(data, plan) * self.image(network, survivors)

    def _counted(self, network: Network, survivors: Sequence[float]) -> list[float]:
        return [layer.size * (kept / layer.size) ** self.thinning for kept, layer in zip(survivors, network.layers, strict=True)]


def _convolved(network: Network) -> int:
    """Values that convolutions make of one image."""
    return sum(layer.outputs for layer in network.layers if layer.kind == "conv")


SPARSE_CONVOLUTION = SparseCore(thinning=0.74, operations=1.76e11, value=2.9e-10, evaluated=2.46e11, evaluated_value=1.5e-10)
"""Conv-2, Conv-4 and Conv-6 in the sparse engine on a core of an AMD EPYC, numba 0.68.1: least squares of relative errors through the 24 rows of
`python -m benchmarks.convolution_step` (benchmarks/README.md; widths 1.0 and 0.25, P_m 100 to 1). Both to 17%."""

SPARSE = {1.0: (0.611, 3.0), 0.513: (0.594, 3.02), 0.211: (0.385, 2.32), 0.036: (0.0974, 0.59), 0.012: (0.059, 0.33)}
"""Lenet in the sparse engine on such a core, numba 0.68.1, by the share of weights that survive: milliseconds of a step, and of an evaluation
of 1,000 images (benchmarks/README.md, table steps)."""

SPARSE_LEAST = 0.055
"""Milliseconds of a step that grow with no weight: what makes Lenet's sizes from 25-9 to 900-300 agree with their provenance."""

SPARSE_WEIGHTS = 266_200
"""Weights of the network that SPARSE was measured on."""


def sparse_seconds(network: Network, data: DataConfig, plan: Plan, density: float) -> float:
    """One network on one core in the sparse engine. density: share of its weights that survive."""
    densities = sorted(SPARSE)
    step, evaluation = (
        float(np.interp(math.log(max(density, densities[0])), np.log(densities), [SPARSE[at][part] for at in densities])) for part in (0, 1)
    )
    size = network.weight_count / SPARSE_WEIGHTS
    step = SPARSE_LEAST + (step - SPARSE_LEAST) * size * plan.training.batch_size / 60
    return (plan.training.iterations * step + images_evaluated(data, plan) / 1e3 * evaluation * size) / 1e3


def torch_core(network: Network) -> Core:
    """The core that trains a network with torch; one that was never timed is taken to be as slow as Conv-2."""
    return CORES.get(network.name, CORES["conv2"])
