"""Lenet-300-100 for MNIST (paper, Figure 2): 784-300-100-10, ReLU, 266,200 weights."""

from collections import OrderedDict

import torch
from torch import nn

from lth.config import NetworkConfig
from lth.networks.layers import Layer, dense, scaled
from lth.networks.network import Network, variables_of

HIDDEN = (300, 100)


def lenet(config: NetworkConfig) -> Network:
    """Lenet with its hidden layers times `width`, or as wide as `hidden` says."""
    dropout, deviation = config.dropout, config.deviation
    first, second = config.hidden or (scaled(units, config.width) for units in HIDDEN)
    layers = (
        Layer("fc1", "fc", (first, 784), chosen_deviation=deviation),
        Layer("fc2", "fc", (second, first), chosen_deviation=deviation),
        Layer("output", "output", (10, second), chosen_deviation=deviation),
    )

    def forward(parameters, inputs, mode):
        hidden = mode.drop(torch.relu(dense(parameters, "fc1", inputs.flatten(2))))
        hidden = mode.drop(torch.relu(dense(parameters, "fc2", hidden)))
        return dense(parameters, "output", hidden)

    def module():
        return nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                fc1=nn.Linear(784, first),
                relu1=nn.ReLU(),
                drop1=nn.Dropout(dropout),
                fc2=nn.Linear(first, second),
                relu2=nn.ReLU(),
                drop2=nn.Dropout(dropout),
                output=nn.Linear(second, 10),
            )
        )

    return Network("lenet", layers, variables_of(module), dropout, forward, module)
