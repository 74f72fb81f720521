"""Who trains the chunks of a stack: threads of this process, or the machines of a Ray cluster (`lth.training.cluster`). Results are the same."""

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Protocol

from lth.config import Experiment, Settings
from lth.data import load_data
from lth.networks import build
from lth.training.checkpoint import Checkpoints
from lth.training.chunk import Chunk, chunks_of
from lth.training.engines.choose import Equipment, choose_engine
from lth.training.loop import Engine, train_chunk
from lth.training.plan import Plan
from lth.training.progress import Progress
from lth.training.stack import Member, Trained

PATIENCE = 1.0
"""Seconds that Ctrl-C waits for chunks to come to their next checkpoint; one that does not goes on from its last."""


class Executor(Protocol):
    """Trains chunks of a stage.

    images: how many there are in the training set. equipment: what trains them, by which the chunk size is chosen.
    """

    images: int
    equipment: Equipment

    def train(self, chunks: Sequence[Chunk], progress: Progress) -> list[Trained]:
        """What each chunk measured, in their order. Where one raises an error, the others stop, and it is raised."""
        ...


def choose_executor(settings: Settings, experiment: Experiment, plan: Plan) -> Executor:
    """The one that `executor` in params.yaml, or LTH_EXECUTOR, names, with the data of an experiment.

    Raises LthError as `choose_engine` does, and where there is no Ray or no cluster, or its machines would not train alike.
    """
    if settings.executor == "ray":
        from lth.training.cluster.executor import Cluster

        return Cluster(settings, experiment, plan)
    data = load_data(experiment.data.name, experiment.data.scaling)
    return Threads(choose_engine(settings, build(experiment.network), data, plan), len(data.train.labels))


def threads_for(chunks: int, workers: int) -> int:
    """How many chunks to train at once, so that none is left to train alone at the end: three on two cores share them and are done in the time
    of one and a half, where two and then one take that of two."""
    return workers + chunks % workers if chunks > workers else workers


class Threads:
    """Threads of this process, a chunk each, `threads_for` them."""

    def __init__(self, engine: Engine, images: int):
        self.engine = engine
        self.images = images
        self.equipment = Equipment.of(engine)

    def train(self, chunks: Sequence[Chunk], progress: Progress) -> list[Trained]:
        stop = threading.Event()
        pool = ThreadPoolExecutor(threads_for(len(chunks), self.engine.workers))
        runs = [pool.submit(train_chunk, self.engine, chunk, progress, stop) for chunk in chunks]
        try:
            done, _ = wait(runs, return_when=FIRST_EXCEPTION)
            failures = [run.exception() for run in done if run.exception()]
            if failures:
                raise failures[0]
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            wait(runs, PATIENCE)
            raise
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()
        return [run.result() for run in runs]


def train_stack(
    executor: Executor, plan: Plan, members: Sequence[Member], checkpoints: Checkpoints, *, title: str, keep_parameters: bool
) -> Trained:
    """Trains every network of a stack and measures it; see `lth.training.loop.train_chunk`.

    title: names experiment and round in the progress bar. keep_parameters: whether the final parameters are returned.
    What an interrupted run finished is not trained again.
    """
    chunks = chunks_of(members, executor.equipment.chunk_size, plan, checkpoints, keep_parameters=keep_parameters)
    trained: dict[str, Trained] = {}
    with Progress(title, len(members), plan.training.iterations) as progress:
        for chunk in chunks:
            if finished := checkpoints.load_finished(chunk.name):
                trained[chunk.name] = finished
                progress.finished(chunk.name, len(chunk.members), before=True)
        left = [chunk for chunk in chunks if chunk.name not in trained]
        trained |= zip((chunk.name for chunk in left), executor.train(left, progress), strict=True)
    return Trained.concatenate([trained[chunk.name] for chunk in chunks])
