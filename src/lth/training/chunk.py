"""A chunk: networks of a stack that are trained together, as a value that can be sent to whatever machine trains it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from lth.training.checkpoint import Checkpoints
from lth.training.plan import Plan
from lth.training.stack import Member


@dataclass(frozen=True)
class Chunk:
    """All that training some networks of a stage needs beside an engine: where it is trained makes no difference."""

    name: str
    """Its place in the stack, `0003`, which its checkpoints bear."""
    members: tuple[Member, ...]
    """Their tickets name the experiment."""
    plan: Plan
    checkpoints: Checkpoints
    """The stage's."""
    keep_parameters: bool
    """Whether the final parameters are asked for."""


def chunks_of(members: Sequence[Member], size: int, plan: Plan, checkpoints: Checkpoints, *, keep_parameters: bool) -> list[Chunk]:
    """A stack cut into chunks of at most `size` networks that all start from one iteration, in the stack's order."""
    alike = [list(group) for _, group in itertools.groupby(members, key=lambda member: member.first)]
    parts = [tuple(group[at : at + size]) for group in alike for at in range(0, len(group), size)]
    return [Chunk(f"{number:04}", part, plan, checkpoints, keep_parameters) for number, part in enumerate(parts)]
