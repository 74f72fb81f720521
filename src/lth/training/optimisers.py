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
    """moments: its state [R, P] by name.

    scales(rates, start): what its steps start, start + 1, …, counted from 0, multiply by, float32 [n, R, S], from their learning rates
    [n, R, 1]; of steps before 0, which are never taken, anything. step(parameters, gradient, scales): moves the parameters by their masked gradient, with the scales [R, S] of one iteration;
    parameters and gradient are overwritten. All that a step takes is a tensor, so that it can be captured once and replayed.
    """

    moments: dict[str, Tensor]

    def scales(self, rates: Tensor, start: int) -> Tensor: ...
    def step(self, parameters: Tensor, gradient: Tensor, scales: Tensor) -> None: ...


@dataclass
class Adam:
    moments: dict[str, Tensor]
    scratch: Tensor

    def scales(self, rates, start):
        steps = [max(1, step) for step in range(start + 1, start + 1 + len(rates))]
        first = torch.tensor([1 - BETA1**step for step in steps])[:, None, None]
        second = torch.tensor([math.sqrt(1 - BETA2**step) for step in steps])[:, None, None]
        return torch.cat([rates / first, second.expand_as(rates)], 2)

    def step(self, parameters, gradient, scales):
        rate, correction = scales.split(1, 1)
        mean, square = self.moments["mean"], self.moments["square"]
        mean.lerp_(gradient, 1 - BETA1)
        square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        denominator = torch.sqrt(square, out=self.scratch).div_(correction).add_(EPSILON)
        update = torch.div(mean, denominator, out=self.scratch).mul_(rate)
        parameters.sub_(update)


@dataclass
class SGD:
    moments: dict[str, Tensor]

    def scales(self, rates, start):
        return rates

    def step(self, parameters, gradient, scales):
        parameters.sub_(gradient.mul_(scales))


@dataclass
class Momentum:
    moments: dict[str, Tensor]
    scratch: Tensor

    def scales(self, rates, start):
        return rates

    def step(self, parameters, gradient, scales):
        velocity = self.moments["velocity"]
        velocity.mul_(MOMENTUM).add_(gradient)
        parameters.sub_(torch.mul(velocity, scales, out=self.scratch))


def optimiser(config: OptimiserConfig, parameters: Tensor) -> Optimiser:
    """A fresh optimiser for flat parameters [R, P]."""
    if config.name == "adam":
        return Adam({"mean": torch.zeros_like(parameters), "square": torch.zeros_like(parameters)}, torch.empty_like(parameters))
    if config.name == "momentum":
        return Momentum({"velocity": torch.zeros_like(parameters)}, torch.empty_like(parameters))
    return SGD({})
