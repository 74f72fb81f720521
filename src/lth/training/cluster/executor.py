"""Chunks trained on the nodes of a Ray cluster; Ray finds the node, sends the chunk there and starts it again where a machine dies.

The data set travels to each node once. A chunk that is started again goes on from its last checkpoint where the node shares the driver's
`.checkpoints`, and begins anew where it does not. Address, resources and retries are Ray's own: RAY_ADDRESS, `ray start`, RAY_TASK_MAX_RETRIES.
"""

import functools
import itertools
import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numba

from lth.config import Experiment, Settings
from lth.data import load_data
from lth.errors import LthError, one_line
from lth.networks import build
from lth.training.chunk import Chunk
from lth.training.cluster.nodes import alike, connected
from lth.training.cluster.worker import Recipe, train_on_worker
from lth.training.engines.choose import Equipment, device_kind, is_sparse
from lth.training.engines.memory import BESIDE, GIB, bytes_a_network, chunk_size
from lth.training.engines.torch import library
from lth.training.plan import Plan
from lth.training.progress import Progress
from lth.training.stack import Trained

SECONDS = 0.5
"""Between two looks at how far the chunks are."""

_placing = threading.Lock()

_stages = itertools.count()
"""Numbers the stages that this process trains, for the board."""


class Cluster:
    """The nodes of a running Ray cluster; documented at `lth.training.executors.Executor`."""

    def __init__(self, settings: Settings, experiment: Experiment, plan: Plan):
        self.ray = connected()
        device = device_kind(settings)
        self.node = alike(device)
        self.settings = settings.here().model_copy(update={"device": device})
        self.network = experiment.network
        self.plan = plan
        with _placing:
            self.data, self.images = _placed(experiment.data.name, experiment.data.scaling)
        self.equipment = self._equipment(device)

    def train(self, chunks: Sequence[Chunk], progress: Progress) -> list[Trained]:
        """What each chunk measured, in their order. Where one raises an error, the others are cancelled, and it is raised."""
        ray, board, stage = self.ray, _board(), next(_stages)
        recipe = Recipe.of(self.settings, self.network, self.plan, self.node, self.data)
        task = ray.remote(num_cpus=1, max_calls=int(self.equipment.device != "cpu"), scheduling_strategy="SPREAD")(train_on_worker)
        runs = {}
        for chunk in chunks:
            chunk.checkpoints.folder.mkdir(parents=True, exist_ok=True)
            runs[task.options(num_gpus=self._share_of_gpu(len(chunk.members))).remote(recipe, chunk, board, stage)] = chunk
        trained, left = {}, list(runs)
        try:
            while left:
                done, left = ray.wait(left, timeout=SECONDS)
                for report, words in ray.get(board.taken.remote(stage)):
                    getattr(progress, report)(*words)
                for run in done:
                    chunk = runs[run]
                    trained[chunk.name] = _owned(ray.get(run))
                    chunk.checkpoints.save_finished(chunk.name, trained[chunk.name])
                    progress.finished(chunk.name, len(chunk.members))
        except ray.exceptions.RayTaskError as error:
            raise error.cause if isinstance(error.cause, LthError) else error from None
        except ray.exceptions.RayError as error:
            raise LthError(f"Ray gave a chunk up ({one_line(error)}); the same command goes on from what is kept") from error
        finally:
            for run in left:
                ray.cancel(run, force=True)
        return [trained[chunk.name] for chunk in chunks]

    def _equipment(self, device: str) -> Equipment:
        """What every node trains with, as an engine there would say."""
        settings, plan, network = self.settings, self.plan, build(self.network)
        if is_sparse(settings, network, plan, device):
            return Equipment("sparse", "cpu", f"numba {numba.__version__}", 1, self.node.hardware)
        words = library(device, plan.training.precision_under(settings), fused=self.node.fused)
        size = chunk_size(network, plan, self.images, device, settings.chunk_gib)
        return Equipment("torch", self.node.gpu if device == "cuda" else "cpu", words, size, self.node.hardware)

    def _share_of_gpu(self, networks: int) -> float:
        """A GPU for a chunk; for one that takes a small part of `chunk_gib`, so much of it that the others still find theirs free."""
        if self.equipment.device == "cpu":
            return 0
        allowed = self.settings.chunk_gib * GIB
        takes = BESIDE + networks * bytes_a_network(build(self.network), self.plan, self.images)
        return share_of_gpu(takes, allowed, self.node.gpu_bytes)


def share_of_gpu(takes: float, allowed: float, card: float) -> float:
    """How much of a GPU a chunk is given: all of it, or less than half, rounded up to Ray's fourth decimal.

    takes: bytes of the chunk. allowed: what a chunk may take, which an engine wants free when it starts. card: the GPU's memory.
    """
    share = takes / min(allowed, card - allowed) if card > allowed else 1.0
    return 1 if share > 0.5 else math.ceil(share * 1e4) / 1e4


@functools.cache
def _board() -> Any:
    """A small process beside the driver that keeps what workers say until the driver asks."""
    ray = connected()

    class Board:  # in here, so that its process need not import this package, and torch with it
        def __init__(self):
            self.said = {}

        def say(self, stage, report, words):
            self.said.setdefault(stage, []).append((report, words))

        def taken(self, stage):
            return self.said.pop(stage, [])

    here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(num_cpus=0, scheduling_strategy=here)(Board).remote()


def _owned(trained: Trained) -> Trained:
    """With arrays of this process, where Ray's own cannot be written."""
    measured, curves = ({name: array.copy() for name, array in arrays.items()} for arrays in (trained.measured, trained.curves))
    return replace(trained, measured=measured, curves=curves)


@functools.cache
def _placed(name: str, scaling: str) -> tuple[Any, int]:
    """A data set in the cluster's object store, as numpy arrays, which workers read in place; and how many images it trains on."""
    data = load_data(name, scaling)
    arrays = {part: (getattr(data, part).inputs.numpy(), getattr(data, part).labels.numpy()) for part in ("train", "validation", "test")}
    return connected().put(arrays), len(data.train.labels)
