"""pipelines/<collection>/<experiment>/params.yaml, as typed objects."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from lth.config.architectures import ARCHITECTURES
from lth.config.data_sets import data_sets
from lth.config.settings import Frozen, Positive, Precision, Settings

Rate = Annotated[float, Field(ge=0, lt=1)]
Rates = Annotated[
    Annotated[Rate, Tag("[one]")] | Annotated[tuple[Rate, ...], Field(strict=False), Tag("[list]")],
    Discriminator(lambda value: "[list]" if isinstance(value, list | tuple) else "[one]"),
]
"""One rate, or a list of them."""
RoundName = Annotated[str, Field(pattern=r"^r\d\d$")]


def ascending(iterations: tuple[int, ...]) -> tuple[int, ...]:
    """The iterations, where they ascend."""
    if list(iterations) != sorted(set(iterations)):
        raise ValueError(f"must ascend without repeats, not {', '.join(map(str, iterations))}")
    return iterations


Collection = Literal["paper", "quick", "desk", "beyond"]
COLLECTIONS = get_args(Collection)
"""The paper's experiments at full scale; minutes and a day on a CPU; what came after the paper."""

INITIAL = "initial"
"""What the dense round r00 comes from: the initialisation alone."""


Units = Annotated[int, Field(gt=0, le=100_000)]
"""How wide a layer is."""

NETWORKS, POINTS = 100_000, 10_000
"""At most so many networks in an experiment, and so many evaluations of each while it trains."""


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


class OptimiserConfig(Frozen):
    name: Literal["adam", "sgd", "momentum"]
    learning_rate: Positive
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    warmup: Annotated[int, Field(ge=0)] = 0
    """Iterations over which the learning rate rises linearly from 0."""
    drops: tuple[Annotated[int, Field(gt=0)], ...] = Field((), strict=False, max_length=100)
    """Iterations at which the learning rate is divided by 10, ascending."""

    @field_validator("drops")
    @classmethod
    def _ascending(cls, iterations):
        return ascending(iterations)


Values = Annotated[
    tuple[Annotated[float, Field(ge=0, allow_inf_nan=False, strict=False)], ...], Field(strict=False, min_length=1, max_length=100)
]

FRESH = ("reinit", "sparsity")
"""Controls that keep none of a ticket's values: there is no iteration that fresh ones could be rewound to, and they are trained from the beginning."""

SWEPT = ("learning_rate", "warmup")
"""Keys of the optimiser that a sweep may vary: they change neither shapes nor pruning, so that networks of all values make one stack."""


class TrainingConfig(Frozen):
    iterations: Annotated[int, Field(gt=0, le=10_000_000)]
    batch_size: Annotated[int, Field(gt=0)]
    optimiser: OptimiserConfig
    augment: Literal["flip-crop"] | None = None
    """How training images are varied from one time that they are seen to the next (`lth.training.augmentation`)."""
    rewind: Annotated[int, Field(ge=0)] = Field(0, exclude_if=lambda iteration: not iteration)
    """Late rewinding: the iteration of the dense network's training that a ticket's survivors return to and are trained on from; 0 is its initial
    weights. Left out of dumps where it is 0, so that what is known by their hash stays what it was."""
    precision: Precision | None = Field(None, exclude_if=lambda value: value is None)
    """Of float32 matrix products and convolutions on CUDA, if not the root's; on a CPU it is of no effect. Where absent it is left out of what
    is hashed, so that experiments without it are what they were before there was such a key."""
    vary: dict[str, Values] = Field({}, max_length=1)
    """A sweep: one key of SWEPT, as `optimiser.learning_rate`, and the values in which every network is trained, in place of the optimiser's own."""

    @model_validator(mode="after")
    def _sweep(self):
        for key, values in self.vary.items():
            if key not in (allowed := [f"optimiser.{name}" for name in SWEPT]):
                raise ValueError(f"vary.{key}: unknown key, allowed here: {', '.join(allowed)}")
            if list(values) != sorted(set(values)):
                raise ValueError(f"vary.{key} must ascend without repeats, not {', '.join(f'{value:g}' for value in values)}")
            if any(float(f"{value:g}") != value for value in values):
                raise ValueError(f"vary.{key}: values have at most six digits, by which they are told apart")
            for value in values:
                try:
                    self.optimiser_of(value)
                except ValidationError as error:
                    raise ValueError(
                        f"vary.{key}: {value:g} is wrong, {error.errors()[0]['msg'].replace('Input should', 'must')}"
                    ) from None
        return self

    def precision_under(self, settings: Settings) -> Precision:
        """The experiment's own, or the root's."""
        return self.precision or settings.precision

    @property
    def variants(self) -> tuple[float | None, ...]:
        """The values of a sweep; where there is none, None alone."""
        return next(iter(self.vary.values()), (None,))

    def optimiser_of(self, variant: float | None) -> OptimiserConfig:
        """The optimiser of one value of a sweep, or the only one."""
        if variant is None:
            return self.optimiser
        (key,) = self.vary
        name = key.removeprefix("optimiser.")
        value = int(variant) if name == "warmup" and variant == int(variant) else variant
        return OptimiserConfig.model_validate(self.optimiser.model_dump() | {name: value})


