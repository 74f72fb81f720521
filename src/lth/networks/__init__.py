"""The paper's networks as plain functions over stacked parameters (paper, Figure 2)."""

import functools

from lth.config import NetworkConfig
from lth.networks.conv import conv
from lth.networks.layers import Layer, Network, Parameters, stacked, unstacked
from lth.networks.lenet import lenet

__all__ = ["Layer", "Network", "Parameters", "build", "stacked", "unstacked"]


@functools.cache
def build(config: NetworkConfig) -> Network:
    """The network that a params.yaml describes; the same one each time."""
    if config.name == "lenet":
        return lenet(config.width, config.dropout, config.hidden, config.deviation)
    return conv(config.name, config.width, config.dropout)
