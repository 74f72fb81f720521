"""Where a result came from: a sidecar beside it, rewritten only when the result's bytes change.

It is no output of the pipeline: commit, hardware and wall time differ from run to run, and a forced rerun must leave no diff.
"""

import json
import platform
import re
import resource
from importlib.metadata import version
from pathlib import Path

from lth import paths
from lth.errors import LthError
from lth.machine import hardware
from lth.results.files import read_sidecar
from lth.storage import sha256, write_bytes

LIBRARIES = ("torch", "numpy", "numba", "pandas", "dvc")


def record(sidecar: Path, outputs: list[Path], command: str, about: dict, seconds: float) -> None:
    """Writes the sidecar of a stage's outputs, unless it describes these very bytes already: then it says at most what they are made from now. One
    that is damaged is written over.

    about: engine, device, library, made_from, and the hardware where that is not this machine's. seconds: wall time that the stage took.
    """
    hashes = {paths.shown(file): sha256(file) for file in outputs}
    before = _recorded(sidecar)
    if before.get("sha256") == hashes:
        if before.get("made_from") != about.get("made_from"):
            write_bytes(sidecar, (json.dumps(before | {"made_from": about["made_from"]}, indent=1) + "\n").encode())
        return
    content = {
        "command": command,
        "commit": _commit(),
        **about,
        "hardware": about.get("hardware") or hardware(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES if _installed(name)}},
        "wall_seconds": round(seconds, 1),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "sha256": hashes,
    }
    write_bytes(sidecar, (json.dumps(content, indent=1) + "\n").encode())


def _recorded(sidecar: Path) -> dict:
    """What a sidecar says; nothing where it cannot be read."""
    try:
        return read_sidecar(sidecar)
    except LthError:
        return {}


def _commit() -> str:
    """The commit that was checked out, marked where tracked sources differed from it; `unknown` without git, or where this is no clone."""
    commit = paths.git("rev-parse", "HEAD")
    if commit is None or not re.fullmatch("[0-9a-f]{40,64}", commit):
        return "unknown"
    changed = paths.git("status", "--porcelain", "--untracked-files=no", "--", "src", "pipelines", "params.yaml", "dvc.yaml")
    if changed is None:
        return "unknown"
    return commit + (" with changes" if any("dvc.lock" not in line for line in changed.splitlines()) else "")


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except ModuleNotFoundError:
        return False
