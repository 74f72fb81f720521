"""The sides that Lenet is measured on: the conventional loop, plain torch, and this project's engines."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.conventional import Conventional
from benchmarks.engine import EngineStack
from benchmarks.interleaved import Remote
from benchmarks.preloaded import Preloaded
from lth.machine import cores

CORES = cores()


@dataclass(frozen=True)
class Side:
    """make(*arguments) in a process of its own. networks: trained at once; 0 for sides that know but one.

    stretches: how many stretches of iterations, and evaluations, one measurement takes, so that a fast side is timed for long enough.
    """

    make: Callable
    arguments: tuple
    networks: int
    stretches: int

    def start(self) -> "Running":
        return Running(self, Remote(self.make, *self.arguments))


@dataclass(frozen=True)
class Running:
    """A side in its process."""

    side: Side
    remote: Remote

    def prepare(self, round: int, warm_up: int) -> None:
        """Fresh networks of one round, trained a little and evaluated once before anything is timed."""
        self.remote.call("prepare", round, *([self.side.networks] if self.side.networks else []))
        self.remote.call("train", warm_up)
        self.remote.call("evaluate")

    def step(self, iterations: int) -> float:
        """Milliseconds a network-iteration, over stretches of so many iterations."""
        count = iterations * self.side.stretches
        return 1e3 * self.remote.seconds("train", count) / (count * max(1, self.side.networks))

    def evaluation(self) -> float:
        """Milliseconds an evaluation of one network on the validation images."""
        times = self.side.stretches
        words = [times] if self.side.networks else []
        return 1e3 * self.remote.seconds("evaluate", *words) / (max(1, self.side.networks) * (times if words else 1))


CONVENTIONAL, CONVENTIONAL_ONE_THREAD = "conventional loop", "conventional loop, one thread"
PRELOADED = "preloaded torch loop"
TORCH_ONE_CORE, SPARSE_ONE_CORE, SPARSE_ALL_CORES = "torch engine, one core", "sparse engine, one core", "sparse engine, all cores"

LENET = {
    CONVENTIONAL: Side(Conventional, ("lenet",), 0, 1),
    CONVENTIONAL_ONE_THREAD: Side(Conventional, ("lenet", 1), 0, 1),
    PRELOADED: Side(Preloaded, ("lenet",), 0, 1),
    TORCH_ONE_CORE: Side(EngineStack, ("lenet", "torch"), 1, 1),
    SPARSE_ONE_CORE: Side(EngineStack, ("lenet", "sparse"), 1, 5),
    SPARSE_ALL_CORES: Side(EngineStack, ("lenet", "sparse", CORES), CORES, 5),
}
