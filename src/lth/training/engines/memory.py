"""What one network of a chunk takes on the device: an upper estimate, by which the chunk size is chosen."""

from lth.networks import Network
from lth.training.plan import Plan

EVALUATION_BATCH = {"cpu": 100, "cuda": 500}
"""Images a forward pass of an evaluation, by kind of device: on the CPU so few that they stay in the cache."""

GIB = 2**30

BESIDE = 1.0 * GIB
"""Bytes on a GPU beside a chunk's networks: the images of the data set and the libraries' workspaces."""


def chunk_size(network: Network, plan: Plan, images: int, device: str, chunk_gib: float) -> int:
    """How many networks make a chunk. images: in the training set."""
    return 1 if device == "cpu" else max(1, int(chunk_gib * GIB / bytes_a_network(network, plan, images)))


def bytes_a_network(network: Network, plan: Plan, images: int) -> int:
    """Bytes of state, tables, a step and an evaluation. images: in the training set."""
    numbers = sum(variable.size for variable in network.variables)
    state = 6  # parameters, best, mask, gradient and, for Adam, two moments
    gradients = 3  # what autograd returns, for convolutions a second time network by network, and a copy in another layout
    tables = (8 + 8 * bool(plan.training.augment)) * images + 8 * images // plan.training.batch_size
    step = 5 * plan.training.batch_size * _outputs(network)  # a layer before and after ReLU, pooling with its indices, gradients of two
    evaluation = 3 * EVALUATION_BATCH["cuda"] * (_inputs(network) + max(layer.outputs for layer in network.layers))
    return 4 * ((state + gradients) * numbers + step + 2 * evaluation) + tables  # an evaluation's graph and one that is not captured


def _outputs(network: Network) -> int:
    """Numbers that a network makes of one image, the image itself included."""
    return _inputs(network) + sum(layer.outputs for layer in network.layers)


def _inputs(network: Network) -> int:
    """Numbers in one image."""
    into = network.layers[0].shape[1]
    return into * network.layers[0].side ** 2
