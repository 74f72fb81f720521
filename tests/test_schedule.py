"""The schedule of many experiments: what waits, what comes first, what a failure stops; and how long it would take on so many GPUs."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny
from lth import paths
from lth.config import experiment_names, load_experiment, load_settings
from lth.experiments.budget import budget, chunk_seconds
from lth.experiments.makespan import Cards, makespans
from lth.experiments.schedule import schedule


def run(waits_for: dict, seconds: dict | None = None, room: int = 1, fails: tuple = ()) -> tuple[list, set]:
    """The order in which tasks start, first come, first ended; and which were not done."""
    started, running = [], deque()

    def start(task):
        started.append(task)
        running.append(task)
        assert len(running) <= room

    def ended():
        task = running.popleft()
        return task, task not in fails

    undone = schedule(waits_for, seconds or dict.fromkeys(waits_for, 1.0), room, start, ended)
    return started, undone


def test_the_longest_way_ahead_comes_first():
    waits_for = {"short": [], "r00": [], "r01": ["r00"], "r02": ["r01"], "block": ["r00"]}
    assert run(waits_for) == (["r00", "r01", "block", "r02", "short"], set())
    seconds = {**dict.fromkeys(waits_for, 1.0), "short": 9.0}
    assert run(waits_for, seconds)[0] == ["short", "r00", "r01", "block", "r02"]


def test_what_waits_for_a_failure_never_starts_and_the_rest_does():
    waits_for = {"a0": [], "a1": ["a0"], "a2": ["a1"], "b0": [], "b1": ["b0"], "table": ["a2", "b1"]}
    started, undone = run(waits_for, fails=("a1",))
    assert set(started) == {"a0", "a1", "b0", "b1"}
    assert undone == {"a1", "a2", "table"}


@given(st.integers(1, 5), st.lists(st.sets(st.integers(0, 30), max_size=4), max_size=30))
def test_every_task_starts_once_and_after_what_it_waits_for(room, others):
    waits_for = {f"{task:02}": [f"{other:02}" for other in earlier if other < task] for task, earlier in enumerate(others)}
    started, undone = run(waits_for, room=room)
    assert sorted(started) == sorted(waits_for)
    assert not undone
    place = {task: number for number, task in enumerate(started)}
    assert all(place[other] < place[task] for task, earlier in waits_for.items() for other in earlier)


@pytest.mark.parametrize(("count", "seconds"), [(1, 15), (2, 9), (3, 9)])
def test_cards_count_the_time(count, seconds):
    """One stage of two chunks and then one more, beside a stage of one."""
    stages = {"a": [[3.0, 4.0], [5.0]], "b": [[3.0]]}
    cards = Cards(count, stages)
    assert schedule({"a": [], "b": []}, {"a": 12.0, "b": 3.0}, 2, cards.start, cards.ended) == set()
    assert cards.now == seconds


def test_more_gpus_take_no_longer_and_one_takes_the_sum():
    settings = load_settings()
    experiments = [load_experiment(name) for name in experiment_names("paper") if "lenet" in name or name.startswith("paper/conv2")]
    spans = makespans(settings, experiments, (1, 2, 4, 64))
    assert spans[0] == pytest.approx(sum(budget(experiment, settings, 1).gpu_seconds for experiment in experiments))
    assert spans == sorted(spans, reverse=True)
    assert spans[1] == pytest.approx(spans[0] / 2, rel=0.05)


def test_no_number_of_gpus_is_faster_than_the_longest_chain(root):
    (root / "params.yaml").write_text((tiny.REPOSITORY / "params.yaml").read_text())
    settings = load_settings()
    tiny.write_experiment(root, tiny.numbers())
    experiment = load_experiment("tiny")
    assert root == paths.ROOT
    chain = chunk_seconds(experiment, settings)
    longest = max(sum(sum(chain[name][0]) for name in names) for names in (("r00", "r01", "r02"), ("r00", "reinit")))
    assert makespans(settings, [experiment], (1000,)) == [pytest.approx(longest)]
