"""The root params.yaml, as a typed object."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(gt=0)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, lt=1)]
RoundName = Annotated[str, Field(pattern=r"^r\d\d$")]
Folder = Annotated[str, Field(pattern=r"^\w+/[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=100)]
"""An experiment by its folder: `paper/lenet`."""

Precision = Literal["ieee", "tf32"]
"""Of float32 matrix products and convolutions on CUDA: exact float32, or TensorFloat-32, whose factors keep ten bits of mantissa."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)  # built when params are read


class Settings(Frozen):
    """The root params.yaml: what every experiment shares."""

    seed: Annotated[int, Field(ge=0, lt=2**63)]
    """Root of every named random stream (`lth.seeds`)."""
    device: Literal["auto", "cpu", "cuda"]
    """`auto` takes the GPU where there is one."""
    engine: Literal["auto", "torch", "sparse"]
    """`auto` chooses by network and device alone (`lth.training.choose_engine`)."""
    precision: Precision
    """That of experiments which have none of their own (`training.precision`)."""
    chunk_gib: Annotated[float, Field(gt=0, le=4096)]
    """GPU memory, in GiB, that one chunk of the stack may take; fixes the chunk size."""
    cpu_hours: Positive
    """Hours of one core that a stage may train for on a CPU, by the estimate of `lth.experiments.budget`; no result depends on it."""
    executor: Literal["threads", "ray"] = "threads"
    """Who trains: threads of the process, or the machines of a Ray cluster; no result depends on it. The environment's LTH_EXECUTOR comes first."""

    def here(self) -> "Settings":
        """The same on this machine, for what is measured and trains nothing."""
        return self.model_copy(update={"executor": "threads"})
