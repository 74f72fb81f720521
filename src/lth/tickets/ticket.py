"""A ticket: a structure and, by its seed, its initial values (paper, section 1); or those that training had given it soon after (late rewinding)."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune as torch_prune

from lth import seeds
from lth.config import Experiment
from lth.errors import LthError
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
class Rewound:
    """What a ticket's survivors return to in late rewinding (arXiv 1903.01611): the dense network of its trial at an iteration of its training."""

    iteration: int
    sha256: bytes
    """Of the parameters, by which others are refused."""
    parameters: Parameters | None = None
    """Batchnorm's statistics included; kept nowhere, so None until the dense network is trained to there again (`lth.experiments.rewinding`)."""


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
    rewound: Rewound | None = None
    """What its survivors return to, if not their initial values."""

    def __repr__(self) -> str:
        variant = "" if self.variant is None else f", variant={self.variant:g}"
        return (
            f"Ticket({self.experiment.folder!r}, round={self.round}, trial={self.trial}{variant}: "
            f"P_m {self.percent_remaining:.3g}, {self.weights_remaining:,} weights)"
        )

    @cached_property
    def network(self) -> Network:
        return build(self.experiment.network)

    def __getstate__(self) -> dict:
        """All but the network, which holds functions and is built again where it is asked for."""
        return {name: value for name, value in vars(self).items() if name != "network"}

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

    def origin(self) -> Parameters:
        """The dense network's parameters that the ticket's survivors return to, before masking: its initial ones, or those it is rewound to.

        Raises LthError for a rewound ticket whose dense network has not been trained to there.
        """
        if not self.rewound:
            return self.initial_parameters()
        if self.rewound.parameters is None:
            raise LthError(
                f"{self.experiment.folder}, round {self.round}, trial {self.trial} starts from iteration {self.rewound.iteration} of its dense "
                "network, which no file keeps: `lth.rewind(ticket)` trains it to there again"
            )
        return self.rewound.parameters

    def start(self) -> Start:
        """The winning ticket itself: surviving weights at the values that they return to."""
        return Start.masked(self.origin(), self.mask)

    def module(self) -> nn.Module:
        """A plain torch.nn.Module at the weights that the ticket starts from with the mask applied.

        Takes images float32 [B, C, H, W], scaled as the experiment's `data.scaling` says. The mask is held by torch.nn.utils.prune, so
        pruned weights stay zero when the module is trained; `torch.nn.utils.prune.remove(layer, "weight")` makes it permanent. Such a module
        is copied by its state_dict into another `module()`: torch cannot deepcopy it.
        """
        module = self.network.module()
        module.load_state_dict(self.origin())
        for layer in self.network.layers:
            torch_prune.custom_from_mask(module.get_submodule(layer.name), "weight", self.mask[layer.weight])
        return module


def initial_parameters(experiment: Experiment, seed: int, trial: int) -> Parameters:
    """A trial's initial parameters (paper, section 1, step 1)."""
    return build(experiment.network).initial_parameters(seeds.stream(seed, "init", experiment.family, trial))


def digest(parameters: Parameters) -> bytes:
    """SHA-256 of a network's parameters and their names."""
    sha = hashlib.sha256()
    for name in sorted(parameters):
        sha.update(name.encode())
        sha.update(parameters[name].numpy().tobytes())
    return sha.digest()
