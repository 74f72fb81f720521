"""Resnet-18 for CIFAR10 (paper, Figure 2 and section 4): the 20-layer residual network of He et al. (2016), section 4.2.

A 3x3 convolution of 16, then three blocks each of 16, 32 and 64, the first of a width halving height and width; two 3x3 convolutions a
block, batchnorm after each; the mean over all places; a dense layer of 10. Where a block changes shape, its shortcut is a 1x1
convolution with batchnorm. Of its 270,896 weights (the paper's table says 274K, its text 271K), 2,560 in shortcuts and 640 in the
output layer are never pruned.
"""

import functools

import torch
from torch import nn

from lth.config import NetworkConfig
from lth.networks.layers import scaled
from lth.networks.network import Network

CHANNELS = (16, 32, 64)
BLOCKS = 3
"""Blocks of each width."""


class Block(nn.Module):
    """Two convolutions beside a shortcut. halves: whether height and width become half of what they are."""

    def __init__(self, into: int, out: int, halves: bool):
        super().__init__()
        stride = 2 if halves else 1
        self.conv1 = nn.Conv2d(into, out, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out)
        self.halves = halves
        if halves:
            self.shortcut = nn.Conv2d(into, out, 1, stride, bias=False)
            self.norm_shortcut = nn.BatchNorm2d(out)

    def forward(self, images):
        hidden = torch.relu(self.norm1(self.conv1(images)))
        hidden = self.norm2(self.conv2(hidden))
        if self.halves:
            images = self.norm_shortcut(self.shortcut(images))
        return torch.relu(hidden + images)


class Resnet(nn.Module):
    """channels: of the three widths."""

    def __init__(self, channels: tuple[int, ...]):
        super().__init__()
        first, *_, last = channels
        self.conv1 = nn.Conv2d(3, first, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(first)
        self.blocks = nn.Sequential()
        into = first
        for position, out in enumerate(channels):
            for block in range(BLOCKS):
                self.blocks.append(Block(into, out, halves=position > 0 and block == 0))
                into = out
        self.output = nn.Linear(last, 10)

    def forward(self, images):
        hidden = self.blocks(torch.relu(self.norm1(self.conv1(images))))
        return self.output(hidden.mean((2, 3)))  # adaptive pooling has no deterministic backward pass on CUDA


def resnet(config: NetworkConfig) -> Network:
    """resnet18 with its channels times `width`."""
    channels = tuple(scaled(units, config.width) for units in CHANNELS)
    pruned = ["conv1", *(f"blocks.{block}.{conv}" for block in range(BLOCKS * len(CHANNELS)) for conv in ("conv1", "conv2"))]
    return Network.of("resnet18", functools.partial(Resnet, channels), groups=dict.fromkeys(pruned, "conv"), image=(3, 32, 32))
