"""A stage killed at any moment goes on where it was, to the same bytes; a full disk or a second run harms nothing.

Each stage runs in a process of its own that saves a checkpoint at every evaluation and, at a stated moment, kills itself with SIGKILL
(as `kill -9` does) or meets a full disk.
"""

import fcntl
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import torch
from safetensors.torch import save_file

import tiny
from lth.errors import LthError
from lth.storage import write_atomically, write_bytes
from lth.training import checkpoints as open_checkpoints
from lth.training import loop

LONGER = {"training.iterations": 160, "evaluation.every": 20, "network.dropout": 0.3, "network.width": 0.1}
"""Long enough to be killed on the way, with dropout so that the generator's state counts."""

CONVOLUTIONAL = {
    **LONGER,
    "network.name": "conv2",
    "data.name": "cifar10",
    "pruning.conv": 0.1,
    "network.width": 0.05,
    "training.iterations": 60,
}
"""Trained by the sparse engine's kernels for convolutions."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["lth.experiments.rounds", "torch._inductor"])  # imported once, so that a stage starts at once


class Moment(NamedTuple):
    """When it happens: at the nth file of an ending."""

    what: str
    """killed half written, killed before rename, killed after rename, disk full"""
    ending: str
    nth: int


def run_stage(root: Path, stage: str, name: str, moment: Moment | None, cores: int | None, messages: Connection) -> None:
    """What a stage's process does."""
    from lth.entry import run

    tiny.move_root(root)
    if cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    tiny.save_checkpoints_always()
    if moment:
        strike_at(moment)
    sys.argv = [stage, "tiny", name]
    os.dup2(messages.fileno(), 2)
    sys.stderr = os.fdopen(2, "w", buffering=1)
    run(import_module(f"lth.stages.{stage}").main)


