"""The paper's networks as plain functions over stacked parameters (paper, Figure 2)."""

import functools

from lth.config import NetworkConfig
from lth.networks.conv import conv
from lth.networks.layers import EVALUATION, Kernels, Layer, Mode, Parameters, Variable, keep_all, stacked, unstacked
from lth.networks.lenet import lenet
from lth.networks.network import Network
from lth.networks.resnet import resnet
from lth.networks.vgg import vgg

__all__ = ["EVALUATION", "Kernels", "Layer", "Mode", "Network", "Parameters", "Variable", "build", "keep_all", "stacked", "unstacked"]


@functools.cache
def build(config: NetworkConfig) -> Network:
    """The network that a params.yaml describes; the same one each time."""
    match config.name:
        case "lenet":
            return lenet(config.width, config.dropout, config.hidden, config.deviation)
        case "resnet18":
            return resnet(config.width)
        case "vgg19":
            return vgg(config.width)
        case name:
            return conv(name, config.width, config.dropout)
