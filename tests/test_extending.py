"""A data set, a network and a criterion are one registration each, made here from outside the package's lists; docs/extending.md's are what is registered."""

import gzip
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

import lth
import tiny
from lth import paths
from lth.config import data_sets as registry
from lth.config import load_experiment, load_settings
from lth.config.architectures import ARCHITECTURES, Architecture
from lth.config.data_sets import data_sets
from lth.data import load_data, prepare, sources
from lth.entry import run
from lth.errors import LthError
from lth.experiments.rounds import train_round
from lth.experiments.stage import Stage
from lth.pruning.criteria import CRITERIA
from lth.stages import data as stage
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
    with pytest.raises(
        LthError, match=r"t10k-labels-idx1-ubyte.gz is damaged \(12 bytes, not the MD5 in .+/data_sets.yaml\): copy it again"
    ):
        prepare("fashion", 0, paths.DATA / "fashion.safetensors")


def test_fashions_checksums_are_those_that_torchvision_publishes():
    from torchvision.datasets import FashionMNIST

    source = data_sets()["fashion"]
    assert source.files == {f"FashionMNIST/raw/{file}": md5 for file, md5 in FashionMNIST.resources}
    assert source.checksum == "md5"
    assert load_experiment("quick/fashion").data.images == {"train": 55_000, "validation": 5_000, "test": 10_000}


