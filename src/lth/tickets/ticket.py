"""A ticket: a structure and, by its seed, its initial values (paper, section 1)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune as torch_prune

from lth import seeds
from lth.config import Experiment
from lth.networks import Network, Parameters, build
from lth.pruning import Masks, percent_remaining


@dataclass(frozen=True)
class Start:
    """Where a network's training starts.

    parameters: float32, by name, without a stack axis, pruned weights at zero. mask: bool, by the names of the weights.
    """

    parameters: Parameters
    mask: Masks

    def __repr__(self) -> str:
        left, all_weights = (sum(int(count(mask)) for mask in self.mask.values()) for count in (torch.sum, torch.numel))
        return f"Start({left:,} of {all_weights:,} weights in {len(self.mask)} layers)"

    @classmethod
    def masked(cls, parameters: Parameters, mask: Masks) -> "Start":
        return cls({name: value * mask[name] if name in mask else value for name, value in parameters.items()}, mask)


@dataclass(frozen=True)
class Ticket:
    """One trial's ticket of one round: its structure (mask) and, by its seed, its initial weights."""

    experiment: Experiment
    seed: int
    round: int
    trial: int
    mask: Masks
    """bool, by the names of the weights, without a stack axis; True survives."""
    variant: float | None = None
    """The value of the experiment's sweep that it was found with, where there is one."""

    def __repr__(self) -> str:
        variant = "" if self.variant is None else f", variant={self.variant:g}"
        return (
            f"Ticket({self.experiment.folder!r}, round={self.round}, trial={self.trial}{variant}: "
            f"P_m {self.percent_remaining:.3g}, {self.weights_remaining:,} weights)"
        )

    @cached_property
    def network(self) -> Network:
        return build(self.experiment.network)

    @property
    def percent_remaining(self) -> float:
        """P_m: the percentage of all weights that remain."""
        return percent_remaining(self.mask)

    @property
    def weights_remaining(self) -> int:
        return sum(int(mask.sum()) for mask in self.mask.values())

    def stream(self, name: str, draw: int) -> np.random.Generator:
        """The random stream of one draw of one control of this ticket."""
        return seeds.stream(self.seed, name, self.experiment.family, self.trial, self.round, draw)

    def initial_parameters(self) -> Parameters:
        """The parameters of the dense network that the ticket's trial began from, before masking."""
        return initial_parameters(self.experiment, self.seed, self.trial)

    def start(self) -> Start:
        """The winning ticket itself: surviving weights at their initial values."""
        return Start.masked(self.initial_parameters(), self.mask)

    def module(self) -> nn.Module:
        """A plain torch.nn.Module at the ticket's initial weights with the mask applied.

        Takes images float32 [B, C, H, W], scaled as the experiment's `data.scaling` says. The mask is held by torch.nn.utils.prune, so
        pruned weights stay zero when the module is trained; `torch.nn.utils.prune.remove(layer, "weight")` makes it permanent. Such a module
        is copied by its state_dict into another `module()`: torch cannot deepcopy it.
        """
        module = self.network.module()
        module.load_state_dict(self.initial_parameters())
        for layer in self.network.layers:
            torch_prune.custom_from_mask(module.get_submodule(layer.name), "weight", self.mask[layer.weight])
        return module


def initial_parameters(experiment: Experiment, seed: int, trial: int) -> Parameters:
    """A trial's initial parameters (paper, section 1, step 1)."""
    return build(experiment.network).initial_parameters(seeds.stream(seed, "init", experiment.family, trial))
