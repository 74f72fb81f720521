"""This project's engines as a side of a benchmark: a stack of an experiment's networks, advanced as `lth.training.loop` does."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import torch

from benchmarks.structures import tickets
from lth.config import Experiment, load_experiment, load_settings
from lth.data import load_data
from lth.networks import build
from lth.training import Member, Plan, choose_engine


class EngineStack:
    """Networks of one round, at most `workers` of their chunks in training at once. name: `torch` or `sparse`; device: `cpu` or `cuda`."""

    def __init__(self, experiment: str | Experiment, name: str, workers: int = 1, device: str = "cpu"):
        self.experiment = load_experiment(experiment) if isinstance(experiment, str) else experiment
        settings = load_settings().model_copy(update={"engine": name, "device": device})
        data = load_data(self.experiment.data.name, self.experiment.data.scaling)
        self.images = len(data.train.labels)
        self.plan = Plan(self.experiment.training, self.experiment.evaluation, 0)
        self.engine = choose_engine(settings, build(self.experiment.network), data, self.plan)
        self.pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))

    def prepare(self, round: int, networks: int) -> None:
        """So many networks before training: the round's trials, again from the first where there are more networks than trials."""
        trials = tickets(self.experiment, round)
        members = [Member.of(trials[number % len(trials)], self.images) for number in range(networks)]
        size = self.engine.chunk_size
        self.trainers = [self.engine.trainer(members[first : first + size]) for first in range(0, networks, size)]
        self.reached = 0

    def train(self, iterations: int) -> None:
        """Trains every network so many iterations more, in the stretches between two evaluations."""
        stop, every = self.reached + iterations, self.experiment.evaluation.every
        points = [*range(self.reached, stop, every), stop]

        def advance(trainer):
            for start, end in itertools.pairwise(points):
                trainer.advance(start, end)

        list(self.pool.map(advance, self.trainers))
        self.reached = stop
        self._finish()

    def launch_share(self, iterations: int) -> float:
        """Of the time that so many more iterations take on a card, the share in which the host was still busy launching them.

        Near 1 the host is the limit; near 0 the card is.
        """
        started = time.perf_counter()
        for trainer in self.trainers:
            trainer.advance(self.reached, self.reached + iterations)
        launched = time.perf_counter() - started
        self._finish()
        self.reached += iterations
        return launched / (time.perf_counter() - started)

    def evaluate(self, times: int = 1) -> None:
        """Evaluates every network on the validation images, and keeps its weights as an early stop does."""

        def measure(trainer):
            for _ in range(times):
                trainer.keep(trainer.evaluate("validation")[0] < float("inf"))

        list(self.pool.map(measure, self.trainers))
        self._finish()

    def _finish(self) -> None:
        if self.engine.device.type == "cuda":
            torch.cuda.synchronize()
