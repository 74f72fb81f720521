"""Training on a Ray cluster: two nodes give the bytes that threads give, also where workers, nodes and the driver are killed."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tiny

pytest.importorskip("ray", reason="Ray is not installed: `make cluster`")

from nodes import Nodes

LONG = {"training.iterations": 200_000, "evaluation.every": 1000}
"""Seconds a network, so that there is time to be killed in."""

LTH = [sys.executable, "-m", "lth"]


@pytest.fixture(scope="module")
def nodes():
    """A cluster of two."""
    cluster = Nodes()
    try:
        cluster.second = cluster.add()
        yield cluster
    finally:
        cluster.stop()


def outputs(root: Path) -> dict[str, bytes]:
    """Everything that stages write but provenance, whose wall time differs."""
    files = [file for folder in ("tickets", "results") for file in (root / folder).rglob("*") if file.is_file()]
    return {str(file.relative_to(root)): file.read_bytes() for file in files if "provenance" not in file.parts}


def project(root: Path, changes: dict | None = None, names: tuple[str, ...] = ("tiny",)) -> Path:
    """A project of tiny experiments."""
    root.mkdir()
    tiny.write_project(root, changes)
    for name in names:
        tiny.write_experiment(root, tiny.numbers({**(changes or {}), "name": name}), f"quick/{name}")
    (root / "dvc.yaml").touch()
    return root


def by_threads(root: Path, *words: str) -> dict[str, bytes]:
    train(root, *words)
    return outputs(root)


def train(root: Path, *words: str) -> str:
    """`lth train` by threads; returns what it says."""
    return subprocess.run([*LTH, "train", *words], env=tiny.environment(root), check=True, capture_output=True, text=True).stdout


def by_ray(nodes: Nodes, root: Path, *words: str) -> subprocess.Popen:
    """`lth train` on the cluster, under way."""
    command = [*LTH, "train", *words]
    return subprocess.Popen(command, env=nodes.environment(root), cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_nodes_give_the_bytes_of_threads(nodes, tmp_path):
    """Two experiments at once, with a control that takes what a round has left, and dropout by torch."""
    changes = {"network.dropout": 0.3, "blocks.reinit.draws": 3}
    roots = [project(tmp_path / name, changes, ("tiny", "other")) for name in ("threads", "ray")]
    expected = by_threads(roots[0], "--all", "tiny", "other")
    run = by_ray(nodes, roots[1], "--all", "tiny", "other")
    trained = set()
    while run.poll() is None:
        trained |= {node.pid for node in (nodes.head, nodes.second) if nodes.training(node)}
    said, errors = run.communicate()
    assert run.returncode == 0, errors
    assert said.count(" networks in ") == 8, said
    assert outputs(roots[1]) == expected
    assert len(expected) == 2 * (1 + 3 * 3 + 2 + 2)
    written = [f"quick/{name} table: results/quick/{name}/summary.csv and metrics.json are written" for name in ("other", "tiny")]
    assert sorted(train(roots[0], "--all", "tiny", "other").splitlines()) == written, "nothing was left to train"
    assert trained == {nodes.head.pid, nodes.second.pid}, "one node trained nothing"
    assert not list(roots[1].glob(".checkpoints/*/*"))


@pytest.mark.slow
def test_a_node_with_other_sources_is_refused_before_it_trains(nodes, tmp_path):
    shutil.copytree(tiny.REPOSITORY / "src", tmp_path / "src")
    with open(tmp_path / "src" / "lth" / "measures.py", "a") as file:
        file.write("# another version\n")
    other = nodes.add(PYTHONPATH=str(tmp_path / "src"))
    root = project(tmp_path / "project")
    run = by_ray(nodes, root, "tiny")
    _, errors = run.communicate()
    nodes.kill(other)
    nodes.wait(2)
    assert run.returncode == 1
    assert re.fullmatch(r"error: node \S+ would not train to the same bytes \(lth is .+ there, .+ elsewhere\): .+\n", errors)
    assert not list(root.glob("results/**/*.csv"))


@pytest.mark.slow
def test_a_round_begun_by_threads_goes_on_on_the_cluster(nodes, tmp_path):
    """The checkpoints are the same, whoever trains; one killed after its first file of results trains nothing again."""
    root = project(tmp_path / "project", {"training.iterations": 30_000})
    command = [sys.executable, "-m", "lth", "train", "tiny", "--until", "r00"]
    expected = by_threads(project(tmp_path / "threads", {"training.iterations": 30_000}), "tiny", "--until", "r00")
    run = subprocess.Popen(command, env=tiny.environment(root), cwd=root, stderr=subprocess.DEVNULL)
    while not list(root.glob(".checkpoints/*/*.finished")) and run.poll() is None:
        time.sleep(0.002)
    run.kill()
    run.wait()
    if not list(root.glob(".checkpoints/*/*.finished")):
        pytest.skip("the round had ended before it could be killed")
    run = by_ray(nodes, root, "tiny", "--until", "r00")
    _, errors = run.communicate()
    assert "of 2 networks had been trained before" in errors
    assert outputs(root) == expected


KILLS = 3


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A cluster of two whose sources save a checkpoint every second."""
    sources = shutil.copytree(tiny.REPOSITORY / "src", tmp_path_factory.mktemp("hasty") / "src")
    file = sources / "lth" / "training" / "loop.py"
    text = file.read_text()
    for usual, hurried in {
        "CHECKPOINT_SECONDS = 30.0": "CHECKPOINT_SECONDS = 1.0",
        "CHECKPOINT_SHARE = 0.02": "CHECKPOINT_SHARE = 0.5",
    }.items():
        assert usual in text
        text = text.replace(usual, hurried)
    file.write_text(text)
    cluster = Nodes(PYTHONPATH=str(sources))
    try:
        cluster.second = cluster.add()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> dict[str, bytes]:
    return by_threads(project(tmp_path_factory.mktemp("long") / "threads", LONG), "tiny", "--until", "r01")


