"""Who trains makes no difference: chunks are values, executors are named by params or the environment, and no result or checkpoint depends on them."""

import pickle
import sys
import threading

import pytest
import torch
import yaml

import tiny
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments import stage
from lth.experiments.rounds import train_round
from lth.tickets import load_tickets, save_initial
from lth.training import Checkpoints, Threads
from lth.training.chunk import chunks_of
from lth.training.cluster.executor import share_of_gpu
from lth.training.cluster.nodes import Node, this_node
from lth.training.cluster.worker import WorkerCheckpoints
from lth.training.executors import threads_for
from lth.training.loop import train_chunk
from lth.training.progress import Progress, one_bar

GIB = 2**30


@pytest.mark.parametrize(
    ("chunks", "workers", "threads"), [(1, 2, 2), (2, 2, 2), (3, 2, 3), (5, 2, 3), (6, 2, 2), (7, 4, 7), (9, 4, 5), (5, 1, 1)]
)
def test_no_chunk_is_left_to_train_alone(chunks, workers, threads):
    assert threads_for(chunks, workers) == threads
    turns = [min(threads, chunks - first) for first in range(0, chunks, threads)]
    assert sum(max(turn, workers) / workers for turn in turns) == max(chunks / workers, 1), "every core works until all are done"


@pytest.mark.parametrize("network", ["lenet", "conv2"])
def test_a_chunk_that_was_sent_trains_to_the_same_bytes(network, tmp_path):
    experiment = tiny.experiment(network)
    data = tiny.data_set(experiment.data.name)
    engine = tiny.engine(experiment, data, name="auto")
    members = [
        tiny.member(tiny.ticket(experiment, trial=trial), data, arm=arm) for trial in (0, 1) for arm in ("ticket", "reinit", "noise-1")
    ]
    here = tiny.train(engine, members, tmp_path / "here")
    chunks = chunks_of(members, 2, engine.plan, Checkpoints(tmp_path / "there"), keep_parameters=True)
    assert [len(chunk.members) for chunk in chunks] == [2, 2, 2]
    for number, chunk in enumerate(chunks_of(members, 1, engine.plan, Checkpoints(tmp_path / "there"), keep_parameters=True)):
        sent = pickle.loads(pickle.dumps(chunk))
        with Progress("tiny", 1, engine.plan.training.iterations) as progress:
            there = train_chunk(engine, sent, progress, threading.Event())
        for name, values in here.parameters.items():
            assert torch.equal(values[number : number + 1], there.parameters[name])
        for name, values in {**here.measured, **here.curves}.items():
            assert values[number : number + 1].tobytes() == ({**there.measured, **there.curves})[name].tobytes()


@pytest.mark.parametrize("shared", [True, False])
def test_a_worker_saves_checkpoints_where_the_folder_is_shared(shared, tmp_path, monkeypatch):
    tiny.save_checkpoints_always(monkeypatch.setattr)
    experiment = tiny.experiment()
    data = tiny.data_set("mnist")
    engine = tiny.engine(experiment, data)
    folder = tmp_path / "kept"
    if shared:
        folder.mkdir()
    members = [tiny.member(tiny.ticket(experiment), data)]
    (chunk,) = chunks_of(members, 1, engine.plan, WorkerCheckpoints(folder), keep_parameters=True)
    with Progress("tiny", 1, 40) as progress:
        trained = train_chunk(engine, chunk, progress, threading.Event())
    assert [file.name for file in tmp_path.rglob("*.*")] == (["0000.running"] if shared else [])
    assert trained.measured == tiny.train(engine, members, tmp_path / "here").measured


def test_chunks_start_from_one_iteration(tmp_path):
    experiment = tiny.experiment(changes={"training.rewind": 10})
    data = tiny.data_set("mnist")
    engine = tiny.engine(experiment, data)
    members = [tiny.member(tiny.ticket(experiment, trial=trial, round=round), data) for round in (0, 1) for trial in range(3)]
    chunks = chunks_of(members, 2, engine.plan, Checkpoints(tmp_path), keep_parameters=False)
    assert [chunk.name for chunk in chunks] == ["0000", "0001", "0002", "0003"]
    assert [member for chunk in chunks for member in chunk.members] == members
    assert all(len({member.first for member in chunk.members}) == 1 for chunk in chunks)