class EvaluationConfig(Frozen):
    """What is measured. Counts of images are the first so many of a split; `null` is all of them."""

    every: Annotated[int, Field(gt=0)]
    validation_images: Annotated[int, Field(gt=0)] | None = None
    test_images: Annotated[int, Field(gt=0)] | None = None
    train_images: Annotated[int, Field(gt=0)] | None = None
    test_curve_until: Annotated[int, Field(ge=0)] = 0
    """Tickets' test accuracy is also measured at every evaluation up to this iteration; 0 is never."""
    test_at: tuple[Annotated[int, Field(gt=0)], ...] = Field((), strict=False)
    """Iterations at which every network's test accuracy is also measured, ascending; networks are evaluated there whatever `every` says."""

    @field_validator("test_at")
    @classmethod
    def _ascending(cls, iterations):
        return ascending(iterations)

    def points(self, iterations: int, first: int = 0) -> list[int]:
        """Iterations of a training at which networks are evaluated: 0, every so many, those that a test is asked at, and always the last.

        first: the iteration that a rewound network is trained on from; it is evaluated where others are, from there on.
        """
        return [point for point in sorted({*range(0, iterations, self.every), *self.test_at, iterations}) if point >= first]


AT_ONCE = ("oneshot", "continued", "iteration0")
"""Methods of pruning that decide all masks from the dense networks, when round r00 is trained."""


class PruningConfig(Frozen):
    """How tickets are found (`lth.pruning.methods`)."""

    method: Literal["layerwise", "global", "oneshot", "continued", "iteration0"]
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
    """How many masks `oneshot`, `continued` and `iteration0` make of a dense network, for blocks to train as r01, r02, …"""

    @model_validator(mode="after")
    def _consistent(self):
        if self.method == "global" and (self.fc or self.output):
            raise ValueError("method: global ranks convolutions alone; fc and output must be 0")
        if (self.levels is not None) != (self.method in AT_ONCE):
            raise ValueError(f"levels belongs to the methods {', '.join(AT_ONCE)} and to them alone, not to {self.method}")
        if self.criterion != "magnitude" and self.method in AT_ONCE:
            raise ValueError(f"criterion belongs to pruning round after round (layerwise, global), not to {self.method}")
        for kind in ("conv", "fc", "output"):
            shares = getattr(self, kind)
            if isinstance(shares, tuple) and (self.method != "oneshot" or len(shares) != self.levels or list(shares) != sorted(shares)):
                raise ValueError(f"{kind}: a list must ascend, hold one share for each of the levels, and belong to oneshot")
        if self.shares_of_dense and any(
            getattr(self, kind) and not isinstance(getattr(self, kind), tuple) for kind in ("conv", "fc", "output")
        ):
            raise ValueError("conv, fc and output must all be lists, or 0, where one is a list")
        return self

    @property
    def shares_of_dense(self) -> bool:
        """Whether rates are lists of shares of the dense network, not shares of a round's survivors."""
        return any(isinstance(rate, tuple) for rate in (self.conv, self.fc, self.output))

    def share(self, kind: str, level: int) -> float:
        """The share of the dense network's layers of a kind that level 1, 2, … prunes."""
        shares = getattr(self, kind)
        return shares[level - 1] if isinstance(shares, tuple) else shares


