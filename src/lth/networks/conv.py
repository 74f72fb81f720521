"""Conv-2, Conv-4 and Conv-6 for CIFAR10 (paper, Figure 2): scaled-down VGGs.

Blocks of two 3x3 convolutions and a 2x2 max-pooling, then dense layers of 256, 256 and 10. Conv-6 as described has 2,261,184 weights
(1,144,512 of them in convolutions), where the paper's table says 1.7M (1.1M): we build what is described and match figures by round.
"""

import functools
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from lth.config import NetworkConfig
from lth.networks.layers import FORMATS, Layer, dense, network_by_network, scaled
from lth.networks.network import Network, variables_of

CHANNELS = {"conv2": (64,), "conv4": (64, 128), "conv6": (64, 128, 256)}
"""Channels of each block."""
HIDDEN = (256, 256)


def conv(config: NetworkConfig) -> Network:
    """conv2, conv4 or conv6 with its channels and hidden layers times `width`."""
    name, width, dropout = config.name, config.width, config.dropout
    channels = [scaled(block, width) for block in CHANNELS[name]]
    first, second = (scaled(units, width) for units in HIDDEN)
    side = 32 // 2 ** len(channels)
    outs = [block for block in channels for _ in range(2)]
    convolutions = [f"conv{n}" for n in range(1, len(outs) + 1)]
    layers = (
        *(
            Layer(layer, "conv", (out, into, 3, 3), 32 // 2 ** (position // 2))
            for position, (layer, out, into) in enumerate(zip(convolutions, outs, [3, *outs], strict=False))
        ),
        Layer("fc1", "fc", (first, channels[-1] * side * side)),
        Layer("fc2", "fc", (second, first)),
        Layer("output", "output", (10, second)),
    )

    def features(memory_format, parameters, images):
        """The convolutions of one network: [B, 3, 32, 32] -> [B, C, side, side]."""
        hidden = images
        for position, layer in enumerate(convolutions):
            hidden = hidden.contiguous(memory_format=memory_format)
            hidden = F.conv2d(hidden, parameters[f"{layer}.weight"], parameters[f"{layer}.bias"], padding=1)
            if position % 2:
                hidden = F.max_pool2d(hidden, 2)  # before ReLU, of a quarter as many numbers then: the same bits, gradients too
            hidden = torch.relu(hidden)
        return hidden

    def forward(parameters, inputs, mode):
        convolutional = {name: value for name, value in parameters.items() if name.startswith("conv")}
        hidden = network_by_network(functools.partial(features, FORMATS[mode.kernels]), convolutional, inputs)
        hidden = mode.drop(torch.relu(dense(parameters, "fc1", hidden.flatten(2))))
        hidden = mode.drop(torch.relu(dense(parameters, "fc2", hidden)))
        return dense(parameters, "output", hidden)

    def module():
        parts = OrderedDict()
        for position, (layer, out, into) in enumerate(zip(convolutions, outs, [3, *outs], strict=False)):
            parts[layer] = nn.Conv2d(into, out, 3, padding=1)
            parts[f"relu_{layer}"] = nn.ReLU()
            if position % 2:
                parts[f"pool{position // 2 + 1}"] = nn.MaxPool2d(2)
        parts["flatten"] = nn.Flatten()
        for layer, units, into in (("fc1", first, channels[-1] * side * side), ("fc2", second, first)):
            parts[layer] = nn.Linear(into, units)
            parts[f"relu_{layer}"] = nn.ReLU()
            parts[f"drop_{layer}"] = nn.Dropout(dropout)
        parts["output"] = nn.Linear(second, 10)
        return nn.Sequential(parts)

    return Network(name, layers, variables_of(module), dropout, forward, module)
