"""Dropout of a stack's hidden dense units: each network draws from a generator of its own, whatever its neighbours."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from lth.networks import Network, keep_all


class Dropout:
    """Inverted dropout: hidden dense units survive with probability 1 - rate, scaled by its inverse.

    Numbers are drawn before a step and read in it, so that a captured step draws none itself: how a graph and its generators get along
    differs from one release of torch to the next.
    """

    def __init__(self, network: Network, batch: int, seeds: Sequence[int], device: torch.device):
        self.keep = 1 - network.dropout
        self.generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        units = [layer.shape[0] for layer in network.layers if layer.kind == "fc"] if network.dropout else []
        self.uniform = torch.zeros(len(seeds), batch * sum(units), device=device)
        parts = self.uniform.split([batch * width for width in units], 1)
        self.layers = [part.unflatten(1, (batch, width)) for part, width in zip(parts, units, strict=True)]

    def draw(self) -> None:
        """New numbers for the next step."""
        if self.layers:
            for numbers, generator in zip(self.uniform, self.generators, strict=True):
                numbers.uniform_(generator=generator)

    def skip(self, steps: int) -> None:
        """Goes to where the numbers of the steps before have been drawn."""
        for _ in range(steps):
            self.draw()

    def mask(self) -> Callable[[Tensor], Tensor]:
        """A function that drops units [R, B, units] of one hidden layer after another, as drawn."""
        if not self.layers:
            return keep_all
        layers = iter(self.layers)
        return lambda hidden: hidden * (next(layers) < self.keep) / self.keep

    def state(self) -> Tensor:
        """The generators' states: uint8 [R, bytes]."""
        return torch.stack([generator.get_state() for generator in self.generators])

    def load_state(self, state: Tensor) -> None:
        for generator, value in zip(self.generators, state, strict=True):
            generator.set_state(value.clone())
