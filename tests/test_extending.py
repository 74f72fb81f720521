"""A data set, a network and a criterion are one registration each, made here from outside the package's lists; docs/extending.md's are what is registered."""

import gzip
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import lth
import tiny
from lth import paths
from lth.config import load_experiment, load_settings
from lth.config.architectures import ARCHITECTURES, Architecture
from lth.config.data_sets import data_sets
from lth.data import load_data, prepare
from lth.errors import LthError
from lth.experiments.rounds import train_round
from lth.experiments.stage import Stage
from lth.pruning.criteria import CRITERIA
from lth.tickets import save_initial

PAGE = (tiny.REPOSITORY / "docs" / "extending.md").read_text()


def code(first_line: str) -> str:
    """The block of the page that begins so."""
    return re.search(rf"^```python\n# {re.escape(first_line)}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]


def write_originals(folder: Path, files: list[str]) -> dict[str, str]:
    """Made-up idx files of 6,000 and 100 images in torchvision's layout; returns their MD5s."""
    generator = np.random.Generator(np.random.Philox(key=5))
    checksums = {}
    for name in files:
        count = 6_000 if "train" in name else 100
        images = "images" in name
        values = generator.integers(0, 256 if images else 10, count * (784 if images else 1)).astype(np.uint8)
        content = gzip.compress(bytes(16 if images else 8) + values.tobytes(), 1, mtime=0)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        checksums[name] = hashlib.md5(content).hexdigest()
    return checksums


@pytest.fixture
def fashion(project, monkeypatch) -> Path:
    """A project whose FashionMNIST is small and made up; the folder of its original files."""
    source, given = data_sets()["fashion"], project / "given"
    files = write_originals(given, list(source.files))
    monkeypatch.setitem(data_sets(), "fashion", source.model_copy(update={"train": 6_000, "test": 100, "files": files}))
    monkeypatch.setenv("LTH_DATA", str(given))
    return given


def test_fashion_is_read_from_torchvisions_layout_and_verified(fashion):
    prepare("fashion", 0, paths.DATA / "fashion.safetensors")
    data = load_data("fashion", "unit")
    assert [len(part.labels) for part in (data.train, data.validation, data.test)] == [1_000, 5_000, 100]
    first = gzip.decompress((fashion / "FashionMNIST/raw/t10k-images-idx3-ubyte.gz").read_bytes())[16:][:784]
    assert torch.equal((data.test.inputs[0] * 255).round().byte().flatten(), torch.frombuffer(bytearray(first), dtype=torch.uint8))
    (fashion / "FashionMNIST/raw/t10k-labels-idx1-ubyte.gz").write_bytes(b"another file")
    with pytest.raises(LthError, match=r"t10k-labels-idx1-ubyte.gz is damaged \(12 bytes, wrong MD5\): copy it again"):
        prepare("fashion", 0, paths.DATA / "fashion.safetensors")


def test_fashions_checksums_are_those_that_torchvision_publishes():
    from torchvision.datasets import FashionMNIST

    source = data_sets()["fashion"]
    assert source.files == {f"FashionMNIST/raw/{file}": md5 for file, md5 in FashionMNIST.resources}
    assert source.checksum == "md5"
    assert load_experiment("quick/fashion").data.images == {"train": 55_000, "validation": 5_000, "test": 10_000}


def test_all_three_are_registered_in_one_place_each_and_trained(fashion, monkeypatch):
    (fashion / "mlp.py").write_text(code("src/lth/networks/mlp.py"))
    monkeypatch.syspath_prepend(fashion)
    known = {"Architecture": Architecture}
    exec(code("in ARCHITECTURES").replace("lth.networks.mlp:mlp", "mlp:mlp"), known)
    exec(code("src/lth/pruning/criteria.py"), known)
    monkeypatch.setitem(data_sets(), "mine", data_sets()["fashion"])
    monkeypatch.setitem(ARCHITECTURES, "mlp", known["entry"]["mlp"])
    monkeypatch.setitem(CRITERIA, "movement", known["movement"])

    (paths.NUMERICS / "mlp.yaml").write_text("torch: 1\n")
    changes = {"network.name": "mlp", "network.width": 0.5, "data.name": "mine", "pruning.criterion": "movement", "training.iterations": 2}
    changes |= {"evaluation.every": 1, "evaluation.test_curve_until": 0, "rounds": {"r00": "initial", "r01": "r00"}, "blocks": {}}
    tiny.write_experiment(fashion.parent, tiny.numbers(changes))
    settings, experiment = load_settings(), load_experiment("tiny")
    prepare("mine", settings.seed, paths.DATA / "mine.safetensors")
    save_initial(experiment, settings.seed)
    write, trained = Stage.write, []
    monkeypatch.setattr(Stage, "write", lambda stage, members, made, *files: (trained.append(made), write(stage, members, made, *files)))
    for name in experiment.rounds:
        train_round(settings, experiment, name)

    rows = lth.load_results("tiny")
    assert rows.groupby("round")["weights_remaining"].unique().map(list).tolist() == [[16 * 784 + 160], [round(0.8 * 16 * 784) + 144]]
    for trial in (0, 1):
        ticket = lth.load_ticket("tiny", round=1, trial=trial)
        for name, kept in ticket.mask.items():
            moved = (trained[0].parameters[name][trial] - ticket.initial_parameters()[name]).abs()
            assert moved[kept].min() >= moved[~kept].max(), "those that moved least went"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data.name": "imagenet"}, r"data.name: 'imagenet' is wrong, must be 'mnist', 'cifar10' or 'fashion'$"),
        ({"data.name": "cifar10"}, r"data.name is cifar10, but lenet takes mnist or fashion$"),
        (
            {"pruning.method": "oneshot", "pruning.levels": 1, "pruning.criterion": "movement"},
            r"criterion belongs to pruning round after round",
        ),
    ],
)
def test_what_nobody_registered_is_refused(project, changes, message):
    tiny.write_experiment(project, tiny.numbers(changes))
    with pytest.raises(LthError, match=message):
        load_experiment("tiny")


def test_an_unknown_criterion_is_refused_before_anything_is_trained(project):
    tiny.write_experiment(project, tiny.numbers({"pruning.criterion": "movment"}))
    settings, experiment = load_settings(), load_experiment("tiny")
    save_initial(experiment, settings.seed)
    with pytest.raises(LthError, match=r"pruning.criterion: 'movment' is unknown, allowed: magnitude$"):
        train_round(settings, experiment, "r00")
