"""pipelines/<collection>/<experiment>/params.yaml, as a typed object."""

from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from lth.config.architectures import ARCHITECTURES
from lth.config.blocks import COPIED, PARENT, Block, Copies
from lth.config.data_sets import data_sets
from lth.config.network import DataConfig, NetworkConfig
from lth.config.pruning import AT_ONCE, RATES, PruningConfig
from lth.config.settings import Frozen, RoundName
from lth.config.training import EvaluationConfig, TrainingConfig

Collection = Literal["paper", "quick", "desk", "beyond"]
COLLECTIONS = get_args(Collection)
"""The paper's experiments at full scale; minutes and a day on a CPU; what came after the paper."""

INITIAL = "initial"
"""What the dense round r00 comes from: the initialisation alone."""

FRESH = ("reinit", "sparsity")
"""Controls that keep none of a ticket's values: there is no iteration that fresh ones could be rewound to, and they are trained from the beginning."""

NETWORKS, POINTS = 100_000, 10_000
"""At most so many networks in an experiment, and so many evaluations of each while it trains."""


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
    copies: Copies | None = Field(None, exclude_if=lambda copies: copies is None)
    """Read by stages of the root's dvc.yaml alone. Left out of dumps where there is none, so that what is known by their hash stays what it was."""

    @model_validator(mode="after")
    def _rounds(self):
        expected = {f"r{n:02}": f"r{n - 1:02}" if n else INITIAL for n in range(len(self.rounds))}
        for (name, after), (wanted, wanted_after) in zip(self.rounds.items(), expected.items(), strict=True):
            if (name, after) != (wanted, wanted_after):
                raise ValueError(f"rounds has a hole or is out of order: `{name}: {after}` where `{wanted}: {wanted_after}` belongs")
        if self.pruning.levels and len(self.rounds) > 1:
            raise ValueError(f"rounds must hold r00 alone for pruning.method {self.pruning.method}: blocks train its levels")
        return self

    @model_validator(mode="after")
    def _blocks(self):
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
        return self

    @model_validator(mode="after")
    def _network_and_data(self):
        taken = [name for name, source in data_sets().items() if source.image == ARCHITECTURES[self.network.name].image]
        if self.data.name not in taken:
            raise ValueError(f"data.name is {self.data.name}, but {self.network.name} takes {' or '.join(taken)}")
        if self.training.batch_size > (train := self.data.images["train"]):
            raise ValueError(f"training.batch_size: {self.training.batch_size} is wrong, must be at most the {train} training images")
        for split, count in self.data.images.items():
            if (asked := getattr(self.evaluation, f"{split}_images") or 0) > count:
                raise ValueError(f"evaluation.{split}_images: {asked} is wrong, must be at most {count}, or null for all")
        if self.training.augment and self.training.augment not in data_sets()[self.data.name].augment:
            fit = " or ".join(name for name, source in data_sets().items() if self.training.augment in source.augment)
            raise ValueError(f"training.augment: {self.training.augment} is for {fit}; a digit mirrored is another sign")
        return self

    @model_validator(mode="after")
    def _pruned(self):
        answering = ARCHITECTURES[self.network.name].pruned
        if ignored := [rate for rate in RATES if rate not in answering and getattr(self.pruning, rate)]:
            rates = " and ".join(f"pruning.{rate}" for rate in ignored)
            raise ValueError(f"{rates} must be 0 for {self.network.name}, no layer of which is pruned by it")
        if self.pruning.method == "global" and "conv" not in answering:
            raise ValueError(f"pruning.method: global ranks convolutions, of which {self.network.name} has none; use layerwise")
        return self

    @model_validator(mode="after")
    def _iterations(self):
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
        for optimiser in map(self.training.optimiser_of, self.training.variants):
            if max(optimiser.warmup, *optimiser.drops, 0) > self.training.iterations:
                raise ValueError(f"training.optimiser: warmup and drops must lie within the {self.training.iterations} iterations")
        return self

    @model_validator(mode="after")
    def _not_too_many(self):
        if (points := self.training.iterations // self.evaluation.every + len(self.evaluation.test_at)) > POINTS:
            raise ValueError(f"evaluation.every and test_at make {points:,} evaluations, must be at most {POINTS:,}")
        stacks = len(self.rounds) + sum(len(block.rounds) * block.draws for block in self.blocks.values())
        if (networks := stacks * self.trials.count * len(self.training.variants)) > NETWORKS:
            raise ValueError(f"rounds, blocks, draws and trials make {networks:,} networks, must be at most {NETWORKS:,}")
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

    @property
    def copied(self) -> tuple[str, ...]:
        """The arms of `copies`: where tickets are rewound those alone that keep values, since fresh ones return nowhere."""
        if self.copies is None:
            return ()
        return tuple(arm for arm in COPIED if not self.training.rewind or arm not in ("reinit", PARENT))

    def first_iteration(self, arm: str, round: int) -> int:
        """The iteration that a network's training starts from, counted as the dense network's are."""
        return 0 if round == 0 or arm in FRESH else self.training.rewind

    @cached_property
    def family(self) -> str:
        """Networks of one family share their random streams: network and data set."""
        return f"{self.network.name}-{self.data.name}"
