"""What is trained of tickets that have been found: `blocks` and `copies` of an experiment's params.yaml."""

from typing import Annotated

from pydantic import Field, model_validator

from lth.config.settings import Folder, Frozen, RoundName

DENSE, PARENT = "dense", "parent"
COPIED = (DENSE, "ticket", "reinit", "reshuffle", "random", PARENT)
"""What `copies` trains: the dense network, the tickets of its rounds, three controls of theirs, and the network of the round before each."""


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


class Copies(Frozen):
    """What is trained twice from one start, each time on another order of the images (`lth.experiments.copies`)."""

    of: Folder
    """The experiment, `paper/lenet`, whose tickets are copied; its dense networks are this one's."""
    rounds: tuple[RoundName, ...] = Field(strict=False, min_length=1, max_length=100)
    """Ascending; r00, the dense network, is copied beside them."""
    points: Annotated[int, Field(ge=2, le=1_000)]
    """Networks on the line from one to the other, its ends among them."""
    around: RoundName | None = None
    """The round whose loss landscape is drawn; none where there is none."""

    @model_validator(mode="after")
    def _ascending(self):
        if list(self.rounds) != sorted(set(self.rounds)) or self.rounds[0] == "r00":
            raise ValueError(f"rounds must ascend without repeats from r01 on, not {', '.join(self.rounds)}")
        if self.around and self.around not in self.rounds:
            raise ValueError(f"around is {self.around}, allowed: {', '.join(self.rounds)}")
        return self

    def networks(self, arm: str) -> dict[int, int]:
        """How many an arm of COPIED trains of each round and trial: two copies, of a parent one."""
        if arm == PARENT:
            return {round - 1: 1 for round in self.numbers}
        return dict.fromkeys([0] if arm == DENSE else self.numbers, 2)

    @property
    def numbers(self) -> list[int]:
        """The rounds as numbers."""
        return [int(round[1:]) for round in self.rounds]
