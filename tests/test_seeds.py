"""Every named random stream, pinned: a ticket made on one machine is the same ticket on another."""

import hashlib
import re

import numpy as np
import pytest
import torch

import tiny
from lth import seeds
from lth.networks import Parameters
from lth.pruning import Masks
from lth.tickets import controls, initial_parameters
from lth.training import BatchOrder
from lth.training.augmentation import variations

LENET = tiny.experiment("lenet", {"network.width": 1.0})
CONV2 = tiny.experiment("conv2", {"network.width": 0.25})
RESNET = tiny.experiment("resnet18", {"network.width": 1.0})


def hashed(*tensors) -> str:
    sha = hashlib.sha256()
    for tensor in tensors:
        sha.update(np.ascontiguousarray(tensor).tobytes())
    return sha.hexdigest()[:16]


def hash_of(parameters: Parameters | Masks) -> str:
    return hashed(*(parameters[name].numpy() for name in sorted(parameters)))


def half(experiment, trial: int):
    """The ticket of round 3 whose every second weight survives."""
    ticket = tiny.ticket(experiment, trial=trial, round=3)
    mask = {name: torch.arange(value.numel()).view_as(value) % 2 == 0 for name, value in ticket.mask.items()}
    return type(ticket)(experiment, 0, 3, trial, mask)


def start(control: str, draw: int) -> str:
    made = controls.CONTROLS[control](half(LENET, 2), draw)
    return hash_of(made.parameters) + hash_of(made.mask)


STREAMS = {
    "key": lambda: f"{seeds.stream(0, 'init', 'lenet-mnist', 0).bit_generator.random_raw():016x}",
    "split mnist": lambda: hashed(seeds.stream(0, "split", "mnist").permutation(60_000)[:5_000].astype(np.int64)),
    "split cifar10": lambda: hashed(seeds.stream(0, "split", "cifar10").permutation(50_000)[:5_000].astype(np.int64)),
    "init lenet 0": lambda: hash_of(initial_parameters(LENET, 0, 0)),
    "init lenet 4": lambda: hash_of(initial_parameters(LENET, 0, 4)),
    "init conv2 0": lambda: hash_of(initial_parameters(CONV2, 0, 0)),
    "order lenet trial 0 round 0 epoch 0": lambda: hashed(BatchOrder(0, "lenet-mnist", 0, 0, 55_000, 60).batches(0, 916)),
    "order lenet trial 1 round 7 epoch 2": lambda: hashed(BatchOrder(0, "lenet-mnist", 1, 7, 55_000, 60).batches(2 * 916, 2 * 916 + 9)),
    "order lenet trial 1 round 7 epoch 2 copy 1": lambda: hashed(BatchOrder(0, "lenet-mnist", 1, 7, 55_000, 60, copy=1).epoch(2)),
    "augment resnet18 trial 1 round 2 epoch 3 copy 1": lambda: hashed(
        variations(BatchOrder(0, "resnet18-cifar10", 1, 2, 45_000, 128, copy=1), 3)
    ),
    "direction": lambda: hashed(seeds.stream(0, "direction", "lenet-mnist", 1, 2).standard_normal(100)),
    "lanczos": lambda: hashed(seeds.stream(0, "lanczos", "lenet-mnist", 1).standard_normal(100)),
    "order conv2 trial 0 round 0 epoch 0": lambda: hashed(BatchOrder(0, "conv2-cifar10", 0, 0, 45_000, 60).batches(0, 750)),
    "augment resnet18 trial 1 round 2 epoch 3": lambda: hashed(variations(BatchOrder(0, "resnet18-cifar10", 1, 2, 45_000, 128), 3)),
    "init resnet18 0": lambda: hash_of(initial_parameters(RESNET, 0, 0)),
    "reinit": lambda: start("reinit", 0),
    "reinit draw 1": lambda: start("reinit", 1),
    "reshuffle": lambda: start("reshuffle", 0),
    "sparsity": lambda: start("sparsity", 0),
    "resample": lambda: start("resampled", 0),
    "noise": lambda: start("noise-0.5", 0),
    "gaussian": lambda: start("gaussian-dense", 0),
    "drawn": lambda: start("drawn-random", 0),
    "signs": lambda: start("signs-ticket", 0),
    "dropout": lambda: f"{seeds.torch_seed(0, 'dropout', 'conv2-cifar10', 'ticket', 0, 0, 0):016x}",
    "accept": lambda: hashed(seeds.stream(0, "accept", "lenet").integers(0, 1_000, 100)),
}