@pytest.fixture
def register(project, monkeypatch) -> Iterator[Callable]:
    """Registers the page's data set of one's own, of made-up images, in a project's data_sets.yaml; returns the images that its file holds.

    entry: other values of its keys; None takes one out. arrays: others than the four that belong there.
    """
    known = yaml.safe_load(registry.FILE.read_text())["data_sets"]
    mine = yaml.safe_load(re.search(r"^```yaml\n(  mine:\n.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1])["mine"]
    mine |= {"train": 6_000, "test": 1_000}
    file, given = project / "src" / "lth" / "config" / "data_sets.yaml", project / "given"
    monkeypatch.setenv("LTH_DATA", str(given))

    def write(entry: dict | None = None, **arrays: np.ndarray) -> dict[str, np.ndarray]:
        generator = np.random.Generator(np.random.Philox(key=5))
        made = {
            f"{part}_{kind}": generator.integers(0, 256 if shape else 10, (mine[part], *shape), np.uint8)
            for part in ("train", "test")
            for kind, shape in (("images", mine["image"]), ("labels", ()))
        } | arrays
        given.mkdir()
        np.savez(given / "mine.npz", **made)
        digest = hashlib.sha256((given / "mine.npz").read_bytes()).hexdigest()
        own = mine | {"files": {"mine.npz": digest}} | (entry or {})
        file.parent.mkdir()
        entries = known | {"mine": {key: value for key, value in own.items() if value is not None}}
        file.write_text(yaml.safe_dump({"data_sets": entries}))
        return made

    for module in (registry, sources):
        monkeypatch.setattr(module, "FILE", file)
    data_sets.cache_clear()
    yield write
    data_sets.cache_clear()


def test_images_of_ones_own_need_no_class_of_torchvision(register):
    made = register()
    prepare("mine", 0, paths.DATA / "mine.safetensors")
    data = load_data("mine", "unit")
    assert [len(part.labels) for part in (data.train, data.validation, data.test)] == [1_000, 5_000, 1_000]
    assert np.array_equal((data.test.inputs * 255).round().byte().numpy(), made["test_images"])
    assert np.array_equal(data.test.labels.numpy(), made["test_labels"])


REGISTRY = "src/lth/config/data_sets.yaml"
MINE = f"{REGISTRY}: data_sets.mine"
HOLDS = rf"{MINE}: its files do not hold what it says \(%s\): mend the entry, or the files$"


@pytest.mark.parametrize(
    ("entry", "arrays", "line"),
    [
        ({"title": None}, {}, f"{MINE}.title: missing$"),
        ({"labels": 10}, {}, f"{MINE}.labels: unknown key, allowed here: title, image, train, .+$"),
        ({"train": 5_000}, {}, f"{MINE}.train: 5000 is wrong, must be greater than 5000$"),
        ({"files": {}}, {}, rf"{MINE}.files: {{}} is wrong, must have at least 1 item.+$"),
        ({"augment": ["flip"]}, {}, f"{MINE}.augment.0: 'flip' is wrong, must be 'flip-crop'$"),
        ({"format": "csv"}, {}, f"{MINE}.format: 'csv' is unknown, allowed: idx, cifar, npz$"),
        (
            {"format": "idx"},
            {},
            rf"{MINE}.format: idx cannot read its files \(it lacks 'train-images-idx3-ubyte.gz'\): name another, or mend the files$",
        ),
        (
            {"files": {"mine.npz": "0" * 64}},
            {},
            rf"given/mine.npz is damaged \(.+, not the SHA-256 in {REGISTRY}\): copy it again, or mend .+$",
        ),
        ({"files": {"nine.npz": "0" * 64}}, {}, f"given/nine.npz is missing: copy it there, .+, or mend its path in {REGISTRY}$"),
        ({"files": {"mine.npz": "A" * 64}}, {}, rf"{MINE}.files.mine.npz: 'A+ … is wrong, must match pattern "),
        ({"recorded": True}, {}, f"{MINE}.recorded: src/lth/numerics/data.yaml has no line of it: .+$"),
        ({"test": 100}, {}, HOLDS % r"test_images is uint8 \[1000, 1, 28, 28\], not uint8 \[100, 1, 28, 28\]"),
        ({}, {"test_labels": np.zeros(1_000, int)}, HOLDS % r"test_labels is int64 \[1000\], not uint8 \[1000\]"),
        ({}, {"test_labels": np.full(1_000, 10, np.uint8)}, HOLDS % "test_labels holds 10, the classes are 0 to 9"),
        ({}, {"test_labels": np.array(["seven"])}, HOLDS % "can't convert .+"),
        (
            {},
            {"test_labels": np.array([None])},
            rf"{MINE}.format: npz cannot read its files \(Object arrays .+\): name another, or mend the files$",
        ),
    ],
)
def test_a_wrong_registration_is_one_line_that_names_what_to_mend(register, project, monkeypatch, entry, arrays, line):
    register(entry, **arrays)
    monkeypatch.setattr("sys.argv", ["data", "mine"])
    with pytest.raises(SystemExit) as ended:
        run(stage.main)
    assert re.match(f"error: {line}", str(ended.value).replace(f"{project}/", ""))
    assert not (paths.DATA / "mine.safetensors").exists()


def test_a_file_that_is_no_npz_is_called_so():
    with pytest.raises(ValueError, match=r"^it is no npz"):
        sources.FORMATS["npz"]({"mine.npz": b"\x93NUMPY"})


@pytest.mark.parametrize("name", ["Fashion", "SVHN"])
def test_a_class_that_torchvision_has_not_or_that_downloads_otherwise(register, monkeypatch, name):
    register({"torchvision": name})
    monkeypatch.delenv("LTH_DATA")
    with pytest.raises(LthError, match=rf"^{MINE}.torchvision: '{name}' is no class .+: leave the key out and bring"):
        prepare("mine", 0, paths.DATA / "mine.safetensors")


def test_a_wrong_registration_is_not_blamed_on_an_experiment(register):
    register({"title": None})
    with pytest.raises(LthError, match=f"^{MINE}.title: missing$"):
        load_experiment("tiny")


def test_all_three_are_registered_in_one_place_each_and_trained(register, project, monkeypatch):
    register()
    (project / "mlp.py").write_text(code("src/lth/networks/mlp.py"))
    monkeypatch.syspath_prepend(project)
    known = {"Architecture": Architecture}
    exec(code("in ARCHITECTURES").replace("lth.networks.mlp:mlp", "mlp:mlp"), known)
    exec(code("src/lth/pruning/criteria.py"), known)
    monkeypatch.setitem(ARCHITECTURES, "mlp", known["entry"]["mlp"])
    monkeypatch.setitem(CRITERIA, "movement", known["movement"])

    (paths.NUMERICS / "mlp.yaml").write_text("torch: 1\n")
    changes = {"network.name": "mlp", "network.width": 0.5, "data.name": "mine", "pruning.criterion": "movement", "training.iterations": 2}
    changes |= {"evaluation.every": 1, "evaluation.test_curve_until": 0, "rounds": {"r00": "initial", "r01": "r00"}, "blocks": {}}
    tiny.write_experiment(project, tiny.numbers(changes))
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
