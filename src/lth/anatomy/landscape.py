"""The loss around a trained network: directions that a unit's size does not matter for (Li et al., arXiv 1712.09913), and planes through three networks."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lth.networks import Parameters
from lth.pruning import Masks


def direction(parameters: Parameters, mask: Masks, generator: np.random.Generator) -> Parameters:
    """A random direction, filter-normalised: each unit's incoming weights move by as much as they are long; biases stay.

    mask: the weights that may move. Masked before it is normalised, or a direction would leave the network's subspace, or be shorter in it.
    """
    found = {name: torch.zeros_like(value) for name, value in parameters.items()}
    for name, kept in mask.items():
        drawn = torch.from_numpy(generator.standard_normal(kept.shape)).float() * kept
        length, own = (value.flatten(1).norm(dim=1) for value in (drawn, parameters[name]))
        scale = torch.where(length > 0, own / length, 0.0)
        found[name] = drawn * scale.view(-1, *[1] * (kept.dim() - 1))
    return found


def moved(parameters: Parameters, x: float, along: Parameters, y: float, across: Parameters) -> Parameters:
    """The network that lies so far along two directions."""
    return {name: value + x * along[name] + y * across[name] for name, value in parameters.items()}


@dataclass(frozen=True)
class Plane:
    """The plane through three networks, with axes at a right angle: from the first to the second, and across towards the third."""

    origin: Parameters
    along: Parameters
    across: Parameters
    """Unit vectors."""
    places: tuple[tuple[float, float], ...]
    """Where the three lie, in L2."""

    @classmethod
    def through(cls, first: Parameters, second: Parameters, third: Parameters) -> "Plane":
        towards, beyond = _flat(second) - _flat(first), _flat(third) - _flat(first)
        along = towards / towards.norm()
        shadow = beyond @ along
        rest = beyond - shadow * along
        across = rest / rest.norm()
        places = ((0.0, 0.0), (float(towards.norm()), 0.0), (float(shadow), float(rest.norm())))
        return cls(first, _named(along, first), _named(across, first), places)

    def at(self, x: float, y: float) -> Parameters:
        """The network there."""
        return moved(self.origin, x, self.along, y, self.across)

    def grid(self, points: int, margin: float) -> tuple[np.ndarray, np.ndarray]:
        """So many even values of x and of y that hold the three networks and a margin around them, a share of what they span."""
        ends = [(min(values), max(values)) for values in zip(*self.places, strict=True)]
        low_high = [(low - margin * (high - low), high + margin * (high - low)) for low, high in ends]
        return tuple(np.linspace(*each, points) for each in low_high)


def _flat(parameters: Parameters) -> Tensor:
    """All that a network holds as one vector, float64."""
    return torch.cat([parameters[name].double().flatten() for name in sorted(parameters)])


def _named(flat: Tensor, like: Parameters) -> Parameters:
    """A vector as a network's parameters, float32."""
    names = sorted(like)
    parts = flat.split([like[name].numel() for name in names])
    return {name: part.view_as(like[name]).float() for name, part in zip(names, parts, strict=True)}
