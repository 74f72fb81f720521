"""What networks are made of: layers, variables, and operations over a stack of R networks."""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from lth.networks.branches import side_by_side

Parameters = dict[str, Tensor]
"""Tensors by their torch.nn names, `fc1.weight`, `fc1.bias`, …; a stack of R networks has a leading axis R on each."""

Dropout = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Variable:
    """One tensor of a network, by its torch.nn name.

    role: a `weight` may be pruned; a `bias` and batchnorm's `scale` are trained and never pruned; a `statistic` is batchnorm's running mean
    or variance, which the forward pass moves in training and the optimiser does not: no gradient, no decay, no moments.
    initial: `gaussian` draws it with its layer's deviation.
    """

    name: str
    shape: tuple[int, ...]
    role: Literal["weight", "bias", "scale", "statistic"]
    initial: Literal["gaussian", "zeros", "ones"]

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def trained(self) -> bool:
        """Whether the optimiser moves it."""
        return self.role != "statistic"


Kernels = Literal["cpu", "ieee", "tf32"]
"""Whose convolutions: a CPU's, or cuDNN's at one of its precisions."""

FORMATS = {"cpu": torch.channels_last, "ieee": torch.contiguous_format, "tf32": torch.channels_last}
"""The memory format that plain convolutions are fastest in. Tensor cores, which tf32 is for, take channels last; without them cuDNN has for
channels last a single deterministic kernel of the weights' gradient and no Winograd, for channels first both (by reading, not by timing)."""


@dataclass(frozen=True)
class Mode:
    """What a forward pass does beside computing logits: in training, batchnorm takes the batch's statistics, and units drop as drawn.

    kernels: by these a network chooses the memory format of its images; results are the same to rounding.
    """

    training: bool
    drop: Dropout
    kernels: Kernels = "cpu"


def keep_all(hidden: Tensor) -> Tensor:
    """Drops nothing."""
    return hidden


EVALUATION = Mode(training=False, drop=keep_all)


@dataclass(frozen=True)
class Layer:
    """A convolution or dense layer.

    group: the rate of `pruning` that its weights answer to; a layer without one is never pruned.
    shape: that of its weights, (out, in) or (out, in, rows, columns). side: height and width of a convolution's output.
    chosen_deviation: standard deviation of its initial weights, if not Gaussian Glorot's.
    """

    name: str
    group: Literal["conv", "fc", "output"] | None
    shape: tuple[int, ...]
    side: int = 1
    chosen_deviation: float | None = None

    @property
    def kind(self) -> Literal["conv", "fc", "output"]:
        """What it is, pruned or not."""
        if len(self.shape) > 2:
            return "conv"
        return "output" if self.name == "output" else "fc"

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
    """R dense layers: [R, B, in] -> [R, B, out].

    Of several networks the result lies in memory as [R, out, B]: then the gradient of the weights comes out as they lie, [R, out, in], and is
    not copied to be turned.
    """
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    if len(weight) == 1:
        return F.linear(inputs.squeeze(0), weight.squeeze(0), bias.squeeze(0)).unsqueeze(0)
    return torch.baddbmm(bias[:, :, None], weight, inputs.transpose(1, 2)).transpose(1, 2)


def network_by_network(one: Callable[[Parameters, Tensor], Tensor], parameters: Parameters, inputs: Tensor) -> Tensor:
    """`one`, a function of one network's parameters and inputs, of each of R networks: [R, …] -> [R, …].

    For convolutions, of which neither the CPU nor cuDNN makes many small ones faster at once than one by one. On CUDA the networks are
    branches that may run side by side. A lone network is viewed, never copied, so that it keeps its memory format.
    """
    if len(inputs) == 1:
        return one({name: value.squeeze(0) for name, value in parameters.items()}, inputs.squeeze(0)).unsqueeze(0)
    calls = [functools.partial(one, *network) for network in zip(unstacked(parameters), inputs, strict=True)]
    return torch.stack(side_by_side(calls) if inputs.is_cuda else [call() for call in calls])
