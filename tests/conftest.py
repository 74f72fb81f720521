"""Fixtures: a throw-away project, the prepared data sets, the original files."""

import os
from pathlib import Path

import pytest

import tiny
from lth.config.data_sets import data_sets


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """The package's root, moved to an empty folder."""
    tiny.move_root(tmp_path, monkeypatch.setattr)
    return tmp_path


@pytest.fixture
def project(root) -> Path:
    """The root of a project that holds one tiny experiment and synthetic data."""
    tiny.write_project(root)
    return root


def _prepared(name: str) -> Path:
    file = tiny.REPOSITORY / "data" / f"{name}.safetensors"
    if not file.is_file():
        pytest.skip(f"data/{name}.safetensors is absent: make it with `dvc repro data`")
    return file


@pytest.fixture
def prepared_mnist() -> Path:
    return _prepared("mnist")


@pytest.fixture
def prepared_cifar10() -> Path:
    return _prepared("cifar10")


@pytest.fixture
def originals() -> Path:
    """The folder of both data sets' original files."""
    folder = Path(os.environ.get("LTH_DATA") or tiny.REPOSITORY / "data" / "downloads")
    if not all((folder / file).is_file() for name in ("mnist", "cifar10") for file in data_sets()[name].files):
        pytest.skip(f"original files are absent from {folder}: set LTH_DATA")
    return folder


@pytest.fixture
def cuda() -> str:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    return "cuda"
