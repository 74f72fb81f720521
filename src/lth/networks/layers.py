"""What networks are made of: layers, their Gaussian Glorot initialisation, and operations over a stack of R networks."""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lth.networks.branches import side_by_side

Parameters = dict[str, Tensor]
"""Tensors by their torch.nn names, `fc1.weight`, `fc1.bias`, …; a stack of R networks has a leading axis R on each."""

Dropout = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Layer:
    """A convolution or dense layer.

    shape: that of its weights, (out, in) or (out, in, 3, 3). side: height and width of a convolution's output.
    chosen_deviation: standard deviation of its initial weights, if not Gaussian Glorot's.
    """

    name: str
    kind: Literal["conv", "fc", "output"]
    shape: tuple[int, ...]
    side: int = 1
    chosen_deviation: float | None = None

    @property
    def weight(self) -> str:
        """The name of its weights among the parameters."""
        return f"{self.name}.weight"

    @property
    def bias(self) -> str:
        return f"{self.name}.bias"

    @property
    def size(self) -> int:
        """How many weights it has."""
        return math.prod(self.shape)

    @property
    def outputs(self) -> int:
        """How many numbers it makes of one image."""
        return self.shape[0] * self.side**2

    @property
    def deviation(self) -> float:
        """Standard deviation of the initial weights; Gaussian Glorot's is sqrt(2 / (fan_in + fan_out)) (paper, section 2)."""
        if self.chosen_deviation is not None:
            return self.chosen_deviation
        out, fan_in, *kernel = self.shape
        return math.sqrt(2 / ((fan_in + out) * math.prod(kernel)))


@dataclass(frozen=True)
class Network:
    """An architecture.

    forward(parameters, inputs, dropout) takes parameters of R networks and inputs [R, B, C, H, W] to logits [R, B, 10].
    module() is the same network as a torch.nn.Module with freshly allocated parameters of the same names.
    """

    name: str
    layers: tuple[Layer, ...]
    dropout: float
    forward: Callable[[Parameters, Tensor, Dropout], Tensor]
    module: Callable[[], nn.Module]

    @property
    def weight_count(self) -> int:
        """All weights of convolutions and dense layers; no biases (P_m counts these)."""
        return sum(layer.size for layer in self.layers)

    def initial_parameters(self, generator: np.random.Generator) -> Parameters:
        """Gaussian weights, drawn in float64 and rounded once to float32, and zero biases, for one network."""
        parameters = {}
        for layer in self.layers:
            values = generator.standard_normal(layer.shape) * layer.deviation
            parameters[layer.weight] = torch.from_numpy(values.astype(np.float32))
            parameters[layer.bias] = torch.zeros(layer.shape[0])
        return parameters


def stacked(networks: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Tensors of R networks by name, parameters or masks, as one stack: [*shape] each -> [R, *shape]."""
    return {name: torch.stack([network[name] for network in networks]) for name in networks[0]}


def unstacked(stack: Mapping[str, Tensor]) -> list[dict[str, Tensor]]:
    """The R networks of a stack, as views of it: [R, *shape] -> [*shape] each."""
    return [dict(zip(stack, tensors, strict=True)) for tensors in zip(*stack.values(), strict=True)]


def scaled(width: int, factor: float) -> int:
    """A hidden width times the network's width factor, at least 1."""
    return max(1, round(width * factor))


def dense(parameters: Parameters, name: str, inputs: Tensor) -> Tensor:
    """R dense layers: [R, B, in] -> [R, B, out]."""
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    if len(weight) == 1:
        return F.linear(inputs.squeeze(0), weight.squeeze(0), bias.squeeze(0)).unsqueeze(0)
    return torch.baddbmm(bias[:, None], inputs, weight.transpose(1, 2))


def network_by_network(one: Callable[[Parameters, Tensor], Tensor], parameters: Parameters, inputs: Tensor) -> Tensor:
    """`one`, a function of one network's parameters and inputs, of each of R networks: [R, …] -> [R, …].

    For convolutions, of which neither the CPU nor cuDNN makes many small ones faster at once than one by one. On CUDA the networks are
    branches that may run side by side. A lone network is viewed, never copied, so that it keeps its memory format.
    """
    if len(inputs) == 1:
        return one({name: value.squeeze(0) for name, value in parameters.items()}, inputs.squeeze(0)).unsqueeze(0)
    calls = [functools.partial(one, *network) for network in zip(unstacked(parameters), inputs, strict=True)]
    return torch.stack(side_by_side(calls) if inputs.is_cuda else [call() for call in calls])
