"""What a killed stage left behind: one file per chunk of the stack, either in training or finished.

The folder is `.checkpoints/<hash>`, where the hash is of everything the results depend on. It is no output of the pipeline: DVC deletes a
stage's outputs before it runs it again, and a checkpoint must outlive that.
"""

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lth import paths
from lth.errors import Interrupted
from lth.measures import CURVES, MEASURED
from lth.storage import locked, write_atomically
from lth.training.stack import Trained


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one stage's stack."""

    folder: Path
    spent: float = 0
    """Seconds that earlier runs of the stage, which were stopped, took up to their last checkpoint."""
    started: float = field(default_factory=time.monotonic)
    """When this run of it began."""

    def __reduce__(self):
        """On another machine the clock goes on from here."""
        return type(self), (self.folder, self.seconds)

    def save_running(self, chunk: str, iteration: int, state: dict[str, Tensor]) -> None:
        """Replaces the chunk's checkpoint."""
        _save(self.folder / f"{chunk}.running", state, {"iteration": str(iteration), "seconds": str(self.seconds)})

    def load_running(self, chunk: str) -> tuple[int, dict[str, Tensor]] | None:
        """The iteration and state of a chunk in training, or None."""
        loaded = _load(self.folder / f"{chunk}.running")
        return loaded and (int(loaded[1]["iteration"]), loaded[0])

    def save_finished(self, chunk: str, trained: Trained) -> None:
        """Keeps what a chunk measured, and drops its checkpoint."""
        tensors = {name: torch.from_numpy(array) for name, array in {**trained.measured, **trained.curves}.items()}
        _save(
            self.folder / f"{chunk}.finished",
            {**tensors, **{f"parameters.{name}": value for name, value in trained.parameters.items()}},
            {"seconds": str(self.seconds)},
        )
        (self.folder / f"{chunk}.running").unlink(missing_ok=True)

    def load_finished(self, chunk: str) -> Trained | None:
        """What a finished chunk measured, or None."""
        loaded = _load(self.folder / f"{chunk}.finished")
        if loaded is None:
            return None
        tensors = loaded[0]
        return Trained(
            measured={name: tensors[name].numpy() for name in MEASURED},
            curves={name: tensors[name].numpy() for name in CURVES},
            parameters={name.removeprefix("parameters."): value for name, value in tensors.items() if name.startswith("parameters.")},
        )

    @property
    def seconds(self) -> float:
        """What the stage has taken so far, with the runs of it that were stopped."""
        return self.spent + time.monotonic() - self.started

    def remove(self) -> None:
        """Called once the stage's outputs are written."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def checkpoints(depends_on: dict, what: str) -> Iterator[Checkpoints]:
    """The checkpoints of a stage whose results depend on `depends_on` (JSON), held against a second run of it, whatever its params.

    what: the stage's name, by which it is locked and which the message names that a second run of it ends in.
    """
    key = hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:16]
    with locked(paths.CHECKPOINTS / f"{what.replace(' ', '-').replace('/', '-')}.lock", what):
        folder = paths.CHECKPOINTS / key
        try:
            yield Checkpoints(folder, max(map(_seconds, _files(folder)), default=0))
        except KeyboardInterrupt:
            left = "the same command goes on from the checkpoint" if _files(folder) else "it had not come to a checkpoint, and begins anew"
            left = "DVC removes this temporary run, with what it had trained; the workspace is as it was" if paths.TEMPORARY else left
            raise Interrupted(left) from None


def _files(folder: Path) -> list[Path]:
    """All that a stage has to go on from."""
    return [file for file in folder.rglob("*") if file.suffix in (".running", ".finished")]


def _save(file: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    contiguous = {name: value.cpu().contiguous() for name, value in tensors.items()}
    signed = metadata | {"sha256": _digest(contiguous, metadata)}
    write_atomically(file, lambda temporary: save_file(contiguous, temporary, signed))


def _digest(tensors: dict[str, Tensor], metadata: dict[str, str]) -> str:
    """SHA-256 of all that a file holds: a bit that flips in it would be trained on from."""
    sha = hashlib.sha256(json.dumps(metadata, sort_keys=True).encode())
    for name, value in sorted(tensors.items()):
        sha.update(f"{name} {value.dtype} {list(value.shape)}".encode())
        sha.update(value.reshape(-1).view(torch.uint8).numpy())
    return sha.hexdigest()


def _seconds(file: Path) -> float:
    """What a file says; 0 for one that is unreadable or says nothing."""
    try:
        with safe_open(file, "pt") as opened:
            return float((opened.metadata() or {}).get("seconds", 0))
    except (OSError, SafetensorError, ValueError):
        return 0


def _load(file: Path) -> tuple[dict[str, Tensor], dict[str, str]] | None:
    """A file's tensors and metadata. One that is missing, unreadable or not as it was written counts as none: training then starts over."""
    try:
        with safe_open(file, "pt") as opened:
            tensors, metadata = {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata() or {}  # noqa: SIM118
    except (OSError, SafetensorError):
        return None
    written = metadata.pop("sha256", None)
    return (tensors, metadata) if written == _digest(tensors, metadata) else None