@pytest.mark.slow
@pytest.mark.parametrize("what", ["worker", "node", "driver"])
def test_killed_three_times(what, hasty, tmp_path, uninterrupted):
    """Each time when both hasty have a checkpoint to go on from; the driver, whose workers end with it, is started again."""
    root = project(tmp_path / "project", LONG)
    run, errors = by_ray(hasty, root, "tiny", "--until", "r01"), ""
    for _ in range(KILLS):
        since = time.time()
        while len(saved(root, since)) < 2 or not hasty.training(hasty.second):
            assert run.poll() is None, f"it ended before it was killed: {run.communicate()}"
            time.sleep(0.05)
        if what == "worker":
            os.kill(hasty.training(hasty.second)[0], signal.SIGKILL)
        elif what == "node":
            hasty.kill(hasty.second)
            hasty.wait(1)
            hasty.second = hasty.add()
        else:
            run.kill()
            errors += run.communicate()[1]
            run = by_ray(hasty, root, "tiny", "--until", "r01")
    errors += run.communicate()[1]
    assert run.returncode == 0, errors
    assert outputs(root) == uninterrupted
    assert len(re.findall("on from the checkpoint at iteration", errors)) >= KILLS


def saved(root: Path, since: float) -> list[Path]:
    """The chunks that have saved a checkpoint since then."""
    found = []
    for file in root.glob(".checkpoints/*/*.running"):
        with contextlib.suppress(OSError):  # it has been finished
            found += [file] if file.stat().st_mtime > since else []
    return found


def test_without_a_cluster_it_says_how_to_start_one(tmp_path):
    root = project(tmp_path / "project")
    environment = {**tiny.environment(root), "LTH_EXECUTOR": "ray", "RAY_ADDRESS": "127.0.0.1:1"}
    run = subprocess.run([*LTH, "train", "tiny"], env=environment, cwd=root, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("error: executor: ray finds no cluster at RAY_ADDRESS 127.0.0.1:1 (")
