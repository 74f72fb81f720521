"""The training loop that every engine shares: train, evaluate, keep the early stop, checkpoint; chunk by chunk over a stack.

An engine says how to advance and evaluate one chunk of networks; what is measured and when is decided here alone.
"""

import contextlib
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from lth.measures import CURVES, KINDS, POINTS, SPLITS
from lth.networks import Parameters
from lth.training.checkpoint import Checkpoints
from lth.training.plan import Plan
from lth.training.progress import Progress
from lth.training.stack import Member, Trained

CHECKPOINT_SECONDS = 30.0
"""At least so long lies between two checkpoints of a chunk."""

CHECKPOINT_SHARE = 0.02
"""At most so much of a chunk's time goes into its checkpoints, but for the first: a GPU's are gigabytes."""


PATIENCE = 1.0
"""Seconds that Ctrl-C waits for chunks to come to their next checkpoint; one that does not goes on from its last."""


class Trainer(Protocol):
    """R networks in training; documented at `lth.training.engines.torch.TorchTrainer`."""

    def advance(self, start: int, stop: int) -> None: ...
    def evaluate(self, split: str, *, best: bool = False) -> tuple[np.ndarray, np.ndarray]: ...
    def keep(self, better: np.ndarray) -> None: ...
    def snapshot(self) -> Parameters: ...
    def state(self) -> dict[str, Tensor]: ...
    def load_state(self, state: dict[str, Tensor]) -> None: ...


class Engine(Protocol):
    """Makes trainers for chunks of at most `chunk_size` networks, `workers` of which may train at once."""

    name: str
    library: str
    device: torch.device
    workers: int
    chunk_size: int

    def trainer(self, members: Sequence[Member]) -> Trainer: ...


class Stopped(Exception):
    """Another chunk failed, or the user interrupted: this one stopped at a checkpoint."""


def train_stack(
    engine: Engine, plan: Plan, members: Sequence[Member], checkpoints: Checkpoints, *, title: str, keep_parameters: bool
) -> Trained:
    """Trains every network of a stack from its first iteration to the plan's last, and measures it when the plan says.

    title: names experiment and round in the progress bar. keep_parameters: whether the final parameters are returned.
    Goes on from checkpoints of an interrupted run, to the same result bit for bit.
    """
    alike = [list(group) for _, group in itertools.groupby(members, key=lambda member: member.first)]
    chunks = [group[at : at + engine.chunk_size] for group in alike for at in range(0, len(group), engine.chunk_size)]
    stop = threading.Event()
    pool = ThreadPoolExecutor(engine.workers)
    with Progress(title, len(members), plan.training.iterations) as progress:
        runs = [
            pool.submit(_train_chunk, engine, plan, chunk, checkpoints, f"{number:04}", progress, stop, keep_parameters)
            for number, chunk in enumerate(chunks)
        ]
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
    return Trained.concatenate([run.result() for run in runs])


def _train_chunk(engine, plan, members, checkpoints, name, progress, stop, keep_parameters) -> Trained:
    if finished := checkpoints.load_finished(name):
        progress.finished(len(members), before=True)
        return finished
    run = _Run(engine, plan, members)
    saved = checkpoints.load_running(name)
    reached = run.resume(saved)
    if saved:
        progress.resumed(len(members), reached)
    progress.trained(reached * len(members))
    pace = Pace()
    while reached < plan.training.iterations:
        reached, before = run.to_next_evaluation(reached), reached
        progress.trained((reached - before) * len(members))
        if stop.is_set() or pace.due():
            with pace.saving():
                checkpoints.save_running(name, reached, run.state())
        if stop.is_set():
            raise Stopped
    trained = run.measured(keep_parameters)
    checkpoints.save_finished(name, trained)
    progress.finished(len(members), counted=True)
    return trained


class Pace:
    """When a chunk's next checkpoint is due, by how long those before it took."""

    def __init__(self):
        self.began = self.saved = time.monotonic()
        self.took: list[float] = []

    def due(self) -> bool:
        now = time.monotonic()
        with_the_next = sum(self.took) + max(self.took, default=0)
        return now - self.saved > CHECKPOINT_SECONDS and with_the_next <= CHECKPOINT_SHARE * (now - self.began)

    @contextlib.contextmanager
    def saving(self) -> Iterator[None]:
        """Takes the time of a checkpoint that is saved in the with-block."""
        before = time.monotonic()
        yield
        self.saved = time.monotonic()
        self.took.append(self.saved - before)


class _Run:
    """One chunk on its way through the plan: a trainer, and what was measured so far."""

    def __init__(self, engine: Engine, plan: Plan, members: Sequence[Member]):
        self.plan = plan
        self.first = members[0].first
        self.trainer = engine.trainer(members)
        networks = len(members)
        self.curves = {
            curve: np.full((networks, len(points)), np.nan)
            for split, points in plan.points.items()
            for kind in KINDS
            if (curve := f"{split}_{kind}") in CURVES
        }
        self.es_loss = np.full(networks, np.inf)
        self.es_iteration = np.zeros(networks, np.int64)

    def resume(self, saved: tuple[int, dict[str, Tensor]] | None) -> int:
        """Loads a checkpoint, or evaluates the networks where they start, if others are evaluated there. Returns the iteration reached."""
        if saved is None:
            if self.first in self.plan.evaluation_points:
                self._evaluate(self.first)
            return self.first
        iteration, state = saved
        for name, array in self._so_far().items():
            array[:] = state[name].numpy()
        self.trainer.load_state(state)
        return iteration

    def to_next_evaluation(self, iteration: int) -> int:
        """Trains up to the next evaluation point after `iteration`, evaluates there and returns it."""
        target = next(point for point in self.plan.evaluation_points if point > iteration)
        self.trainer.advance(iteration, target)
        self._evaluate(target)
        return target

    def state(self) -> dict[str, Tensor]:
        so_far = {name: torch.from_numpy(array) for name, array in self._so_far().items()}
        return {**so_far, **self.trainer.state()}

    def measured(self, keep_parameters: bool) -> Trained:
        """The whole record, with what is measured only of the early stop's and the last weights."""
        measured = {"es_iteration": self.es_iteration}
        for point in POINTS:
            for split in SPLITS:
                for kind, score in zip(KINDS, self.trainer.evaluate(split, best=point == "es"), strict=True):
                    measured[f"{point}_{split}_{kind}"] = score
        return Trained(measured, self.curves, self.trainer.snapshot() if keep_parameters else {})

    def _evaluate(self, iteration: int) -> None:
        for split, points in self.plan.points.items():
            if iteration in points:
                for kind, score in zip(KINDS, self.trainer.evaluate(split), strict=True):
                    if (curve := f"{split}_{kind}") in self.curves:
                        self.curves[curve][:, points.index(iteration)] = score
        loss = self.curves["validation_loss"][:, self.plan.evaluation_points.index(iteration)]
        better = loss < self.es_loss
        self.es_loss[better], self.es_iteration[better] = loss[better], iteration
        self.trainer.keep(better)

    def _so_far(self) -> dict[str, np.ndarray]:
        """What the early stop and the curves are up to now."""
        return {**self.curves, "es_loss": self.es_loss, "es_iteration": self.es_iteration}
