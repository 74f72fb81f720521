"""Ctrl-C, sent to real processes: they end at once with status 130, delete nothing, and what they say is true."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

import tiny

PROMPT = 20
"""Seconds that a process may take to end; on a quiet machine it is one or two, beside a full set of tests more."""

LONG = {"training.iterations": 100_000, "evaluation.every": 20}


def start(root: Path, *words: str) -> subprocess.Popen:
    """A process of its own group, as a terminal starts it."""
    environment = tiny.environment(root) | {"PYTHONUNBUFFERED": "1"}
    environment.pop("DVC_STAGE", None)
    command = [sys.executable, "-m", *words]
    return subprocess.Popen(
        command, env=environment, cwd=root, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=tiny.heed_ctrl_c
    )


def press_ctrl_c(process: subprocess.Popen, *, twice: bool = False) -> str:
    """What it says last, once it has ended. twice: again after 20 ms, as impatience has it."""
    os.killpg(process.pid, signal.SIGINT)
    if twice:
        time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=PROMPT)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    return said


def files(root: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in root.rglob("*") if file.is_file() and not {".checkpoints"} & set(file.parts)}


@pytest.fixture
def training(tmp_path):
    """A function to a stage that trains for minutes, from the moment that its first bar stands; changes: to LONG."""

    def begin(changes: dict) -> subprocess.Popen:
        if not (tmp_path / "params.yaml").exists():
            tiny.write_project(tmp_path, LONG | changes)
            settings = yaml.safe_load((tmp_path / "params.yaml").read_text()) | {"engine": "torch", "cpu_hours": 1e6}
            (tmp_path / "params.yaml").write_text(yaml.safe_dump(settings))
            subprocess.run([sys.executable, "-m", "lth.stages.initialise", "tiny"], env=tiny.environment(tmp_path), check=True)
        process = start(tmp_path, "lth.stages.round", "tiny", "r00")
        while "|" not in process.stderr.read(1):
            assert process.poll() is None
        return process

    return begin


def test_a_training_goes_on_from_its_checkpoint_and_says_from_where(training, tmp_path):
    press_ctrl_c(training({}))
    before = files(tmp_path)

    def interrupted() -> bool:
        """Whether it came to a checkpoint within the second that it has, which it must then say."""
        process = training({})
        time.sleep(5)
        said, there = press_ctrl_c(process), bool(list(tmp_path.glob(".checkpoints/*/*.running")))
        assert said.endswith("goes on from the checkpoint\n" if there else "it had not come to a checkpoint, and begins anew\n")
        return there

    assert any(interrupted() for _ in range(4)), "on a machine that is busy it may take longer"
    assert files(tmp_path) == before
    process = training({})
    time.sleep(5)
    said = press_ctrl_c(process)
    assert (
        found := re.search(
            r"quick/tiny r00: (?:1 network goes|2 networks go) on from the checkpoint at iteration ([\d,]+) of 100,000\n", said
        )
    ), said
    assert int(found[1].replace(",", "")) % 20 == 0


def test_without_a_checkpoint_none_is_promised(training, tmp_path):
    """Chunks come to a checkpoint at an evaluation alone, and the next is minutes away."""
    process = training({"evaluation.every": 100_000})
    time.sleep(1)
    assert press_ctrl_c(process).endswith("interrupted; it had not come to a checkpoint, and begins anew\n")
    assert not list(tmp_path.glob(".checkpoints/*/*.running"))


@pytest.mark.parametrize("twice", [False, True])
def test_drawing_ends_with_its_processes_and_deletes_nothing(tmp_path, twice):
    (tmp_path / "src" / "lth" / "numerics").mkdir(parents=True)
    for name in ("params.yaml", "pipelines", "results"):
        (tmp_path / name).symlink_to(tiny.REPOSITORY / name)
    shutil.copytree(tiny.REPOSITORY / "figures", tmp_path / "figures")
    there = set(files(tmp_path / "figures"))
    changed = {file: file.stat().st_mtime_ns for file in there}
    process = start(tmp_path, "lth.stages.figures", "paper")
    ends = time.monotonic() + 120
    while all(file.stat().st_mtime_ns == changed[file] for file in there) and time.monotonic() < ends:
        time.sleep(0.1)
    said = press_ctrl_c(process, twice=twice)
    restore = "`git checkout -- figures/paper` restores them"
    assert said.endswith(f"interrupted; figures/paper may hold new figures beside old ones: {restore}\n")
    assert there <= set(files(tmp_path / "figures"))
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
