"""Where everything lives, relative to the root of the repository."""

import os
from pathlib import Path

from lth.errors import LthError


def _root() -> Path:
    if given := os.environ.get("LTH_ROOT"):
        return Path(given).absolute()
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "pipelines").is_dir() and (folder / "params.yaml").is_file():
            return folder
    return Path(__file__).resolve().parents[2]


ROOT = _root()
PIPELINES = ROOT / "pipelines"
DATA = ROOT / "data"
TICKETS = ROOT / "tickets"
TRAINED = ROOT / "trained"
RESULTS = ROOT / "results"
FIGURES = ROOT / "figures"
CHECKPOINTS = ROOT / ".checkpoints"
NUMERICS = ROOT / "src" / "lth" / "numerics"


def check_clone() -> None:
    """Raises LthError where ROOT is not a clone of the repository."""
    if PIPELINES.is_dir() and NUMERICS.is_dir() and (ROOT / "params.yaml").is_file():
        return
    if os.environ.get("LTH_ROOT"):
        raise LthError(
            f"LTH_ROOT is {ROOT}, which is no clone of the repository, it lacks pipelines/, params.yaml or src/lth/numerics/: point it at a clone, or unset it"
        )
    raise LthError(f"{Path.cwd()} does not lie in a clone of the repository: go to one, or set LTH_ROOT to it before lth is imported")


def shown(path: Path) -> str:
    """The path as a message shows it: relative to the repository where it lies inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
