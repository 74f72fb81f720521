"""How long a cluster would take for many experiments: their schedule, run on GPUs that only count the time."""

import heapq
import itertools
from collections import deque
from collections.abc import Mapping, Sequence

from lth.config import Experiment, Settings
from lth.experiments.budget import chunk_seconds
from lth.experiments.chain import stage_of, waits_for
from lth.experiments.schedule import schedule

Stacks = Sequence[Sequence[float]]
"""Of a stage, the seconds of its chunks on a GPU: stack after stack, the chunks of one side by side."""


def makespans(settings: Settings, experiments: Sequence[Experiment], counts: Sequence[int]) -> list[float]:
    """Seconds that all stages take on each of these counts of H200, a chunk on one, with nothing lost between them."""
    stages: dict[str, Stacks] = {}
    waiting: dict[str, list[str]] = {}
    for experiment in experiments:
        for name, stacks in chunk_seconds(experiment, settings).items():
            stages[stage_of(experiment, name)], waiting[stage_of(experiment, name)] = stacks, waits_for(experiment, name)
    waiting = {stage: [other for other in others if other in stages] for stage, others in waiting.items()}
    seconds = {name: sum(map(sum, stacks)) for name, stacks in stages.items()}
    spans = []
    for count in counts:
        cards = Cards(count, stages)
        schedule(waiting, seconds, count + 1, cards.start, cards.ended)
        spans.append(cards.now)
    return spans


class Cards:
    """GPUs that take chunks one by one, first come, first served, as Ray has it."""

    def __init__(self, count: int, stages: Mapping[str, Stacks]):
        self.stacks = {stage: iter(stacks) for stage, stacks in stages.items()}
        self.now, self.idle = 0.0, count
        self.waiting: deque[tuple[str, float]] = deque()
        self.busy: list[tuple[float, int, str]] = []
        self.left: dict[str, int] = {}
        self.numbers = itertools.count()

    def start(self, stage: str) -> None:
        """A stage's first stack waits for cards."""
        self._wait_for_cards(stage)

    def ended(self) -> tuple[str, bool]:
        """The next stage that has ended, when it has."""
        while True:
            while self.waiting and self.idle:
                stage, seconds = self.waiting.popleft()
                heapq.heappush(self.busy, (self.now + seconds, next(self.numbers), stage))
                self.idle -= 1
            self.now, _, stage = heapq.heappop(self.busy)
            self.idle += 1
            self.left[stage] -= 1
            if not self.left[stage] and not self._wait_for_cards(stage):
                return stage, True

    def _wait_for_cards(self, stage: str) -> bool:
        """Whether a stage had one more stack."""
        chunks = next(self.stacks[stage], ())
        self.left[stage] = len(chunks)
        self.waiting.extend((stage, seconds) for seconds in chunks)
        return bool(chunks)
