"""The data sets that an experiment may name: data_sets.yaml, one entry each. A YAML file because DVC reads it too."""

import functools
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from lth import paths
from lth.config.settings import Count, Frozen
from lth.config.training import Augmentation
from lth.config.typed import load

VALIDATION_IMAGES = 5_000
"""Images of the training set held out for validation (paper, section 2)."""

FILE = Path(__file__).with_suffix(".yaml")


class DataSource(Frozen):
    """One data set of ten classes: what it holds, and where its original files come from."""

    title: str
    """What figures call it."""
    image: Annotated[tuple[Count, Count, Count], Field(strict=False)]
    """Channels, height and width."""
    train: Annotated[int, Field(gt=VALIDATION_IMAGES)]
    """Images of the training set, those held out included."""
    test: Count
    augment: Annotated[tuple[Augmentation, ...], Field(strict=False)] = ()
    """The values of `training.augment` that leave an image in its class."""
    format: str
    """How the files are read: a key of `lth.data.sources.FORMATS`."""
    torchvision: str | None = None
    """The class of torchvision.datasets that knows where to download them; None where they are brought by hand."""
    checksum: Literal["sha256", "md5"]
    recorded: bool = False
    """Whether src/lth/numerics/data.yaml holds the SHA-256 of its images and labels, which are then compared whenever it is loaded."""
    files: Annotated[dict[str, Annotated[str, Field(pattern="^([0-9a-f]{32}|[0-9a-f]{64})$")]], Field(min_length=1)]
    """Their checksums, by their paths below LTH_DATA or data/downloads: torchvision's layout, where it is to download them."""

    @property
    def images(self) -> dict[str, int]:
        """How many images each split has."""
        return {"train": self.train - VALIDATION_IMAGES, "validation": VALIDATION_IMAGES, "test": self.test}


class DataSets(Frozen):
    """data_sets.yaml."""

    data_sets: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=100)], DataSource], Field(min_length=1)]


@functools.cache
def data_sets() -> dict[str, DataSource]:
    """All of them by name. Raises LthError with one line for an entry that is wrong."""
    return load(DataSets, FILE).data_sets


def entry(name: str) -> str:
    """How messages name an entry."""
    return f"{paths.shown(FILE)}: data_sets.{name}"
