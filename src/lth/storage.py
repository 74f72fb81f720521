"""Files that are whole or not there: atomic writes, and a lock against two writers."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from safetensors import SafetensorError

from lth import paths
from lth.errors import LthError


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Calls write(temporary file beside `path`), then renames: `path` holds its old content or the whole new one.

    Raises LthError where the disk is full or the folder cannot be written; the old content then stands.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{path.name}.*.part"):  # by a process that was killed in here
            left.unlink(missing_ok=True)
        temporary.touch()
        mode = temporary.stat().st_mode
        write(temporary)
        temporary.chmod(mode)  # safetensors would leave it to its owner alone
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except (OSError, SafetensorError) as error:
        with contextlib.suppress(OSError):  # where the folder is none
            temporary.unlink(missing_ok=True)
        remedy = "free some space or make the folder writable, and run the same command again"
        raise LthError(f"could not write {paths.shown(path)}: {getattr(error, 'strerror', None) or error}; {remedy}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a small file atomically."""
    write_atomically(path, lambda temporary: temporary.write_bytes(content))


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Holds an exclusive lock for the length of a with-block; the kernel frees it however the process ends.

    Raises LthError where another process holds it, naming that process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise LthError(
                f"{what} is already being trained by process {holder}: let it finish, or stop it (kill {holder}) and run again to go on from its checkpoint"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
