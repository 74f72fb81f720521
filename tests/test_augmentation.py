"""Augmentation: what becomes of an image is one number, and it is the same wherever and whenever a network of its trial and round is trained."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import tiny
from lth.training import BatchOrder
from lth.training.augmentation import PADDING, PLACES, flip_crop, variations

ORDER = BatchOrder(0, "resnet18-cifar10", 1, 2, images=45_000, batch_size=128)


def varied(image: torch.Tensor, number: int) -> torch.Tensor:
    """One image [C, H, W], by padding, slicing and flipping."""
    mirrored, row, column = number % 2, number // 2 % PLACES, number // (2 * PLACES)
    side = image.shape[-1]
    cropped = F.pad(image, (PADDING,) * 4)[:, row : row + side, column : column + side]
    return cropped.flip(-1) if mirrored else cropped


def test_every_variation_is_a_crop_of_the_padded_image_mirrored_or_not():
    numbers = torch.arange(2 * PLACES**2)
    images = torch.randn(len(numbers), 3, 32, 32, generator=torch.Generator().manual_seed(0))
    made = flip_crop(images, numbers)
    for image, number, one in zip(images, numbers.tolist(), made, strict=True):
        assert torch.equal(one, varied(image, number))
    unmoved = 2 * (PADDING * PLACES + PADDING)
    assert torch.equal(made[unmoved], images[unmoved])
    assert torch.equal(made[unmoved + 1], images[unmoved + 1].flip(-1))
    assert not made[0][:, :PADDING].any(), "the border is zeros"
    assert not made[0][:, :, :PADDING].any()


def test_variations_are_uniform():
    drawn = variations(ORDER, 0)
    assert drawn.shape == (45_000 // 128, 128)
    counts = np.bincount(drawn.ravel(), minlength=2 * PLACES**2)
    assert len(counts) == 162
    assert abs(counts - drawn.size / 162).max() < 5 * (drawn.size / 162) ** 0.5


def test_epochs_trials_and_rounds_are_varied_differently_and_each_again_alike():
    orders = [ORDER, *(BatchOrder(**{**vars(ORDER), **change}) for change in ({"trial": 0}, {"round": 1}, {"seed": 1}, {"family": "a"}))]
    drawn = [variations(ORDER, 0), variations(ORDER, 1), *(variations(order, 0) for order in orders[1:])]
    assert len({one.tobytes() for one in drawn}) == len(drawn)
    assert np.array_equal(drawn[0], variations(ORDER, 0))


@pytest.mark.parametrize("network", ["conv2", *tiny.DEEP])
def test_a_ticket_and_its_controls_see_the_same(network):
    plan = tiny.experiment(network, {"training.augment": "flip-crop", "network.width": 0.1})
    data = tiny.data_set("cifar10")
    tickets = [tiny.ticket(plan, trial=trial, round=1) for trial in (0, 1)]
    members = [
        tiny.member(tickets[0], data),
        tiny.member(tickets[0], data, arm="reinit", draw=1),
        tiny.member(tickets[0], data, arm="sparsity"),
        tiny.member(tickets[1], data),
    ]
    trainer = tiny.engine(plan, data).trainer(members)
    trainer.advance(0, 1)
    ticket, reinit, sparsity, other = trainer.variations.unbind(1)
    assert torch.equal(ticket, reinit)
    assert torch.equal(ticket, sparsity)
    assert not torch.equal(ticket, other)


def test_training_sees_varied_images_and_an_evaluation_does_not():
    data = tiny.data_set("cifar10")
    plain, augmented = (tiny.experiment("conv2", {"network.width": 0.1, "training.augment": kind}) for kind in (None, "flip-crop"))
    trainers = [tiny.engine(plan, data).trainer([tiny.member(tiny.ticket(plan), data)]) for plan in (plain, augmented)]
    assert trainers[0].evaluate("train")[0] == trainers[1].evaluate("train")[0]
    for trainer in trainers:
        trainer.advance(0, 2)
    assert trainers[0].evaluate("train")[0] != trainers[1].evaluate("train")[0]
