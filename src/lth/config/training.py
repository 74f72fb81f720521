"""How long, how, and measured when: `training` and `evaluation` of an experiment's params.yaml."""

from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from lth.config.settings import Frozen, Positive, Precision, Settings

Values = Annotated[tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...], Field(strict=False, min_length=1, max_length=100)]

SWEPT = ("learning_rate", "warmup")
"""Keys of the optimiser that a sweep may vary: they change neither shapes nor pruning, so that networks of all values make one stack."""


def ascending(iterations: tuple[int, ...]) -> tuple[int, ...]:
    """The iterations, where they ascend."""
    if list(iterations) != sorted(set(iterations)):
        raise ValueError(f"must ascend without repeats, not {', '.join(map(str, iterations))}")
    return iterations


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


Augmentation = Literal["flip-crop"]


class TrainingConfig(Frozen):
    iterations: Annotated[int, Field(gt=0, le=10_000_000)]
    batch_size: Annotated[int, Field(gt=0)]
    optimiser: OptimiserConfig
    augment: Augmentation | None = None
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