def strike_at(moment: Moment) -> None:
    """Arranges that the process is struck at a moment; each kind of file is written by another function."""
    import pandas as pd

    import lth.training.checkpoint as checkpoint

    left = moment.nth

    def struck(path) -> bool:
        nonlocal left
        name = Path(path).name
        if name.endswith(".part"):  # .r00.csv.4711.part is to become r00.csv
            name = name.rsplit(".", 2)[0]
        left -= name.endswith(moment.ending)
        return left == 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def struck_in(write, path_of):
        def wrapped(*args, **options):
            path = path_of(args)
            if moment.what == "disk full" and struck(path):
                resource.setrlimit(resource.RLIMIT_FSIZE, (50, resource.RLIM_INFINITY))
            write(*args, **options)
            if moment.what == "killed half written" and struck(path):
                os.truncate(path, Path(path).stat().st_size // 2)
                die()

        return wrapped

    def replace(source, target, rename=os.replace):
        if moment.what == "killed before rename" and struck(target):
            die()
        rename(source, target)
        if moment.what == "killed after rename" and struck(target):
            die()

    checkpoint.save_file = struck_in(checkpoint.save_file, lambda args: args[1])
    Path.write_bytes = struck_in(Path.write_bytes, lambda args: args[0])
    pd.DataFrame.to_parquet = struck_in(pd.DataFrame.to_parquet, lambda args: args[1])
    os.replace = replace


class Stage:
    """A stage in a process of its own, on all cores or on so many, with a thread for each."""

    def __init__(self, root: Path, stage: str, name: str, *moment, cores: int | None = None):
        self.said, says = multiprocessing.Pipe(duplex=False)
        self.process = processes.Process(target=run_stage, args=(root, stage, name, Moment(*moment) if moment else None, cores, says))
        self.process.start()
        says.close()

    def ends(self, status: int = 0) -> str:
        """Waits for it to end with an exit status, and returns what it said."""
        with open(self.said.fileno(), "rb", closefd=False) as pipe:
            messages = pipe.read().decode()
        self.said.close()
        self.process.join()
        assert self.process.exitcode == status, messages
        return messages


def outputs(root: Path) -> dict[str, bytes]:
    """Everything that the stages write but provenance, whose wall time differs."""
    files = [file for folder in ("tickets", "results") for file in (root / folder).rglob("*") if file.is_file()]
    return {str(file.relative_to(root)): file.read_bytes() for file in files if "provenance" not in file.parts and file.suffix != ".part"}


def checkpoints(root: Path, ending: str = "") -> list[Path]:
    return [file for file in (root / ".checkpoints").glob(f"*/*{ending}") if file.suffix != ".part"]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> Path:
    """A project whose stages ran through: initialise, round r00 and the block `reinit` of round 1."""
    root = tmp_path_factory.mktemp("uninterrupted")
    tiny.write_project(root, LONGER)
    subprocess.run([sys.executable, "-m", "lth.stages.initialise", "tiny"], env=tiny.environment(root), check=True)
    for words in (("round", "r00"), ("control", "reinit")):
        Stage(root, *words).ends()
    return root


@pytest.fixture
def begun(uninterrupted, tmp_path):
    """A function to a project where all stages before the given one ran."""
    return lambda stage: before(stage, uninterrupted, tmp_path / "project")


def before(stage: str, project: Path, root: Path) -> Path:
    """A copy of a project where all stages before the given one ran."""
    shutil.copytree(project, root)
    shutil.rmtree(root / "results")
    shutil.rmtree(root / ".checkpoints")
    if stage == "round":
        (root / "tickets" / "quick" / "tiny" / "r00.npz").unlink()
    return root


def assert_as_uninterrupted(root: Path, uninterrupted: Path, name: str) -> None:
    made = outputs(root)
    assert f"results/quick/tiny/runs/{name}.csv" in made
    assert made == {name: content for name, content in outputs(uninterrupted).items() if name in made}
    assert not checkpoints(root), "checkpoints are removed at the end"


KILLS = {
    ("round", "r00"): [
        ("killed half written", ".running", 3),
        ("killed before rename", ".running", 9),
        ("killed half written", ".finished", 1),
        ("killed half written", ".csv", 1),
        ("killed after rename", ".npz", 1),
        ("killed before rename", ".json", 1),
    ],
    ("control", "reinit"): [
        ("killed after rename", ".running", 5),
        ("killed after rename", ".finished", 2),
        ("killed half written", ".parquet", 1),
        ("killed before rename", ".parquet", 1),
    ],
}


@pytest.mark.parametrize(("stage", "name"), KILLS)
def test_killed_again_and_again(stage, name, begun, uninterrupted):
    """Each run goes on from what the one before it left, and is killed in its turn."""
    root = begun(stage)
    for moment in KILLS[stage, name]:
        Stage(root, stage, name, *moment).ends(-signal.SIGKILL)
        assert checkpoints(root), f"nothing to go on from after {moment}"
    Stage(root, stage, name).ends()
    assert_as_uninterrupted(root, uninterrupted, name)


@pytest.fixture(scope="module")
def convolutional(tmp_path_factory) -> Path:
    """A project of a convolutional experiment whose round r00 ran through on one core."""
    root = tmp_path_factory.mktemp("convolutional")
    tiny.write_project(root, CONVOLUTIONAL)
    subprocess.run([sys.executable, "-m", "lth.stages.initialise", "tiny"], env=tiny.environment(root), check=True)
    Stage(root, "round", "r00", cores=1).ends()
    assert "sparse-" in (root / "results" / "quick" / "tiny" / "runs" / "r00.csv").read_text()
    return root


@pytest.mark.parametrize("cores", [1, 2])
def test_a_convolutional_stage_killed_again_and_again(cores, convolutional, tmp_path):
    """On two cores both networks are under way when it happens."""
    root = before("round", convolutional, tmp_path / "project")
    for moment in (("killed half written", ".running", 3), ("killed before rename", ".finished", 1), ("killed half written", ".csv", 1)):
        Stage(root, "round", "r00", *moment, cores=cores).ends(-signal.SIGKILL)
        assert checkpoints(root), f"nothing to go on from after {moment}"
    Stage(root, "round", "r00", cores=cores).ends()
    assert_as_uninterrupted(root, convolutional, "r00")


def test_what_a_killed_run_half_wrote_is_swept_up(begun):
    root = begun("round")
    Stage(root, "round", "r00", "killed half written", ".csv", 1).ends(-signal.SIGKILL)
    assert list((root / "results").rglob("*.part"))
    Stage(root, "round", "r00").ends()
    assert not list((root / "results").rglob("*.part"))


def test_killed_from_outside_at_random_moments(begun, uninterrupted):
    root = begun("round")
    for _ in range(3):
        stage = Stage(root, "round", "r00")
        wait_for(lambda: checkpoints(root, ".running"), stage)
        time.sleep(random.uniform(0, 0.1))
        stage.process.kill()
        stage.process.join()
    Stage(root, "round", "r00").ends()
    assert_as_uninterrupted(root, uninterrupted, "r00")


def wait_for(condition, stage: Stage) -> None:
    until = time.monotonic() + 60
    while not condition() and stage.process.is_alive() and time.monotonic() < until:
        time.sleep(0.005)


def test_a_finished_network_is_not_trained_again(begun):
    root = begun("round")

    def finished() -> dict[str, int]:
        return {file.name: file.stat().st_mtime_ns for file in checkpoints(root, ".finished")}

    Stage(root, "round", "r00", "killed after rename", ".finished", 1).ends(-signal.SIGKILL)
    before = finished()
    assert before
    Stage(root, "round", "r00", "killed after rename", ".csv", 1).ends(-signal.SIGKILL)
    assert len(finished()) == 2
    assert before.items() <= finished().items()


def test_the_time_before_a_kill_counts(root):
    spent = []
    for chunk in ("0000", "0001", "0002"):
        with open_checkpoints({}, "quick/tiny r00") as kept:
            spent.append(kept.spent)
            kept.save_running(chunk, 10, {"weight": torch.zeros(1)})
            assert kept.seconds > kept.spent
    assert 0 == spent[0] < spent[1] < spent[2]
    (file,) = checkpoints(root, "0002.running")
    save_file({"weight": torch.zeros(1)}, file)  # says nothing of its time
    with open_checkpoints({}, "quick/tiny r00") as kept:
        assert kept.spent == spent[2]


def test_a_flipped_bit_is_not_trained_on_from(root):
    state = {"weight": torch.linspace(0, 1, 50), "es_iteration": torch.arange(3)}
    with open_checkpoints({}, "quick/tiny r00") as kept:
        kept.save_running("0000", 10, state)
        (file,) = checkpoints(root, ".running")
        content = file.read_bytes()
        for position in range(len(content)):
            flipped = bytearray(content)
            flipped[position] ^= 1 << position % 8
            file.write_bytes(flipped)
            if (loaded := kept.load_running("0000")) is not None:  # a space of the header
                assert loaded[0] == 10
                assert all(torch.equal(loaded[1][name], value) for name, value in state.items())
            with open_checkpoints({}, "quick/tiny r01") as again:
                assert again.spent >= 0


@pytest.mark.parametrize(("took", "first", "least"), [(0.001, 31, 100), (0.5, 31, 100), (5.0, 31, 12), (60.0, 31, 1)])
def test_checkpoints_take_a_fiftieth_of_the_time(monkeypatch, took, first, least):
    """An hour and a half, evaluated every second, where each checkpoint takes so many; the first may be more than a fiftieth of what came before it."""
    clock = [0.0]
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    pace, saved = loop.Pace(), []
    while clock[0] < 5400:
        clock[0] += 1
        if pace.due():
            saved.append(clock[0])
            with pace.saving():
                clock[0] += took
            assert len(saved) == 1 or len(saved) * took <= loop.CHECKPOINT_SHARE * clock[0]
    assert saved[0] == first
    assert len(saved) >= least


def test_a_second_run_of_a_stage_refuses(begun):
    root = begun("round")
    first = Stage(root, "round", "r00")
    wait_for(lambda: checkpoints(root, ".running"), first)
    os.kill(first.process.pid, signal.SIGSTOP)
    command = [sys.executable, "-m", "lth.stages.round", "tiny", "r00"]
    second = subprocess.run(command, env=tiny.environment(root), capture_output=True, text=True)
    os.kill(first.process.pid, signal.SIGCONT)
    first.ends()
    assert second.returncode == 1
    assert second.stderr.startswith(f"error: quick/tiny r00 is already being trained by process {first.process.pid}: ")
    assert second.stderr.count("\n") == 1


def test_the_lock_of_a_killed_run_is_free(begun):
    root = begun("round")
    Stage(root, "round", "r00", "killed after rename", ".running", 1).ends(-signal.SIGKILL)
    locks = list((root / ".checkpoints").glob("*.lock"))
    assert len(locks) == 1
    with open(locks[0]) as opened:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("ending", [".running", ".finished", ".csv", ".parquet", ".npz"])
def test_a_file_that_cannot_be_written_is_one_line(ending, begun, uninterrupted):
    """The kernel refuses further bytes, as on a full disk; with room again the same command goes on."""
    root = begun("round")
    messages = Stage(root, "round", "r00", "disk full", ending, 1).ends(1)
    said = [line for line in messages.splitlines() if line.startswith("error: ")]
    assert len(said) == 1, messages
    assert said[0].startswith("error: could not write ")
    assert ending in said[0] or ".running" in said[0], "another network's checkpoint may meet the full disk first"
    assert "run the same command again" in said[0]
    assert "Traceback" not in messages
    assert not list(root.rglob("*.part"))
    Stage(root, "round", "r00").ends()
    assert_as_uninterrupted(root, uninterrupted, "r00")


def test_a_failed_write_leaves_the_old_file(root):
    file = root / "results" / "table.csv"
    write_bytes(file, b"old")

    def full(temporary: Path) -> None:
        temporary.write_bytes(b"half of the n")
        raise OSError(28, "No space left on device")

    with pytest.raises(LthError, match=r"^could not write results/table.csv: No space left on device; free some space .+$"):
        write_atomically(file, full)
    assert [path.name for path in file.parent.iterdir()] == ["table.csv"]
    assert file.read_bytes() == b"old"
