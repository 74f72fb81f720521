"""The data sets: the very images, split as the paper splits them, scaled as stated; and no damaged file is believed."""

import hashlib
import pickle
import shutil
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

import tiny
from lth import paths
from lth.config.data_sets import data_sets
from lth.data import DataSet, load_data, prepare
from lth.data.content import recorded
from lth.data.dataset import VALIDATION_IMAGES
from lth.data.sources import read_originals
from lth.errors import LthError

CONTENT = {
    "mnist": {
        "train": "c96ffd4c6b310038",
        "validation": "5b225b8b04622e5a",
        "test_images": "6d87418db22cc802",
        "test_labels": "ddeff807876a9661",
        "train_images": "741c988805d008ac",
        "train_labels": "1feba77c54802fa5",
    },
    "cifar10": {
        "train": "a79e84a24b9e9fbf",
        "validation": "6e20ee640ca0aa75",
        "test_images": "177777c33ba79825",
        "test_labels": "cec8a24a1e92aa2e",
        "train_images": "9d5c2eddadb0deff",
        "train_labels": "2b7cd2f244873176",
    },
}
"""SHA-256, first 16 digits, of each tensor of a prepared data set."""


@pytest.fixture
def mnist(prepared_mnist, root) -> dict[str, torch.Tensor]:
    _link(prepared_mnist, root)
    return load_file(prepared_mnist)


@pytest.fixture
def cifar10(prepared_cifar10, root) -> dict[str, torch.Tensor]:
    _link(prepared_cifar10, root)
    return load_file(prepared_cifar10)


def _link(file: Path, root: Path) -> None:
    (root / "data").mkdir()
    (root / "data" / file.name).symlink_to(file)
    _record()


def _record() -> None:
    paths.NUMERICS.mkdir(parents=True)
    shutil.copy(tiny.REPOSITORY / "src" / "lth" / "numerics" / "data.yaml", paths.NUMERICS)


@pytest.mark.data
@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_content_and_split_are_the_known_ones(name, request):
    tensors = request.getfixturevalue(name)
    train, validation = tensors["train"], tensors["validation"]
    assert len(validation) == 5_000
    everything = torch.cat([train, validation]).sort().values
    assert torch.equal(everything, torch.arange(len(tensors["train_labels"]))), "the two parts are disjoint and cover the training images"
    assert len(train) == {"mnist": 55_000, "cifar10": 45_000}[name]
    assert len(tensors["test_labels"]) == 10_000
    hashes = {key: hashlib.sha256(value.numpy().tobytes()).hexdigest()[:16] for key, value in tensors.items()}
    assert hashes == CONTENT[name]
    assert recorded(name).model_dump() == tiny.content(tensors) | {"image": tuple(tensors["test_images"].shape[1:])}
    assert recorded(name).validation == VALIDATION_IMAGES


@pytest.mark.data
def test_unit_scaling(mnist):
    data = load_data("mnist", "unit")
    assert_shapes(data, 55_000, (1, 28, 28))
    assert (data.train.inputs.min(), data.train.inputs.max()) == (0, 1)
    assert torch.equal((data.test.inputs * 255).round().to(torch.uint8), mnist["test_images"])
    assert torch.equal(data.validation.labels, mnist["train_labels"][mnist["validation"]].long())


@pytest.mark.data
def test_l2_scaling(mnist):
    data = load_data("mnist", "l2")
    for split in (data.train, data.validation, data.test):
        norms = split.inputs.flatten(1).double().norm(dim=1)
        torch.testing.assert_close(norms, torch.ones_like(norms), rtol=0, atol=1e-6)
    image = mnist["test_images"][7].double()
    torch.testing.assert_close(data.test.inputs[7].double(), image / image.norm(), rtol=1e-6, atol=0)


@pytest.mark.data
def test_standardised_scaling(cifar10):
    data = load_data("cifar10", "standardised")
    assert_shapes(data, 45_000, (3, 32, 32))
    for channel in range(3):
        pixels = data.train.inputs[:, channel].double()
        assert abs(pixels.mean()) < 1e-5
        assert pixels.std(unbiased=False).item() == pytest.approx(1, abs=1e-5)
    own = data.validation.inputs.double().mean((0, 2, 3)).abs()
    assert (own > 1e-4).any(), "moments are of the training images alone"


@pytest.mark.parametrize("scaling", ["l2", "unit", "standardised"])
def test_images_of_an_experiment_are_scaled_as_its_networks_saw_them(project, scaling):
    tiny.write_experiment(project, tiny.numbers({"data.scaling": scaling}))
    assert torch.equal(load_data("quick/tiny").train.inputs, load_data("mnist", scaling).train.inputs)


