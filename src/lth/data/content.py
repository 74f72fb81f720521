"""What a prepared data set must hold: checked whenever one is loaded, before any kernel sees it."""

import hashlib
from collections.abc import Mapping
from typing import Annotated

import numpy as np
from pydantic import Field
from torch import Tensor

from lth import paths
from lth.config import Frozen
from lth.config.data_sets import VALIDATION_IMAGES, data_sets, entry
from lth.config.grammar import parse_yaml
from lth.config.settings import Count
from lth.errors import LthError
from lth.storage import read


class Content(Frozen):
    """What of a prepared file no seed changes: `src/lth/numerics/data.yaml` records it."""

    image: Annotated[tuple[Count, Count, Count], Field(strict=False)]
    """Channels, height and width."""
    train: Count
    """Images of the training set, those held out included."""
    validation: Count
    """How many are held out."""
    test: Count
    sha256: str | None
    """Of the bytes of IMAGES and labels, one after the other; None where nobody has recorded it yet."""


IMAGES = ("train_images", "train_labels", "test_images", "test_labels")
PARTS = ("train", "validation")

RECORDS = "data.yaml"
"""In src/lth/numerics: the Content of each data set that has been recorded."""


def recorded(name: str) -> Content:
    """The record of a data set, or what its entry in data_sets.yaml says where there is none yet. Raises LthError where it is missing or damaged."""
    source = data_sets()[name]
    if not source.recorded:
        return Content(image=source.image, train=source.train, validation=VALIDATION_IMAGES, test=source.test, sha256=None)
    file = paths.NUMERICS / RECORDS
    records = read(file, lambda content: {known: Content.model_validate(record) for known, record in parse_yaml(content).items()})
    if name not in records:
        remedy = "enter one as docs/extending.md says, or leave the key out"
        raise LthError(f"{entry(name)}.recorded: {paths.shown(file)} has no line of it: {remedy}")
    return records[name]


def check(tensors: Mapping[str, Tensor], content: Content) -> None:
    """Raises ValueError where tensors are not what is recorded, or their two parts not a split of the training images."""
    shapes = {}
    for split in ("train", "test"):
        images = getattr(content, split)
        shapes |= {f"{split}_images": ("uint8", [images, *content.image]), f"{split}_labels": ("uint8", [images])}
    shapes |= {"train": ("int64", [content.train - content.validation]), "validation": ("int64", [content.validation])}
    for name, wanted in shapes.items():
        found = (str(tensors[name].dtype).removeprefix("torch."), list(tensors[name].shape))
        if found != wanted:
            raise ValueError(f"{name} is {' '.join(map(str, found))}, not {' '.join(map(str, wanted))}")
    for split in ("train", "test"):
        if (most := int(tensors[f"{split}_labels"].max())) > 9:
            raise ValueError(f"{split}_labels holds {most}, the classes are 0 to 9")
    parts = [tensors[part].numpy() for part in PARTS]
    if any((np.diff(part) <= 0).any() for part in parts) or (np.sort(np.concatenate(parts)) != np.arange(content.train)).any():
        raise ValueError("train and validation are not two ascending parts of the training images")
    if content.sha256 and digest(tensors) != content.sha256:
        raise ValueError(f"its images or labels are not those that {paths.shown(paths.NUMERICS / RECORDS)} records")


def digest(tensors: Mapping[str, Tensor]) -> str:
    """The SHA-256 that a record holds."""
    sha = hashlib.sha256()
    for name in IMAGES:
        sha.update(tensors[name].numpy())
    return sha.hexdigest()
