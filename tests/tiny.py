"""Small things to test with: experiments that train in a moment, images made of noise, a project in a temporary folder."""

import copy
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import torch
import yaml
from safetensors.torch import save_file

from lth import paths, seeds
from lth.config import Experiment, Settings
from lth.data import DataSet, Split
from lth.data.content import digest
from lth.networks import build
from lth.tickets import Ticket
from lth.training import Checkpoints, Member, Plan, Threads, Trained, choose_engine, loop, train_stack

REPOSITORY = Path(__file__).resolve().parents[1]

SETTINGS = {"seed": 0, "device": "cpu", "engine": "auto", "precision": "ieee", "chunk_gib": 1.0, "cpu_hours": 6.0}

NUMBERS = {
    "collection": "quick",
    "name": "tiny",
    "network": {"name": "lenet", "width": 0.05, "dropout": 0.0},
    "data": {"name": "mnist", "scaling": "unit"},
    "training": {
        "iterations": 40,
        "batch_size": 8,
        "optimiser": {"name": "adam", "learning_rate": 0.005, "weight_decay": 0.0, "warmup": 0, "drops": []},
    },
    "evaluation": {"every": 10, "validation_images": None, "test_images": None, "train_images": None, "test_curve_until": 20},
    "pruning": {"method": "layerwise", "fc": 0.2, "output": 0.1},
    "trials": 2,
    "rounds": {"r00": "initial", "r01": "r00", "r02": "r01"},
    "blocks": {"reinit": {"control": "reinit", "rounds": ["r01"], "after": "r00", "draws": 2, "test_curve_until": 0}},
}


def numbers(changes: dict | None = None) -> dict:
    """What params.yaml of the tiny experiment holds; changes: values by dotted keys, `{"training.iterations": 7}`."""
    return changed(NUMBERS, changes or {})


def changed(values: dict, changes: dict) -> dict:
    """A copy with other values, by dotted keys."""
    values = copy.deepcopy(values)
    for key, value in changes.items():
        *folders, last = key.split(".")
        place = values
        for folder in folders:
            place = place[folder]
        place[last] = value
    return values


DEEP = ["resnet18", "vgg19"]


def experiment(network: str = "lenet", changes: dict | None = None) -> Experiment:
    """The tiny experiment on one network."""
    own = {} if network == "lenet" else {"network.name": network, "data.name": "cifar10", "pruning.conv": 0.1}
    if network in DEEP:
        own |= {"pruning": {"method": "global", "conv": 0.2, "fc": 0.0, "output": 0.0}}
    return Experiment.model_validate(numbers({**own, **(changes or {})}))


def images(name: str, train: int = 150, validation: int = 50, test: int = 30) -> dict[str, torch.Tensor]:
    """Noise with a faint mark of the class, in the layout of a prepared data set."""
    generator = np.random.Generator(np.random.Philox(key=1))
    shape = (1, 28, 28) if name == "mnist" else (3, 32, 32)
    tensors = {}
    for part, count in (("train", train + validation), ("test", test)):
        labels = generator.integers(0, 10, count)
        pixels = generator.integers(0, 200, (count, *shape))
        pixels[np.arange(count), :, labels, :] += 55
        tensors[f"{part}_images"] = torch.from_numpy(pixels.astype(np.uint8))
        tensors[f"{part}_labels"] = torch.from_numpy(labels.astype(np.uint8))
    order = torch.from_numpy(generator.permutation(train + validation))
    return {**tensors, "train": order[:train].sort().values, "validation": order[train:].sort().values}


def data_set(name: str, **counts: int) -> DataSet:
    """The same as a loaded data set, pixels in [0, 1]."""
    stored = images(name, **counts)

    def split(part: str, positions=slice(None)) -> Split:
        return Split(stored[f"{part}_images"][positions].float() / 255, stored[f"{part}_labels"][positions].long())

    return DataSet(split("train", stored["train"]), split("train", stored["validation"]), split("test"))


def ticket(experiment: Experiment, *, trial: int = 0, round: int = 1, density: float = 0.5, seed: int = 0) -> Ticket:
    """A ticket with a random mask."""
    generator = np.random.Generator(np.random.Philox(key=100 + trial))
    layers = build(experiment.network).layers
    mask = {layer.weight: torch.from_numpy(generator.random(layer.shape) < density) for layer in layers}
    return Ticket(experiment, seed, round, trial, mask)


