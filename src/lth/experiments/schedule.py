"""What is trained when, of many experiments: a task starts as soon as those that it waits for are done and there is room.

Whether tasks then train or only pretend to (`lth.experiments.makespan`) makes no difference here.
"""

import functools
import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping


def schedule(
    waits_for: Mapping[str, Collection[str]],
    seconds: Mapping[str, float],
    room: int,
    start: Callable[[str], None],
    ended: Callable[[], tuple[str, bool]],
) -> set[str]:
    """Starts every task once; of those that could start, the one first that has the longest way ahead of it. Returns those that were not done.

    waits_for: by task, those that must be done before it. seconds: about how long each takes. room: how many may be under way at once.
    ended: waits until one has ended and returns it, and whether it is done; what waits for one that is not, never starts.
    """
    after = defaultdict(list)
    for task, others in waits_for.items():
        for other in others:
            after[other].append(task)

    @functools.cache
    def ahead(task: str) -> float:
        return seconds[task] + max(map(ahead, after[task]), default=0.0)

    missing = {task: len(others) for task, others in waits_for.items()}
    ready = [(-ahead(task), task) for task, count in missing.items() if not count]
    heapq.heapify(ready)
    running, undone = 0, set(waits_for)
    while ready or running:
        while ready and running < room:
            start(heapq.heappop(ready)[1])
            running += 1
        task, well = ended()
        running -= 1
        if not well:
            continue
        undone.remove(task)
        for later in after[task]:
            missing[later] -= 1
            if not missing[later]:
                heapq.heappush(ready, (-ahead(later), later))
    return undone
