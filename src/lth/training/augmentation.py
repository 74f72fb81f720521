"""Augmentation: training images mirrored and cropped at random (paper, section 4).

An image is padded by 4 pixels on every side, cropped to its own size at a random place, and mirrored or not. The paper does not say what it
is padded with: here zeros of the scaled image, which for standardised images is the mean colour, so that a border looks like nothing in
particular. (Padding before standardising, as torchvision's transforms are often chained, gives black borders.)

What becomes of each image is drawn once an epoch, beside the order of the images and from a stream named alike: a step only looks it up, a
checkpoint need not hold it, a ticket and the controls of its trial and round see the same, and a CPU draws what a GPU does.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lth import seeds
from lth.training.plan import BatchOrder

PADDING = 4
PLACES = 2 * PADDING + 1
"""Where a crop may begin, in each direction."""


def variations(order: BatchOrder, epoch: int) -> np.ndarray:
    """How each image of an epoch's batches is varied, uniform among 2 x PLACES x PLACES: int64 [per_epoch, batch]."""
    generator = seeds.stream(order.seed, *order.stream("augment"), epoch)
    return generator.integers(0, 2 * PLACES**2, (order.per_epoch, order.batch_size))


def flip_crop(images: Tensor, variation: Tensor) -> Tensor:
    """Images [N, C, side, side], varied as the numbers [N] say: crops that begin at a row and a column, from the left or mirrored."""
    channels, side = images.shape[1], images.shape[-1]
    mirrored, row, column = variation % 2, variation // 2 % PLACES, variation // (2 * PLACES)
    place = torch.arange(side, device=images.device)
    rows = row[:, None] + place
    columns = column[:, None] + torch.where(mirrored[:, None] == 1, side - 1 - place, place)
    padded = F.pad(images, (PADDING,) * 4)
    cropped = padded.gather(2, rows[:, None, :, None].expand(-1, channels, -1, padded.shape[-1]))
    return cropped.gather(3, columns[:, None, None, :].expand(-1, channels, side, -1))
