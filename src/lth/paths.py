"""Where everything lives, relative to the root of the repository, and what git says of it."""

import os
import subprocess
from pathlib import Path

from lth.errors import LthError


def _root() -> Path:
    """LTH_ROOT, else the clone that the working directory lies in, else the one that this file lies in. In a stage that DVC runs the working
    directory's comes first: its outputs belong there."""
    folders = (Path.cwd(), *Path.cwd().parents)
    here = next((folder for folder in folders if (folder / "pipelines").is_dir() and (folder / "params.yaml").is_file()), None)
    given = os.environ.get("LTH_ROOT")
    if given and not (here and "DVC_STAGE" in os.environ):
        return Path(given).absolute()
    return here or Path(__file__).resolve().parents[2]


ROOT = _root()
PIPELINES = ROOT / "pipelines"
DATA = ROOT / "data"
TICKETS = ROOT / "tickets"
TRAINED = ROOT / "trained"
RESULTS = ROOT / "results"
FIGURES = ROOT / "figures"
CHECKPOINTS = ROOT / ".checkpoints"
NUMERICS = ROOT / "src" / "lth" / "numerics"

TEMPORARY = (".dvc", "tmp") in zip(ROOT.parts, ROOT.parts[1:], strict=False)
"""Whether this is a copy in which `dvc exp run --temp` works."""

PATIENCE = 10
"""Seconds that git may take for an answer."""


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


def git(*words: str) -> str | None:
    """What git answers in the repository; None without git, where this is no clone, or where something else bears its name."""
    command = ["git", "-C", str(ROOT), *words]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()


def in_git(path: Path) -> bool:
    """Whether git holds such a file, and so can restore it."""
    return bool(git("ls-files", "--", str(path)))