class Block(Frozen):
    """One named block of controls: one DVC stage."""

    control: Annotated[str, Field(pattern=r"^[a-z0-9.-]+$", max_length=100)]
    """One of `lth.tickets.controls.CONTROLS`, checked where a stage trains. `ticket` is for masks made at once; tickets of iterative
    pruning are trained by its rounds."""
    rounds: tuple[RoundName, ...] = Field(strict=False, min_length=1, max_length=100)
    """Ascending."""
    after: RoundName
    """The round whose pruning makes the last of them: its ticket file is what the stage waits for."""
    draws: Annotated[int, Field(gt=0, le=1_000)] = 1
    """Networks per trial and round."""
    test_curve_until: Annotated[int, Field(ge=0)] = 0
    """As in `evaluation`, for this block's networks."""

    @model_validator(mode="after")
    def _ascending(self):
        if list(self.rounds) != sorted(set(self.rounds)):
            raise ValueError(f"rounds must ascend without repeats, not {', '.join(self.rounds)}")
        if self.rounds[0] == "r00":
            raise ValueError("rounds must not hold r00: the dense network has no control")
        return self


class Trials(Frozen):
    """Which trials are trained: `trials: 5` is the trials 0 to 4, `trials: {first: 5, count: 15}` is 5 to 19."""

    first: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    count: Annotated[int, Field(gt=0, le=1_000)]

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.count)


