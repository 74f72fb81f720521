"""The paper's networks as plain functions over stacked parameters (paper, Figure 2)."""

import functools
from importlib import import_module

from lth.config import NetworkConfig
from lth.config.architectures import ARCHITECTURES
from lth.networks.layers import EVALUATION, Kernels, Layer, Mode, Parameters, Variable, keep_all, stacked, unstacked
from lth.networks.network import Network

__all__ = ["EVALUATION", "Kernels", "Layer", "Mode", "Network", "Parameters", "Variable", "build", "keep_all", "stacked", "unstacked"]


@functools.cache
def build(config: NetworkConfig) -> Network:
    """The network that a params.yaml describes; the same one each time."""
    module, function = ARCHITECTURES[config.name].build.split(":")
    return getattr(import_module(module), function)(config)
