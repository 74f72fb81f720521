"""VGG-19 for CIFAR10 (paper, Figure 2 and section 4): 16 convolutions with batchnorm, a mean over all places, one dense layer.

Blocks of 2x64, 2x128, 4x256, 4x512 and 4x512 channels, a 2x2 max-pooling between two blocks. Of its 20,024,000 weights (the paper: 20.0M),
the 5,120 of the output layer are never pruned.
"""

import functools
import itertools

from torch import nn

from lth.config import NetworkConfig
from lth.networks.layers import scaled
from lth.networks.network import Network

BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
"""Channels and convolutions of each block."""


class Vgg(nn.Module):
    """blocks: channels and convolutions of each."""

    def __init__(self, blocks: tuple[tuple[int, int], ...]):
        super().__init__()
        self.features = nn.Sequential()
        number, into = itertools.count(1), 3
        for block, (out, convolutions) in enumerate(blocks, 1):
            layers = list(itertools.islice(number, convolutions))
            for layer in layers:
                self.features.add_module(f"conv{layer}", nn.Conv2d(into, out, 3, padding=1, bias=False))
                self.features.add_module(f"norm{layer}", nn.BatchNorm2d(out))
                if layer == layers[-1] and block < len(blocks):  # before ReLU, as in Conv-2: the same bits of a quarter as many numbers
                    self.features.add_module(f"pool{block}", nn.MaxPool2d(2))
                self.features.add_module(f"relu{layer}", nn.ReLU())
                into = out
        self.output = nn.Linear(into, 10)

    def forward(self, images):
        return self.output(self.features(images).mean((2, 3)))  # adaptive pooling has no deterministic backward pass on CUDA


def vgg(config: NetworkConfig) -> Network:
    """vgg19 with its channels times `width`."""
    blocks = tuple((scaled(channels, config.width), convolutions) for channels, convolutions in BLOCKS)
    pruned = [f"features.conv{layer}" for layer in range(1, 1 + sum(convolutions for _, convolutions in blocks))]
    return Network.of("vgg19", functools.partial(Vgg, blocks), groups=dict.fromkeys(pruned, "conv"), image=(3, 32, 32))
