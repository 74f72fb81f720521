"""Benchmarks run, at a tiny size, and write what their tables are made of. Nothing here is timed."""

import json
import shutil
import subprocess
import sys

import pytest
import torch

import tiny

LENET = {"collection": "paper", "name": "lenet"}
CONV2 = {"collection": "paper", "name": "conv2", "network.name": "conv2", "data.name": "cifar10"}
SMALL = [
    ("steps", ["--rounds", "0", "1", "--repeats", "1", "--iterations", "2"]),
    pytest.param("chain", ["--repeats", "1", "--iterations", "2"], marks=pytest.mark.slow),
    pytest.param(
        "scaling",
        ["--rounds", "1", "--networks", "1", "3", "--threads", "1", "--repeats", "1", "--iterations", "2"],
        marks=pytest.mark.slow,
    ),
    pytest.param("trials", ["--trials", "1", "2", "--repeats", "1", "--iterations", "2"], marks=pytest.mark.slow),
    pytest.param("start_up", ["--experiments", "quick/lenet", "--repeats", "1"], marks=pytest.mark.slow),
    pytest.param("convolution", ["--experiments", "conv2", "--repeats", "1", "--iterations", "1"], marks=pytest.mark.slow),
    pytest.param(
        "convolution_step",
        ["--experiments", "conv2", "--widths", "0.05", "--rounds", "0", "1", "--repeats", "1", "--iterations", "1", "--images", "50"],
        marks=pytest.mark.slow,
    ),
    pytest.param(
        "convolution_profile",
        ["--experiments", "conv2", "--widths", "0.05", "--rounds", "0", "--repeats", "1"],
        marks=pytest.mark.slow,
    ),
]


@pytest.fixture
def benchmarked(project):
    """The tiny project with a Lenet, a Conv-2, the results of the quick Lenet and all verdicts; and a function that runs a module of benchmarks there."""
    for changes in (LENET, CONV2):
        tiny.write_experiment(project, tiny.numbers(changes), f"paper/{changes['name']}")
    for folder in ("pipelines/quick/lenet", "results/quick/lenet"):
        shutil.copytree(tiny.REPOSITORY / folder, project / folder)
    for file in (tiny.REPOSITORY / "results").glob("[cS]*"):
        shutil.copy(file, project / "results")
    (project / "benchmarks").mkdir()
    readme = tiny.REPOSITORY / "benchmarks" / "README.md"
    (project / "benchmarks" / "README.md").write_text(readme.read_text())

    def run(module: str, *words: str) -> str:
        command = [sys.executable, "-m", f"benchmarks.{module}", *words]
        done = subprocess.run(command, cwd=tiny.REPOSITORY, env=tiny.environment(project), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize(("name", "words"), SMALL)
def test_a_benchmark_writes_results_that_the_report_shows(project, benchmarked, name, words):
    benchmarked(name, *words)
    record = json.loads((project / "benchmarks" / "results" / f"{name}.json").read_text())
    assert record["repeats"] == 1
    assert {"command", "hardware", "versions", "load_average_before"} <= record.keys()
    benchmarked("report")
    assert (project / "benchmarks" / "README.md").read_text().count("n = 1 interleaved repeats") == 1


def test_the_gpu_benchmark_says_in_one_line_that_it_skips(benchmarked):
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    assert benchmarked("gpu") == "gpu: torch sees no CUDA device; skipped\n"
