"""How tickets are found: `pruning` of an experiment's params.yaml."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from lth.config.settings import Folder, Frozen, Rate

Rates = Annotated[
    Annotated[Rate, Tag("[one]")] | Annotated[tuple[Rate, ...], Field(strict=False), Tag("[list]")],
    Discriminator(lambda value: "[list]" if isinstance(value, list | tuple) else "[one]"),
]
"""One rate, or a list of them."""

RATES = ("conv", "fc", "output")
"""What layers answer to; those of a network that none names are never pruned."""

RETRAINED = ("fine-tuning", "rate-rewinding")
"""Methods of pruning that train on what is left of a network, and ask what that is worth itself (`lth.experiments.retraining`)."""

AT_ONCE = ("oneshot", "continued", "iteration0", "borrowed", *RETRAINED)
"""Methods of pruning that decide all masks when round r00 is trained."""


class PruningConfig(Frozen):
    """How tickets are found (`lth.pruning.methods`)."""

    method: Literal["layerwise", "global", "oneshot", "continued", "iteration0", "borrowed", "fine-tuning", "rate-rewinding"]
    conv: Rates = 0.0
    """Share of a convolution's survivors (of all of them together, for `global`) that a round prunes. For `oneshot` it may be a list: the
    share of all its weights that each level prunes."""
    fc: Rates
    """The same for hidden dense layers."""
    output: Rates
    """The same for the output layer."""
    criterion: Annotated[str, Field(pattern=r"^[a-z0-9.-]+$", max_length=100)] = Field(
        "magnitude", exclude_if=lambda criterion: criterion == "magnitude"
    )
    """What a round ranks trained weights by: one of `lth.pruning.criteria.CRITERIA`, checked where a stage trains. Left out of dumps where it
    is the paper's, so that what is known by their hash stays what it was."""
    levels: Annotated[int, Field(gt=0, lt=100)] | None = None
    """How many masks the methods of AT_ONCE make of a dense network, for blocks to train as r01, r02, …"""
    of: Folder | None = Field(None, exclude_if=lambda lender: lender is None)
    """The experiment, `paper/lenet`, whose tickets `borrowed` takes. Left out of dumps where there is none, as `criterion` is."""

    @model_validator(mode="after")
    def _consistent(self):
        if self.method == "global" and (self.fc or self.output):
            raise ValueError("method: global ranks convolutions alone; fc and output must be 0")
        if (self.levels is not None) != (self.method in AT_ONCE):
            raise ValueError(f"levels belongs to the methods {', '.join(AT_ONCE)} and to them alone, not to {self.method}")
        if (self.of is not None) != (self.method == "borrowed"):
            raise ValueError(
                f"of names the experiment whose tickets are borrowed, and belongs to method borrowed alone, not to {self.method}"
            )
        if self.criterion != "magnitude" and self.method in AT_ONCE:
            raise ValueError(f"criterion belongs to pruning round after round (layerwise, global), not to {self.method}")
        for kind in RATES:
            shares = getattr(self, kind)
            if isinstance(shares, tuple) and (self.method != "oneshot" or len(shares) != self.levels or list(shares) != sorted(shares)):
                raise ValueError(f"{kind}: a list must ascend, hold one share for each of the levels, and belong to oneshot")
        if self.shares_of_dense and any(getattr(self, kind) and not isinstance(getattr(self, kind), tuple) for kind in RATES):
            raise ValueError("conv, fc and output must all be lists, or 0, where one is a list")
        return self

    @property
    def shares_of_dense(self) -> bool:
        """Whether rates are lists of shares of the dense network, not shares of a round's survivors."""
        return any(isinstance(getattr(self, kind), tuple) for kind in RATES)

    def share(self, kind: str, level: int) -> float:
        """The share of the dense network's layers of a kind that level 1, 2, … prunes."""
        shares = getattr(self, kind)
        return shares[level - 1] if isinstance(shares, tuple) else shares
