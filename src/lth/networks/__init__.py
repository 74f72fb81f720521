"""The paper's networks as plain functions over stacked parameters (paper, Figure 2)."""

from lth.config import NetworkConfig
from lth.networks.conv import conv
from lth.networks.layers import Layer, Network, Parameters
from lth.networks.lenet import lenet

__all__ = ["Layer", "Network", "Parameters", "build"]


def build(config: NetworkConfig) -> Network:
    """The network that a params.yaml describes."""
    if config.name == "lenet":
        return lenet(config)
    return conv(config.name, config.width, config.dropout)
