"""What is trained on what: `network` and `data` of an experiment's params.yaml."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from lth.config.architectures import ARCHITECTURES
from lth.config.data_sets import data_sets
from lth.config.settings import Frozen, Positive, Rate

Units = Annotated[int, Field(gt=0, le=100_000)]
"""How wide a layer is."""


def one_of(registered: Callable[[], Mapping[str, object]]) -> AfterValidator:
    """That a word names an entry of a registry."""

    def check(name: str) -> str:
        if name not in registered():
            *others, last = map(repr, registered())
            raise PydanticCustomError("unknown_name", "Input should be {allowed}", {"allowed": f"{', '.join(others)} or {last}"})
        return name

    return AfterValidator(check)


class NetworkConfig(Frozen):
    name: Annotated[str, one_of(lambda: ARCHITECTURES)]
    width: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Factor on every hidden width; 1.0 is the paper's network."""
    dropout: Rate = 0.0
    """Probability that a hidden dense unit is dropped in training."""
    hidden: Annotated[tuple[Units, Units], Field(strict=False)] | None = None
    """Lenet's hidden widths, if not 300 and 100."""
    deviation: Positive | None = None
    """Standard deviation of Lenet's initial weights in every layer, if not Gaussian Glorot's."""

    @model_validator(mode="after")
    def _consistent(self):
        takes = ARCHITECTURES[self.name].takes
        if any(getattr(self, key) and key not in takes for key in ("hidden", "deviation")):
            raise ValueError(f"hidden and deviation are for lenet, not for {self.name}")
        if self.dropout and "dropout" not in takes:
            raise ValueError(f"dropout is for networks with hidden dense layers; {self.name} has none")
        if self.hidden and self.width != 1:
            raise ValueError("hidden and width both set Lenet's size; leave width at 1.0")
        return self

    @property
    def deep(self) -> bool:
        """As in `Architecture`."""
        return ARCHITECTURES[self.name].deep


class DataConfig(Frozen):
    name: Annotated[str, one_of(data_sets)]
    scaling: Literal["unit", "l2", "standardised"]

    @property
    def images(self) -> dict[str, int]:
        """How many images each split has."""
        return data_sets()[self.name].images
