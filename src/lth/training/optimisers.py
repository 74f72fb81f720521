"""Adam, SGD and momentum over flat parameters [R, P], in PyTorch's formulas.

A pruned weight is zero and stays exactly zero: its gradient is masked, so its moments stay zero and no step moves it.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from lth.config import OptimiserConfig

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""Adam's, in every engine."""
MOMENTUM = 0.9


class Optimiser(Protocol):
    """moments: its state [R, P] by name. decay: of weights, which the gradient is given before it is masked.

    scales(rates, start): what its steps start, start + 1, …, counted from 0, multiply by, float32 [n, R, S], from their learning rates
    [n, R, 1]; of steps before 0, which are never taken, anything. step(parameters, gradient, mask, scales): moves the parameters by their
    gradient, decayed and masked, with the scales [R, S] of one iteration; parameters and gradient are overwritten. All that a step takes is a
    tensor, so that it can be captured once and replayed.
    """

    moments: dict[str, Tensor]
    decay: float

    def scales(self, rates: Tensor, start: int) -> Tensor: ...
    def step(self, parameters: Tensor, gradient: Tensor, mask: Tensor, scales: Tensor) -> None: ...


@dataclass
class Adam:
    moments: dict[str, Tensor]
    decay: float

    def scales(self, rates, start):
        steps = [max(1, step) for step in range(start + 1, start + 1 + len(rates))]
        first = torch.tensor([1 - BETA1**step for step in steps])[:, None, None]
        second = torch.tensor([math.sqrt(1 - BETA2**step) for step in steps])[:, None, None]
        return torch.cat([rates / first, second.expand_as(rates)], 2)

    def step(self, parameters, gradient, mask, scales):
        rate, correction = scales.split(1, 1)
        mean, square = self.moments["mean"], self.moments["square"]
        _mask(parameters, gradient, mask, self.decay)
        mean.lerp_(gradient, 1 - BETA1)
        square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        denominator = torch.sqrt(square, out=gradient).div_(correction).add_(EPSILON)
        update = torch.div(mean, denominator, out=gradient).mul_(rate)
        parameters.sub_(update)


@dataclass
class SGD:
    moments: dict[str, Tensor]
    decay: float

    def scales(self, rates, start):
        return rates

    def step(self, parameters, gradient, mask, scales):
        _mask(parameters, gradient, mask, self.decay)
        parameters.sub_(gradient.mul_(scales))


@dataclass
class Momentum:
    moments: dict[str, Tensor]
    decay: float

    def scales(self, rates, start):
        return rates

    def step(self, parameters, gradient, mask, scales):
        velocity = self.moments["velocity"]
        _mask(parameters, gradient, mask, self.decay)
        velocity.mul_(MOMENTUM).add_(gradient)
        parameters.sub_(torch.mul(velocity, scales, out=gradient))


def optimiser(config: OptimiserConfig, parameters: Tensor, *, fused: bool = False) -> Optimiser:
    """A fresh optimiser for flat parameters [R, P]. fused: its step one kernel, where there is one (`lth.training.fused`)."""
    adam, momentum = Adam, Momentum
    if fused:
        from lth.training.fused import FusedAdam as adam
        from lth.training.fused import FusedMomentum as momentum
    if config.name == "adam":
        return adam({"mean": torch.zeros_like(parameters), "square": torch.zeros_like(parameters)}, config.weight_decay)
    if config.name == "momentum":
        return momentum({"velocity": torch.zeros_like(parameters)}, config.weight_decay)
    return SGD({}, config.weight_decay)


def _mask(parameters: Tensor, gradient: Tensor, mask: Tensor, decay: float) -> None:
    """Decays and masks a gradient where it is."""
    if decay:
        gradient.add_(parameters, alpha=decay)
    gradient.mul_(mask)