def test_the_time_of_checkpoints_goes_on_elsewhere(tmp_path):
    kept = Checkpoints(tmp_path, spent=50.0)
    sent = pickle.loads(pickle.dumps(kept))
    assert 50 <= sent.spent <= sent.seconds < 60


def test_the_environment_comes_first(project, monkeypatch):
    assert load_settings().executor == "threads"
    (project / "params.yaml").write_text(yaml.safe_dump({**tiny.SETTINGS, "executor": "ray"}))
    assert load_settings().executor == "ray"
    monkeypatch.setenv("LTH_EXECUTOR", "threads")
    assert load_settings().executor == "threads"
    monkeypatch.setenv("LTH_EXECUTOR", "dask")
    with pytest.raises(LthError, match=r"^LTH_EXECUTOR is 'dask', must be threads or ray$"):
        load_settings()


def test_without_ray_it_says_what_to_install(project, monkeypatch):
    from lth.training.cluster import nodes

    nodes.connected.cache_clear()
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setenv("LTH_EXECUTOR", "ray")
    settings, experiment = load_settings(), load_experiment("tiny")
    save_initial(experiment, settings.seed)
    with pytest.raises(LthError, match=r"^executor: ray needs Ray, which is not installed: `make cluster`.+requirements-cluster.txt"):
        train_round(settings, experiment, "r00")


def test_no_checkpoint_depends_on_it(project, monkeypatch):
    settings, experiment = load_settings(), load_experiment("tiny")
    save_initial(experiment, settings.seed)
    choose, folders = stage.choose_executor, set()
    monkeypatch.setattr(
        stage, "choose_executor", lambda settings, *words: choose(settings.model_copy(update={"executor": "threads"}), *words)
    )
    for executor in ("threads", "ray"):
        with stage.open_stage(settings.model_copy(update={"executor": executor}), experiment, "r00", load_tickets(experiment, 0)) as opened:
            folders.add((opened.checkpoints.folder, opened.made_from["made_from"]))
            assert isinstance(opened.executor, Threads)
    assert len(folders) == 1


@pytest.mark.parametrize(
    ("takes", "card", "share"),
    [
        (32, 139, 1),
        (17, 139, 1),
        (16, 139, 0.5),
        (1.1, 139, 0.0344),
        (1.1, 40, 0.1375),
        (4, 40, 0.5),
        (5, 40, 1),
        (1.1, 33, 1),
        (1.1, 24, 1),
    ],
)
def test_small_chunks_share_a_gpu(takes, card, share):
    """As many together as leave 32 GiB free for the one that comes last, and no more than 32 GiB together."""
    given = share_of_gpu(takes * GIB, 32 * GIB, card * GIB)
    assert given == share
    if given < 1:
        together = 1 // given
        assert together * takes <= 32 + 1e-9
        assert card - (together - 1) * takes >= 32


def test_what_makes_nodes_differ():
    here = this_node()
    assert this_node() == here
    assert here.differs(here, "cpu") == here.differs(here, "cuda") == ""
    other = Node({**here.software, "torch": "1.0"}, "another", "2 x another", "a GPU", 9, fused=True)
    assert (
        other.differs(here, "cpu")
        == f"torch is {here.software['torch']} there, 1.0 elsewhere, processor is {here.processor} there, another elsewhere"
    )
    assert "GPU is None there, a GPU elsewhere" in other.differs(here, "cuda")
    assert "processor" not in other.differs(here, "cuda")


def test_a_chunk_that_begins_anew_falls_back(capsys):
    with Progress("tiny", 3, 100) as progress:
        progress.reached("0000", 2, 50)
        progress.reached("0001", 1, 80)
        assert progress.bar.n == 180
        progress.reached("0000", 2, 10)
        assert progress.bar.n == 100
        progress.finished("0000", 2)
        progress.finished("0001", 1)
        assert (progress.bar.n, progress.done) == (300, 3)


def test_many_stages_share_one_bar(capsys):
    with one_bar("2 stages", 400):
        first, second = Progress("one", 1, 100), Progress("two", 3, 100)
        assert first.bar is second.bar
        with first, second:
            first.reached("0000", 1, 40)
            second.finished("0000", 3)
        assert first.bar.n == 340
    assert Progress("three", 1, 100).bar is not first.bar
