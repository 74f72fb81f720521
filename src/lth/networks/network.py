"""An architecture: its layers and variables, how it computes and how it begins. Most are read off one torch module."""

import copy
import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from lth.networks.layers import FORMATS, Layer, Mode, Parameters, Variable, network_by_network

ROLES = {
    nn.Conv2d: {"weight": ("weight", "gaussian"), "bias": ("bias", "zeros")},
    nn.Linear: {"weight": ("weight", "gaussian"), "bias": ("bias", "zeros")},
    nn.BatchNorm2d: {
        "weight": ("scale", "ones"),
        "bias": ("bias", "zeros"),
        "running_mean": ("statistic", "zeros"),
        "running_var": ("statistic", "ones"),
    },
}
"""Role and initial values of what each kind of module holds."""


MODULE_FORMATS = FORMATS | {"cpu": torch.contiguous_format}
"""The memory format of a module's images. On a CPU channels stay first, though convolutions are faster with channels last: there batchnorm's sums
are off by 1e-5 in place of 1e-7, and the backward pass of a narrow 1x1 convolution with a stride writes beyond its memory on processors with
AVX2 alone (torch 2.15, oneDNN issue 6035)."""


@dataclass(frozen=True)
class Network:
    """An architecture.

    variables: all that a network holds, in the order of the module's state_dict. dropout: the rate of its hidden dense units.
    forward(parameters, inputs, mode) takes parameters of R networks and inputs [R, B, C, H, W] to logits [R, B, 10]; in training it
    moves the statistics among the parameters where they are.
    module() is the same network as a torch.nn.Module with freshly allocated parameters of the same names.
    """

    name: str
    layers: tuple[Layer, ...]
    variables: tuple[Variable, ...]
    dropout: float
    forward: Callable[[Parameters, Tensor, Mode], Tensor]
    module: Callable[[], nn.Module]

    def __repr__(self) -> str:
        return f"Network({self.name!r}: {self.weight_count:,} weights in {len(self.layers)} layers)"

    @classmethod
    def of(cls, name: str, module: Callable[[], nn.Module], *, groups: Mapping[str, str], image: tuple[int, int, int]) -> "Network":
        """A network from its torch module: layers and variables are read off it, and forward is its own, by functional_call.

        groups: the pruning rate that a layer's weights answer to, by the layer's name; a layer without one is never pruned.
        image: channels, height and width of its inputs.
        """
        template, variables = _template(module), variables_of(module)
        sides = _sides(template, variables, image)
        layers = tuple(
            Layer(layer, groups.get(layer), tuple(part.weight.shape), sides.get(layer, 1))
            for layer, part in template.named_modules()
            if isinstance(part, nn.Conv2d | nn.Linear)
        )
        own = _Own(template)

        def one(module, memory_format, parameters, images):
            """[B, C, H, W] -> [B, 10]."""
            images = images.contiguous(memory_format=memory_format)
            return functional_call(module, parameters, (images,), tie_weights=False, strict=True)

        def forward(parameters, inputs, mode):
            prepared = functools.partial(one, own.module.train(mode.training), MODULE_FORMATS[mode.kernels])
            return network_by_network(prepared, parameters, inputs)

        return cls(name, layers, variables, 0.0, forward, module)

    @property
    def weight_count(self) -> int:
        """All weights of convolutions and dense layers; no biases, no batchnorm (P_m counts these)."""
        return sum(layer.size for layer in self.layers)

    def initial_parameters(self, generator: np.random.Generator) -> Parameters:
        """Gaussian weights, drawn in float64 and rounded once to float32, and constants for all else, for one network."""
        deviations = {layer.weight: layer.deviation for layer in self.layers}
        parameters = {}
        for variable in self.variables:
            if variable.initial == "gaussian":
                values = generator.standard_normal(variable.shape) * deviations[variable.name]
                parameters[variable.name] = torch.from_numpy(values.astype(np.float32))
            else:
                parameters[variable.name] = torch.full(variable.shape, float(variable.initial == "ones"))
        return parameters


def variables_of(module: Callable[[], nn.Module]) -> tuple[Variable, ...]:
    """What a module of the kinds in ROLES holds, in the order of its state_dict."""
    return tuple(
        Variable(f"{layer}.{own}", tuple(tensor.shape), *ROLES[type(part)][own])
        for layer, part in _template(module).named_modules()
        for own, tensor in (*part.named_parameters(recurse=False), *part.named_buffers(recurse=False))
    )


def _template(module: Callable[[], nn.Module]) -> nn.Module:
    """The module without memory, and without batchnorm's counts of batches: nothing reads them, as statistics move by a fixed share."""
    with torch.device("meta"):
        template = module()
    for part in template.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.num_batches_tracked = None
    return template


def _sides(template: nn.Module, variables: tuple[Variable, ...], image: tuple[int, int, int]) -> dict[str, int]:
    """Heights of the convolutions' outputs, by name, as an image of zeros shows them."""
    sides: dict[str, int] = {}
    hooks = [
        part.register_forward_hook(lambda part, inputs, output, layer=layer: sides.__setitem__(layer, output.shape[-1]))
        for layer, part in template.named_modules()
        if isinstance(part, nn.Conv2d)
    ]
    zeros = {variable.name: torch.zeros(()).expand(variable.shape) for variable in variables}
    with torch.inference_mode():
        functional_call(template.eval(), zeros, (torch.zeros(1, *image),))
    for hook in hooks:
        hook.remove()
    return sides


class _Own(threading.local):
    """Each thread's copy of a module without memory: functional_call puts its variables into the module while it runs."""

    def __init__(self, template: nn.Module):
        self.module = copy.deepcopy(template)
