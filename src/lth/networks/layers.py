"""What networks are made of: layers, their Gaussian Glorot initialisation, and operations over a stack of R networks."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

Parameters = dict[str, Tensor]
"""Tensors by their torch.nn names, `fc1.weight`, `fc1.bias`, …; a stack of R networks has a leading axis R on each."""

Dropout = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Layer:
    """A convolution or dense layer. shape: that of its weights, (out, in) or (out, in, 3, 3)."""

    name: str
    kind: Literal["conv", "fc", "output"]
    shape: tuple[int, ...]

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
    def deviation(self) -> float:
        """Standard deviation of Gaussian Glorot initialisation, sqrt(2 / (fan_in + fan_out)) (paper, section 2)."""
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
        """Gaussian Glorot weights, drawn in float64 and rounded once to float32, and zero biases, for one network."""
        parameters = {}
        for layer in self.layers:
            values = generator.standard_normal(layer.shape) * layer.deviation
            parameters[layer.weight] = torch.from_numpy(values.astype(np.float32))
            parameters[layer.bias] = torch.zeros(layer.shape[0])
        return parameters


def scaled(width: int, factor: float) -> int:
    """A hidden width times the network's width factor, at least 1."""
    return max(1, round(width * factor))


def dense(parameters: Parameters, name: str, inputs: Tensor) -> Tensor:
    """R dense layers: [R, B, in] -> [R, B, out]."""
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    if len(weight) == 1:
        return F.linear(inputs.squeeze(0), weight.squeeze(0), bias.squeeze(0)).unsqueeze(0)
    return torch.baddbmm(bias[:, None], inputs, weight.transpose(1, 2))


def convolve(parameters: Parameters, name: str, inputs: Tensor, *, pool: bool) -> Tensor:
    """R convolutions, 3x3 with padding 1, each followed by ReLU and, for `pool`, by 2x2 max-pooling: [R, B, C, H, W] -> the same axes.

    A lone network is viewed, never copied, so that it keeps the memory format that CPU convolutions are fastest in.
    """

    def one(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        hidden = torch.relu(F.conv2d(x.contiguous(memory_format=torch.channels_last), weight, bias, padding=1))
        return F.max_pool2d(hidden, 2) if pool else hidden

    stacked = (inputs, parameters[f"{name}.weight"], parameters[f"{name}.bias"])
    if len(inputs) == 1:
        return one(*(part.squeeze(0) for part in stacked)).unsqueeze(0)
    return torch.stack([one(*parts) for parts in zip(*stacked, strict=True)])