class Experiment(Frozen):
    """pipelines/<collection>/<experiment>/params.yaml: the numbers of one experiment."""

    collection: Collection
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=100)]
    network: NetworkConfig
    data: DataConfig
    training: TrainingConfig
    evaluation: EvaluationConfig
    pruning: PruningConfig
    trials: Annotated[Trials, BeforeValidator(lambda value: value if isinstance(value, dict | Trials) else {"count": value})]
    rounds: dict[RoundName, str] = Field(min_length=1)
    """Every round and the round whose pruning it starts from, in order: {r00: initial, r01: r00, …}; r00 alone where masks are made at once."""
    blocks: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=100)], Block], Field(max_length=1_000)]

    @model_validator(mode="after")
    def _consistent(self):
        expected = {f"r{n:02}": f"r{n - 1:02}" if n else INITIAL for n in range(len(self.rounds))}
        for (name, after), (wanted, wanted_after) in zip(self.rounds.items(), expected.items(), strict=True):
            if (name, after) != (wanted, wanted_after):
                raise ValueError(f"rounds has a hole or is out of order: `{name}: {after}` where `{wanted}: {wanted_after}` belongs")
        for name, block in self.blocks.items():
            if name in self.rounds:
                raise ValueError(f"blocks.{name} has the name of a round; call it anything else")
            for other, earlier in self.blocks.items():
                if other == name:
                    break
                if block.control == earlier.control and (shared := set(block.rounds) & set(earlier.rounds)):
                    raise ValueError(f"blocks.{name} and blocks.{other} both hold {block.control} of {', '.join(sorted(shared))}")
            if missing := [round for round in block.rounds if int(round[1:]) > self.last_round]:
                raise ValueError(f"blocks.{name}.rounds names {', '.join(missing)}, allowed: rounds up to r{self.last_round:02}")
            after = "r00" if self.pruning.levels else f"r{int(block.rounds[-1][1:]) - 1:02}"
            if block.after != after:
                raise ValueError(f"blocks.{name}.after is {block.after}, but {after} makes the mask of {block.rounds[-1]}")
            if block.control == "ticket" and (not self.pruning.levels or block.draws > 1):
                raise ValueError(f"blocks.{name}: a block of tickets has one draw and belongs to the methods {', '.join(AT_ONCE)}")
        if self.pruning.levels and len(self.rounds) > 1:
            raise ValueError(f"rounds must hold r00 alone for pruning.method {self.pruning.method}: blocks train its levels")
        taken = [name for name, source in data_sets().items() if source.image == ARCHITECTURES[self.network.name].image]
        if self.data.name not in taken:
            raise ValueError(f"data.name is {self.data.name}, but {self.network.name} takes {' or '.join(taken)}")
        if self.training.batch_size > (train := self.data.images["train"]):
            raise ValueError(f"training.batch_size: {self.training.batch_size} is wrong, must be at most the {train} training images")
        for split, count in self.data.images.items():
            if (asked := getattr(self.evaluation, f"{split}_images") or 0) > count:
                raise ValueError(f"evaluation.{split}_images: {asked} is wrong, must be at most {count}, or null for all")
        if max(self.evaluation.test_at, default=0) > self.training.iterations:
            raise ValueError(
                f"evaluation.test_at: {self.evaluation.test_at[-1]} is wrong, must be at most the {self.training.iterations} iterations"
            )
        if self.training.rewind >= self.training.iterations:
            raise ValueError(
                f"training.rewind: {self.training.rewind} is wrong, must be less than the {self.training.iterations} iterations"
            )
        if self.training.rewind and self.pruning.levels:
            raise ValueError(f"training.rewind belongs to pruning round after round (layerwise, global), not to {self.pruning.method}")
        if self.training.augment and self.training.augment not in data_sets()[self.data.name].augment:
            fit = " or ".join(name for name, source in data_sets().items() if self.training.augment in source.augment)
            raise ValueError(f"training.augment: {self.training.augment} is for {fit}; a digit mirrored is another sign")
        if self.network.deep and (self.pruning.fc or self.pruning.output):
            raise ValueError(f"pruning.fc and pruning.output must be 0 for {self.network.name}, whose dense layer is never pruned")
        if (points := self.training.iterations // self.evaluation.every) > POINTS:
            raise ValueError(f"evaluation.every: {self.evaluation.every} makes {points:,} evaluations, must be at most {POINTS:,}")
        stacks = len(self.rounds) + sum(len(block.rounds) * block.draws for block in self.blocks.values())
        if (networks := stacks * self.trials.count * len(self.training.variants)) > NETWORKS:
            raise ValueError(f"rounds, blocks, draws and trials make {networks:,} networks, must be at most {NETWORKS:,}")
        for optimiser in map(self.training.optimiser_of, self.training.variants):
            if max(optimiser.warmup, *optimiser.drops, 0) > self.training.iterations:
                raise ValueError(f"training.optimiser: warmup and drops must lie within the {self.training.iterations} iterations")
        return self

    def __repr__(self) -> str:
        return f"Experiment({self.folder!r}: {self.network.name} on {self.data.name}, {self.last_round} rounds, {self.trials.count} trials)"

    @property
    def folder(self) -> str:
        """Where it lies below pipelines/, results/ and tickets/: `paper/lenet`."""
        return f"{self.collection}/{self.name}"

    @property
    def last_round(self) -> int:
        """The last round, or level of pruning made at once, that has a mask."""
        return self.pruning.levels or len(self.rounds) - 1

    def first_iteration(self, arm: str, round: int) -> int:
        """The iteration that a network's training starts from, counted as the dense network's are."""
        return 0 if round == 0 or arm in FRESH else self.training.rewind

    @cached_property
    def family(self) -> str:
        """Networks of one family share their random streams: network and data set."""
        return f"{self.network.name}-{self.data.name}"
