"""What an experiment took: time, memory and disk, from the provenance of its results."""

from dataclasses import dataclass
from pathlib import Path

from lth import paths
from lth.results.files import read_sidecar


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


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
