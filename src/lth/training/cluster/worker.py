"""What a worker of a Ray cluster does with a chunk: it makes the engine that the stage's recipe says, and trains."""

import functools
import hashlib
import os
import threading
import warnings
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from lth.config import NetworkConfig, Settings
from lth.data import DataSet, Split
from lth.errors import LthError
from lth.networks import build
from lth.training.checkpoint import Checkpoints
from lth.training.chunk import Chunk
from lth.training.cluster.nodes import Node, connected, refusal, this_node
from lth.training.engines.choose import choose_engine
from lth.training.loop import Engine, train_chunk
from lth.training.plan import Plan
from lth.training.stack import Trained

ENGINES = 4
"""Engines that a worker keeps from one chunk to the next: to make Lenet's takes longer than to send it a network."""


@dataclass(frozen=True)
class Recipe:
    """How a worker makes the engine of a stage."""

    key: str
    """Of all the rest, by which a worker knows an engine that it has made."""
    settings: Settings = field(compare=False)
    network: NetworkConfig = field(compare=False)
    plan: Plan = field(compare=False)
    node: Node = field(compare=False)
    data: Any = field(compare=False)
    """Ray's reference to the arrays of a data set."""

    @classmethod
    def of(cls, settings: Settings, network: NetworkConfig, plan: Plan, node: Node, data: Any) -> "Recipe":
        words = repr((settings, network, plan, data))
        return cls(hashlib.sha256(words.encode()).hexdigest(), settings, network, plan, node, data)


def train_on_worker(recipe: Recipe, chunk: Chunk, board: Any, stage: int) -> Trained:
    """What a worker does. Raises LthError where its machine would not train to the bytes of the others."""
    if why := recipe.node.differs(this_node(), recipe.settings.device):
        raise LthError(refusal(os.uname().nodename, why))
    checkpoints = WorkerCheckpoints(chunk.checkpoints.folder, chunk.checkpoints.spent)
    return train_chunk(_engine(recipe), replace(chunk, checkpoints=checkpoints), _Reports(board, stage), threading.Event())


@functools.lru_cache(maxsize=ENGINES)
def _engine(recipe: Recipe) -> Engine:
    data = _tensors(connected().get(recipe.data))
    return choose_engine(recipe.settings, build(recipe.network), data, recipe.plan)


class WorkerCheckpoints(Checkpoints):
    """Saved where the driver's folder is shared, else nowhere. What is finished, the driver keeps."""

    def save_running(self, chunk: str, iteration: int, state: dict[str, torch.Tensor]) -> None:
        if self.folder.is_dir():
            super().save_running(chunk, iteration, state)

    def save_finished(self, chunk: str, trained: Trained) -> None:
        pass


class _Reports:
    """Says on the board what `Progress` shows; the driver sees for itself what is finished."""

    def __init__(self, board: Any, stage: int):
        self.board, self.stage = board, stage

    def resumed(self, networks: int, iteration: int) -> None:
        self.board.say.remote(self.stage, "resumed", (networks, iteration))

    def reached(self, chunk: str, networks: int, iteration: int) -> None:
        self.board.say.remote(self.stage, "reached", (chunk, networks, iteration))

    def finished(self, chunk: str, networks: int) -> None:
        pass


def _tensors(arrays: dict[str, tuple]) -> DataSet:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that they cannot be written: nobody does
        return DataSet(**{part: Split(torch.from_numpy(inputs), torch.from_numpy(labels)) for part, (inputs, labels) in arrays.items()})