def test_a_blank_image_stays_finite(project):
    tensors = tiny.images("mnist")
    tensors["train_images"][tensors["train"][0]] = 0
    save_file(tensors, project / "data" / "mnist.safetensors")
    (paths.NUMERICS / "data.yaml").write_text(yaml.safe_dump({"mnist": tiny.content(tensors)}))
    assert not load_data("mnist", "l2").train.inputs[0].any()


def assert_shapes(data: DataSet, train: int, shape: tuple[int, ...]) -> None:
    for split, count in ((data.train, train), (data.validation, 5_000), (data.test, 10_000)):
        assert split.inputs.shape == (count, *shape)
        assert (split.inputs.dtype, split.labels.dtype, split.labels.shape) == (torch.float32, torch.int64, (count,))
    assert len(data.train.first(7).labels) == 7
    assert data.train.first(None) is data.train


@pytest.mark.data
@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_preparing_again_makes_the_same_bytes(name, originals, root, request, monkeypatch):
    prepared = request.getfixturevalue(f"prepared_{name}")
    monkeypatch.setenv("LTH_DATA", str(originals))
    _record()
    again = root / "again.safetensors"
    prepare(name, 0, again)
    assert again.read_bytes() == prepared.read_bytes()
    assert sorted(file.name for file in root.iterdir()) == ["again.safetensors", "src"]


@pytest.fixture
def copied(originals, root, monkeypatch) -> Path:
    """A folder of links to the original files, to damage one of."""
    for name in ("mnist", "cifar10"):
        for file in data_sets()[name].files:
            (root / "given" / file).parent.mkdir(parents=True, exist_ok=True)
            (root / "given" / file).symlink_to(originals / file)
    monkeypatch.setenv("LTH_DATA", str(root / "given"))
    return root / "given"


def refusal(name: str) -> str:
    with pytest.raises(LthError) as caught:
        prepare(name, 0, paths.DATA / f"{name}.safetensors")
    assert "\n" not in str(caught.value)
    assert not (paths.DATA / f"{name}.safetensors").exists()
    return str(caught.value)


@pytest.mark.data
@pytest.mark.parametrize("file", ["MNIST/raw/train-labels-idx1-ubyte.gz", "cifar-10-batches-py/data_batch_2"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "empty", "one byte", "another file"])
def test_a_wrong_original_is_named(copied, file, damage):
    name, path = "mnist" if "MNIST" in file else "cifar10", copied / file
    content = bytearray(path.read_bytes())
    path.unlink()
    if damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "one byte":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "another file":
        shutil.copy(copied / "MNIST/raw/t10k-labels-idx1-ubyte.gz", path)
    message = refusal(name)
    assert message.startswith(f"{path} is {'missing' if damage == 'missing' else 'damaged'}")
    assert "copy" in message


class Bomb:
    """Unpickling it makes a folder."""

    def __init__(self, made: Path):
        self.made = made

    def __reduce__(self):
        return Path.mkdir, (self.made,)


@pytest.mark.data
@pytest.mark.parametrize("file", ["data_batch_1", "data_batch_5", "test_batch"])
def test_a_pickle_that_is_not_the_original_is_never_opened(copied, file):
    path, made = copied / "cifar-10-batches-py" / file, copied / "made"
    bomb = pickle.dumps(Bomb(made))
    pickle.loads(bomb)
    assert made.is_dir(), "the bait works"
    made.rmdir()
    path.unlink()
    path.write_bytes(bomb)
    assert str(path) in refusal("cifar10")
    assert not made.exists(), "it ran"


@pytest.mark.data
def test_a_pickle_swapped_after_it_was_verified_is_never_opened(copied, monkeypatch):
    """Each file is read once: what is opened is what was hashed."""
    path, made, read = copied / "cifar-10-batches-py" / "test_batch", copied / "made", Path.read_bytes

    def read_and_swap(file: Path) -> bytes:
        content = read(file)
        if file == path:
            path.unlink()
            path.write_bytes(pickle.dumps(Bomb(made)))
        return content

    monkeypatch.setattr(Path, "read_bytes", read_and_swap)
    assert len(read_originals("cifar10")["test_labels"]) == 10_000
    assert not made.exists(), "it ran"


@pytest.mark.parametrize("damage", ["missing", "empty", "truncated header", "truncated", "garbage", "other tensors"])
def test_a_damaged_prepared_file_is_named(project, damage):
    file = project / "data" / "mnist.safetensors"
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    elif damage == "other tensors":
        save_file({"images": torch.zeros(3)}, file)
    else:
        parts = {"empty": b"", "truncated header": content[:50], "truncated": content[:-1000], "garbage": b"\xff" * 5_000}
        file.write_bytes(parts[damage])
    with pytest.raises(LthError, match=r"^data/mnist.safetensors is missing or damaged .*`dvc repro .*data@mnist`$"):
        load_data("mnist", "unit")
