"""One tensor file per data set, and the splits read from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lth import paths, seeds
from lth.config import DataConfig, load_experiment
from lth.config.data_sets import VALIDATION_IMAGES, data_sets, entry
from lth.data.content import IMAGES, PARTS, check, recorded
from lth.data.sources import read_originals
from lth.errors import LthError, one_line
from lth.storage import write_atomically


@dataclass(frozen=True)
class Split:
    """inputs: float32 [N, C, H, W], scaled. labels: int64 [N]."""

    inputs: Tensor
    labels: Tensor

    def __repr__(self) -> str:
        return f"Split({len(self.labels):,} images of {'x'.join(map(str, self.inputs.shape[1:]))})"

    def first(self, images: int | None) -> "Split":
        """The first so many images; None is all of them."""
        return self if images is None else Split(self.inputs[:images], self.labels[:images])


@dataclass(frozen=True)
class DataSet:
    """One data set, scaled. MNIST: 55,000 / 5,000 / 10,000 images; CIFAR10: 45,000 / 5,000 / 10,000."""

    train: Split
    validation: Split
    test: Split


def prepare(name: str, seed: int, file: Path) -> None:
    """Reads the original files, draws the validation images and writes one safetensors file.

    The file holds uint8 IMAGES [N, C, H, W] with their labels [N], and the int64 positions of two PARTS of the training images, ascending.
    Raises LthError for a data set whose entry is wrong, or whose files are not what it says.
    """
    originals, content = read_originals(name), recorded(name)
    try:
        tensors = {key: torch.from_numpy(originals[key].copy()) for key in IMAGES}
        tensors["train"], tensors["validation"] = _parts(name, seed, len(tensors["train_labels"]), VALIDATION_IMAGES)
        check(tensors, content)
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # as a reader of one's own may give anything
        raise LthError(f"{entry(name)}: its files do not hold what it says ({one_line(error)}): mend the entry, or the files") from error
    write_atomically(file, lambda temporary: save_file(tensors, temporary))


def load_data(name: str, scaling: str | None = None) -> DataSet:
    """A prepared data set with its images scaled to float32: that of an experiment as for its networks, or any by a scaling.

    name: an experiment, `paper/lenet`, as in `load_experiment`; where a scaling is given, `mnist` or another of data_sets.yaml.
    scaling: `unit` divides pixels by 255; `l2` divides each image by its Euclidean norm, as the first author's released code does;
    `standardised` takes each channel of the training images to mean 0 and standard deviation 1.
    Raises LthError for another name or scaling, and where the file is missing, damaged, or not of this data set.
    """
    scalings = get_args(DataConfig.model_fields["scaling"].annotation)
    if scaling is None:
        if isinstance(name, str) and name in data_sets():
            raise LthError(
                f"load_data: {name} is a data set, whose scaling must be given, {' or '.join(scalings)}; or name an experiment, "
                "such as 'paper/lenet', for the images scaled as for its networks"
            )
        data = load_experiment(name).data
        name, scaling = data.name, data.scaling
    for key, value, allowed in (("name", name, data_sets()), ("scaling", scaling, scalings)):
        if value not in allowed:
            raise LthError(f"load_data: {key} is {value!r:.60}, must be {' or '.join(allowed)}")
    if not paths.NUMERICS.is_dir():
        paths.check_clone()
    file, content = paths.DATA / f"{name}.safetensors", recorded(name)
    try:
        with safe_open(file, "pt") as tensors:
            stored = {key: tensors.get_tensor(key) for key in (*IMAGES, *PARTS)}
        check(stored, content)
    except (OSError, SafetensorError, ValueError) as error:
        raise LthError(
            f"{paths.shown(file)} is missing or damaged ({one_line(error)}): make it again with `dvc repro -f data@{name}`"
        ) from error
    train = stored["train"]
    scale = _scale(scaling, stored["train_images"][train])

    def split(images: Tensor, labels: Tensor) -> Split:
        return Split(scale(images), labels.long())

    return DataSet(
        train=split(stored["train_images"][train], stored["train_labels"][train]),
        validation=split(stored["train_images"][stored["validation"]], stored["train_labels"][stored["validation"]]),
        test=split(stored["test_images"], stored["test_labels"]),
    )


def is_split_by(seed: int, name: str) -> bool:
    """Whether a prepared data set holds out the validation images that a seed draws. Raises LthError where the file cannot be read."""
    file = paths.DATA / f"{name}.safetensors"
    try:
        with safe_open(file, "pt") as tensors:
            held = tensors.get_tensor("validation")
            images = len(held) + tensors.get_slice("train").get_shape()[0]
    except (OSError, SafetensorError) as error:
        raise LthError(f"{paths.shown(file)} is damaged ({one_line(error)}): make it again with `dvc repro -f data@{name}`") from error
    return torch.equal(held, _parts(name, seed, images, len(held))[1])


def _parts(name: str, seed: int, images: int, held_out: int) -> tuple[Tensor, Tensor]:
    """Positions of the images that are trained on and of those held out, int64, ascending."""
    shuffled = seeds.stream(seed, "split", name).permutation(images)
    return tuple(torch.from_numpy(np.sort(part)) for part in (shuffled[held_out:], shuffled[:held_out]))


def _scale(scaling: str, train_images: Tensor):
    """The function uint8 [N, C, H, W] -> float32 of one kind of scaling."""
    if scaling == "unit":
        return lambda images: images.float().div_(255)
    if scaling == "l2":
        return _to_unit_norm
    mean, deviation = _channel_moments(train_images)
    return lambda images: images.float().div_(255).sub_(mean).div_(deviation)


def _to_unit_norm(images: Tensor) -> Tensor:
    norms = images.int().square_().sum((1, 2, 3), keepdim=True).double().sqrt()  # of whole numbers, so exact in any order
    return images.float().div_(norms.clamp_(min=1).float())


def _channel_moments(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, pixels in [0, 1], from the exact counts of the 256 values; float32 [C, 1, 1]."""
    values = np.arange(256) / 255
    counts = torch.stack([channel.reshape(-1).bincount(minlength=256) for channel in images.unbind(1)]).numpy()
    share = counts / counts.sum(1, keepdims=True)
    mean = share @ values
    deviation = np.sqrt(share @ values**2 - mean**2)
    return tuple(torch.from_numpy(moment).float()[:, None, None] for moment in (mean, deviation))
