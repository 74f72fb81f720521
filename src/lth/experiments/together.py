"""Many experiments at once: `lth train --all`. What waits for nothing is trained: side by side on a Ray cluster, else one stage after another."""

import functools
import queue
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lth.config import Experiment, Settings
from lth.errors import Interrupted, LthError
from lth.experiments.budget import stage_budget, stage_networks
from lth.experiments.chain import not_done, stage_of, train_stages, waits_for
from lth.experiments.schedule import schedule
from lth.training.engines.choose import device_kind
from lth.training.progress import one_bar

TABLE = "table"
"""What comes after an experiment's stages: its results are summarised."""


@dataclass(frozen=True)
class Task:
    """A stage that is not done, or an experiment's table."""

    run: Callable[[], object]
    waits_for: list[str]
    seconds: float = 0.0
    """About how long it takes."""
    iterations: int = 0
    """Of all its networks."""


def train_together(
    settings: Settings, experiments: Sequence[Experiment], say: Callable[[str], None], write_table: Callable[[str], object]
) -> None:
    """Trains what is not done of several experiments, and says a line for each stage.

    write_table: summarises an experiment whose stages are done, by its folder. Where a stage fails, what does not wait for it goes on.
    Raises LthError at the end where some are not done.
    """
    tasks = {name: task for experiment in experiments for name, task in _tasks(settings, experiment, say, write_table).items()}
    room = _room(settings)
    try:
        undone = _run_one_by_one(tasks, say) if room == 1 else _run_side_by_side(tasks, say, room)
    except KeyboardInterrupt:
        raise Interrupted("the same command goes on from what is kept") from None
    if undone:
        some = ", ".join(sorted(undone)[:5]) + (", …" if len(undone) > 5 else "")
        raise LthError(f"{len(undone)} of {len(tasks)} are not done ({some}): mend what is said above, and run the same command again")


def _tasks(settings: Settings, experiment: Experiment, say: Callable[[str], None], write_table: Callable[[str], object]) -> dict[str, Task]:
    """What is not done of one experiment, by names that tell it from others; a data set is everybody's."""
    left, folder, networks = not_done(settings, experiment), experiment.folder, stage_networks(experiment)
    tasks = {}
    for name in left:
        run = functools.partial(train_stages, settings, experiment, [name], lambda line: say(f"{folder} {line}"))
        seconds, iterations = 0.0, 0
        if name in networks:
            took = stage_budget(experiment, settings, 1, networks[name])
            seconds = took.core_seconds if device_kind(settings) == "cpu" else took.gpu_seconds
            iterations = sum(alike.count * alike.plan.training.iterations for alike in networks[name])
        tasks[stage_of(experiment, name)] = Task(run, waits_for(experiment, name), seconds, iterations)

    def table() -> None:
        write_table(folder)
        say(f"{folder} {TABLE}: results/{folder}/summary.csv and metrics.json are written")

    return tasks | {stage_of(experiment, TABLE): Task(table, list(tasks))}


def _room(settings: Settings) -> int:
    """How many stages are trained at once: on a cluster one more than it can train chunks, so that none waits for the next to begin."""
    if settings.executor == "ray":
        from lth.training.cluster.nodes import slots

        return slots(device_kind(settings)) + 1
    return 1


def _run_one_by_one(tasks: Mapping[str, Task], say: Callable[[str], None]) -> set[str]:
    ended = queue.SimpleQueue()
    return _scheduled(tasks, 1, lambda name: ended.put((name, _attempt(name, tasks[name], say))), ended.get)


def _run_side_by_side(tasks: Mapping[str, Task], say: Callable[[str], None], room: int) -> set[str]:
    """One thread each, and one bar for all."""
    ended = queue.SimpleQueue()
    pool = ThreadPoolExecutor(room)
    with one_bar(f"{len(tasks)} stages", sum(task.iterations for task in tasks.values())):
        try:
            return _scheduled(tasks, room, lambda name: pool.submit(lambda: ended.put((name, _attempt(name, tasks[name], say)))), ended.get)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _scheduled(tasks: Mapping[str, Task], room: int, start: Callable[[str], object], ended: Callable[[], tuple[str, bool]]) -> set[str]:
    left = {name: [other for other in task.waits_for if other in tasks] for name, task in tasks.items()}
    return schedule(left, {name: task.seconds for name, task in tasks.items()}, room, start, ended)


def _attempt(name: str, task: Task, say: Callable[[str], None]) -> bool:
    """Whether it is done; why not, is said."""
    try:
        task.run()
    except LthError as error:
        say(f"{name}: error: {error}")
        return False
    except Exception:
        say(f"{name}: {traceback.format_exc()}")
        return False
    return True
