"""The data sets that an experiment may name: data_sets.yaml, one entry each. A YAML file because DVC reads it too."""

import functools
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from lth.config.grammar import parse_yaml
from lth.config.settings import Frozen
from lth.storage import read

VALIDATION_IMAGES = 5_000
"""Images of the training set held out for validation (paper, section 2)."""


class DataSource(Frozen):
    """One data set of ten classes: what it holds, and where its original files come from."""

    title: str
    """What figures call it."""
    image: Annotated[tuple[int, int, int], Field(strict=False)]
    """Channels, height and width."""
    train: int
    """Images of the training set, those held out included."""
    test: int
    augment: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """The values of `training.augment` that leave an image in its class."""
    format: str
    """How the files are read: a key of `lth.data.sources.FORMATS`."""
    torchvision: str
    """The class of torchvision.datasets that knows where to download them."""
    checksum: Literal["sha256", "md5"]
    recorded: bool = True
    """Whether src/lth/numerics/data.yaml holds the SHA-256 of its images and labels, which are then compared whenever it is loaded."""
    files: dict[str, str]
    """Their checksums, by their paths in torchvision's layout."""

    @property
    def images(self) -> dict[str, int]:
        """How many images each split has."""
        return {"train": self.train - VALIDATION_IMAGES, "validation": VALIDATION_IMAGES, "test": self.test}


@functools.cache
def data_sets() -> dict[str, DataSource]:
    """All of them by name."""
    entries = read(Path(__file__).with_suffix(".yaml"), parse_yaml)["data_sets"]
    return {name: DataSource.model_validate(entry) for name, entry in entries.items()}
