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
MOMENTUM = 0.9


class Optimiser(Protocol):
    """moments: its state [R, P] by name. step() moves the parameters by their masked gradient; both are overwritten."""

    moments: dict[str, Tensor]

    def step(self, parameters: Tensor, gradient: Tensor, rate: Tensor, iteration: int) -> None: ...


@dataclass
class Adam:
    moments: dict[str, Tensor]
    scratch: Tensor

    def step(self, parameters, gradient, rate, iteration):
        mean, square = self.moments["mean"], self.moments["square"]
        mean.lerp_(gradient, 1 - BETA1)
        square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        denominator = torch.sqrt(square, out=self.scratch).div_(math.sqrt(1 - BETA2 ** (iteration + 1))).add_(EPSILON)
        update = torch.div(mean, denominator, out=self.scratch).mul_(rate / (1 - BETA1 ** (iteration + 1)))
        parameters.sub_(update)


@dataclass
class SGD:
    moments: dict[str, Tensor]

    def step(self, parameters, gradient, rate, iteration):
        parameters.sub_(gradient.mul_(rate))


@dataclass
class Momentum:
    moments: dict[str, Tensor]
    scratch: Tensor

    def step(self, parameters, gradient, rate, iteration):
        velocity = self.moments["velocity"]
        velocity.mul_(MOMENTUM).add_(gradient)
        parameters.sub_(torch.mul(velocity, rate, out=self.scratch))


def optimiser(config: OptimiserConfig, parameters: Tensor) -> Optimiser:
    """A fresh optimiser for flat parameters [R, P]."""
    if config.name == "adam":
        return Adam({"mean": torch.zeros_like(parameters), "square": torch.zeros_like(parameters)}, torch.empty_like(parameters))
    if config.name == "momentum":
        return Momentum({"velocity": torch.zeros_like(parameters)}, torch.empty_like(parameters))
    return SGD({})
