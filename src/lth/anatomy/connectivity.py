"""Whether two trained networks lie in one basin: the error on the line between them, and how far apart they are (arXiv 1912.05671, section 2)."""

import numpy as np
import torch
from torch import Tensor

from lth.networks import Parameters
from lth.pruning import Masks


def on_the_line(one: Parameters, other: Parameters, share: float) -> Parameters:
    """The network that has so large a share of one and the rest of the other; all that networks hold, biases and statistics too."""
    return {name: torch.lerp(other[name], value, share) for name, value in one.items()}


def shares(points: int) -> np.ndarray:
    """So many even shares from 0 to 1: float64 [points]."""
    return np.linspace(0, 1, points)


def distance(one: Parameters, other: Parameters, mask: Masks) -> float:
    """L2 distance over the weights that survive in a mask."""
    squares = [((one[name] - other[name])[kept].double() ** 2).sum() for name, kept in mask.items()]
    return float(Tensor.sqrt(sum(squares)))


def survivors(parameters: Parameters) -> Masks:
    """The mask of a trained network: where its weights are not zero. A pruned weight is exactly zero, and a trained one never is."""
    return {name: value != 0 for name, value in parameters.items() if name.endswith(".weight") and value.dim() > 1}


def pruned(parameters: Parameters, mask: Masks) -> Parameters:
    """A network with the weights alone that survive in a mask."""
    return {name: value * mask[name] if name in mask else value for name, value in parameters.items()}
