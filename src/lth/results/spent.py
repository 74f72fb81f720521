"""What an experiment took: time, memory and disk, from the provenance of its results."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lth import paths
from lth.results.files import read_sidecar

DIGITS = 12
"""Of a commit that is named."""


@dataclass(frozen=True)
class Cost:
    """Measured over all stages of one experiment that have run."""

    stages: int
    seconds: float
    """Wall time, added up over stages."""
    memory_mib: int
    """The most that any stage held."""
    disk_bytes: int
    """Its results and tickets together."""
    hardware: frozenset[str]


def sidecars(experiment: str) -> list[dict]:
    """The provenance of an experiment's stages, by their names. Raises LthError where one is damaged."""
    return [read_sidecar(file) for file in sorted((paths.RESULTS / experiment / "provenance").glob("*.json"))]


def cost(experiment: str) -> Cost:
    """What the committed results of an experiment took."""
    stages = sidecars(experiment)
    return Cost(
        stages=len(stages),
        seconds=sum(stage["wall_seconds"] for stage in stages),
        memory_mib=max((stage["peak_memory_mib"] for stage in stages), default=0),
        disk_bytes=_size(paths.RESULTS / experiment) + _size(paths.TICKETS / experiment),
        hardware=frozenset(stage["hardware"] for stage in stages),
    )


def commits(stages: Iterable[dict]) -> dict[str, int]:
    """By commit, its first digits, how many of some stages were made at it, most first; of one that says "with changes", sources differed from it."""
    found = [stage["commit"].partition(" ") for stage in stages if "commit" in stage]
    return dict(Counter(f"{commit[:DIGITS]}{space}{changes}" for commit, space, changes in found).most_common())


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