PINNED = {
    "key": "a981e0f451b84690",
    "split mnist": "34072302d1c9425d",
    "split cifar10": "9a1e4932a7d5484e",
    "init lenet 0": "d208692219e72dc5",
    "init lenet 4": "3851bf91e649ad79",
    "init conv2 0": "e071a800139d3245",
    "order lenet trial 0 round 0 epoch 0": "389b80a4eb5ef2cb",
    "order lenet trial 1 round 7 epoch 2": "209f7ce5b0a0abcc",
    "order conv2 trial 0 round 0 epoch 0": "f3cd26843c525bf2",
    "augment resnet18 trial 1 round 2 epoch 3": "5ab526b40fe63370",
    "init resnet18 0": "daaadb4ebd4d438e",
    "reinit": "aed55e0ac0dc5c2de7f520908f79f2bf",
    "reinit draw 1": "a0dbd8e95c73cc1fe7f520908f79f2bf",
    "reshuffle": "239ba6000957edad936823b5a9c52fe4",
    "sparsity": "16c7b6a8efc60c3a1376284dc96ff08f",
    "resample": "1ed45623387b15b6e7f520908f79f2bf",
    "noise": "c48c8262c035c58de7f520908f79f2bf",
    "gaussian": "d72674cf03061b981578a7b4b0d7688a",
    "drawn": "df4e3c3884e4e71e1376284dc96ff08f",
    "signs": "17abf3cb0fe1b3fde7f520908f79f2bf",
    "dropout": "0f8254adaee6179a",
    "accept": "53c1952e48f6fffa",
    "order lenet trial 1 round 7 epoch 2 copy 1": "44c9c1cef82e0fcd",
    "augment resnet18 trial 1 round 2 epoch 3 copy 1": "47739762707ea3ae",
    "direction": "3b1d605be2033646",
    "lanczos": "c77cfef216ab1053",
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_the_same_everywhere(name):
    assert STREAMS[name]() == PINNED[name], "tickets and data splits made elsewhere would not be those made here"


def test_every_stream_in_use_is_pinned():
    in_use = set(re.findall(r"^    (\w+)\(", seeds.__doc__, re.MULTILINE))
    assert in_use == {name.split()[0] for name in PINNED} - {"key"}


def test_initial_parameters_are_the_init_stream():
    """The stream that `lth.seeds` documents is the one in use."""
    first = next(iter(initial_parameters(LENET, 5, 3).values()))
    values = seeds.stream(5, "init", "lenet-mnist", 3).standard_normal((300, 784)) * (2 / 1084) ** 0.5
    assert np.array_equal(first.numpy(), values.astype(np.float32))


def test_orders_are_the_order_stream():
    order = BatchOrder(5, "lenet-mnist", 3, 2, 20, 6)
    wanted = seeds.stream(5, "order", "lenet-mnist", 3, 2, 1).permutation(20)[:18]
    assert np.array_equal(order.batches(3, 6).ravel(), wanted)


def test_a_stream_begins_anew_each_time_it_is_named():
    assert np.array_equal(seeds.stream(0, "init", "a", 1).random(9), seeds.stream(0, "init", "a", 1).random(9))


def test_streams_of_different_names_differ():
    names = [
        (seed, kind, family, *numbers)
        for seed in (0, 1)
        for kind in ("init", "order", "reinit")
        for family in ("lenet-mnist", "conv2-cifar10")
        for numbers in ((0,), (1,), (0, 1), (1, 0), (10,), (1, 1, 0))
    ]
    values = np.stack([seeds.stream(*name).standard_normal(2_000) for name in names])
    assert len({row.tobytes() for row in values}) == len(names)
    correlations = np.corrcoef(values) - np.eye(len(names))
    assert abs(correlations).max() < 5.5 / 2_000**0.5


def test_torch_seeds_fit_torch():
    drawn = [seeds.torch_seed(0, "dropout", number) for number in range(200)]
    assert len(set(drawn)) == 200
    for value in drawn:
        assert 0 <= value < 2**63
        torch.Generator().manual_seed(value)