def member(ticket: Ticket, data: DataSet, *, start=None, arm: str = "ticket", draw: int = 0, learning_rate: float | None = None) -> Member:
    """A ticket, or a control of it, as a network of a stack."""
    made = Member.of(ticket, len(data.train.labels), arm=arm, draw=draw, start=start)
    return replace(made, optimiser=made.optimiser.model_copy(update={"learning_rate": learning_rate})) if learning_rate else made


def engine(experiment: Experiment, data: DataSet, *, name: str = "torch", **settings):
    """An engine for a tiny experiment; settings: keys of the root's params.yaml."""
    settings = Settings.model_validate({**SETTINGS, "engine": name, **settings})
    plan = Plan(experiment.training, experiment.evaluation, experiment.evaluation.test_curve_until)
    return choose_engine(settings, build(experiment.network), data, plan)


def engines(network: str) -> list[str]:
    """The engines that declare an id of their arithmetic for a network."""
    declared = yaml.safe_load((REPOSITORY / "src" / "lth" / "numerics" / f"{network}.yaml").read_text())
    known = get_args(Settings.model_fields["engine"].annotation)
    assert set(declared) <= set(known), f"numerics/{network}.yaml names engines that params.yaml cannot"
    return sorted(declared)


def train(engine, members: list[Member], folder: Path) -> Trained:
    """Trains a stack; folder: an empty one, for its checkpoints."""
    executor = Threads(engine, members[0].order.images)
    return train_stack(executor, engine.plan, members, Checkpoints(folder), title="tiny", keep_parameters=True)


def save_checkpoints_always(setattr=setattr) -> None:
    """At every evaluation, whatever that takes."""
    setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    setattr(loop, "CHECKPOINT_SHARE", 1e9)


def move_root(root: Path, setattr=setattr) -> None:
    """Makes `root` the package's root."""
    for name in ("PIPELINES", "DATA", "TICKETS", "TRAINED", "RESULTS", "FIGURES", "CHECKPOINTS", "NUMERICS"):
        setattr(paths, name, root / getattr(paths, name).relative_to(paths.ROOT))
    setattr(paths, "ROOT", root)


def write_project(root: Path, changes: dict | None = None) -> None:
    """A repository of one tiny experiment with synthetic data: params.yaml, pipelines/quick/tiny, data and the numerics ids."""
    (root / "params.yaml").write_text(yaml.safe_dump(SETTINGS))
    write_experiment(root, numbers(changes))
    (root / "data").mkdir()
    for name in ("mnist", "cifar10"):
        tensors = images(name)
        shuffled = torch.from_numpy(seeds.stream(SETTINGS["seed"], "split", name).permutation(len(tensors["train_labels"])))
        held_out = len(tensors["validation"])
        tensors |= {"train": shuffled[held_out:].sort().values, "validation": shuffled[:held_out].sort().values}
        save_file(tensors, root / "data" / f"{name}.safetensors")
    numerics = Path(shutil.copytree(REPOSITORY / "src" / "lth" / "numerics", root / "src" / "lth" / "numerics"))
    (numerics / "data.yaml").write_text(yaml.safe_dump({name: content(images(name)) for name in ("mnist", "cifar10")}))


def content(tensors: dict[str, torch.Tensor]) -> dict:
    """What `src/lth/numerics/data.yaml` records of a data set that has these tensors."""
    counts = {name: len(tensors[key]) for name, key in {"train": "train_labels", "validation": "validation", "test": "test_labels"}.items()}
    return {"image": list(tensors["train_images"].shape[1:]), **counts, "sha256": digest(tensors)}


def write_experiment(root: Path, values: dict, folder: str = "quick/tiny") -> Path:
    file = root / "pipelines" / folder / "params.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(values, sort_keys=False))
    return file


def heed_ctrl_c() -> None:
    """In a process that begins: it heeds Ctrl-C, although tests that run in the background may not, and their processes with them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment(root: Path) -> dict[str, str]:
    """For a stage in a process of its own, with its root there."""
    return {**os.environ, "LTH_ROOT": str(root), "OMP_NUM_THREADS": "1"}
