"""Files that are whole or not there: atomic writes, reading with one line for whatever is wrong, and a lock against two writers."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from safetensors import SafetensorError

from lth import paths
from lth.errors import LthError, one_line

T = TypeVar("T")

SUMS = "SHA256SUMS"

LARGEST = 64 * 2**20
"""Bytes of the largest file that is read whole; committed ones are far smaller."""


def read(file: Path, parse: Callable[[bytes], T], remedy: str = "", *, sha256: str | None = None) -> T:
    """What `parse` makes of a file's bytes: the one way to read a file that the repository holds.

    remedy: what makes it anew, see `mended`. sha256: what is recorded of the bytes, where something is; others are never parsed.
    Raises LthError naming file and remedy where it is missing, cannot be read or is not what `parse` reads, which raises as it likes.
    """

    def wrong(what: str) -> LthError:
        return LthError(f"{paths.shown(file)} {what}: {mended(file, remedy)}")

    try:
        if not file.exists():
            raise wrong("is missing")
        if not file.is_file():
            raise wrong("is no file")
        if file.stat().st_size > LARGEST:
            raise wrong(f"is damaged ({file.stat().st_size:,} bytes, more than any such file holds)")
        content = file.read_bytes()
    except OSError as error:
        raise wrong(f"cannot be read ({error.strerror or one_line(error)})") from error
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise wrong("is damaged (these are not the bytes that were recorded when it was made)")
    try:
        return parse(content)
    except Exception as error:  # damage shows in as many ways as there are parsers
        raise wrong(f"is damaged ({one_line(error)})") from error


def mended(file: Path, remedy: str = "") -> str:
    """What mends a file: what makes it anew, and git where it holds the file; git alone where nothing makes it."""
    if remedy and not paths.in_git(file):
        return remedy
    return f"{remedy}{', or ' if remedy else ''}restore it with `git checkout -- {paths.shown(file)}`"


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
        raise _not_written(path, error) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a small file atomically."""
    write_atomically(path, lambda temporary: temporary.write_bytes(content))


def write_sums(folder: Path, names: Iterable[str]) -> None:
    """Writes the SHA-256 of these files of a folder into its SHA256SUMS, as `sha256sum` does; other files keep their lines."""
    kept = {name: digest for name, digest in _sums(folder).items() if (folder / name).is_file()}
    sums = kept | {name: sha256(folder / name) for name in names}
    write_bytes(folder / SUMS, "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode())


def summed(file: Path) -> str | None:
    """The SHA-256 that SHA256SUMS beside a file records of it; None where it records none. Raises LthError where it is damaged."""
    return _sums(file.parent).get(file.name)


def _sums(folder: Path) -> dict[str, str]:
    def parse(content: bytes) -> dict[str, str]:
        return {name: digest for digest, name in (line.split("  ", 1) for line in content.decode().splitlines())}

    return read(folder / SUMS, parse) if (folder / SUMS).exists() else {}


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Holds an exclusive lock for the length of a with-block; the kernel frees it however the process ends.

    Raises LthError where another process holds it, naming that process, and where the file cannot be written.
    """
    with contextlib.ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = held.enter_context(open(path, "a+"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        except BlockingIOError:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            raise LthError(
                f"{what} is already being trained by process {holder}: let it finish, or stop it (kill {holder}) and run again to go on from its checkpoint"
            ) from None
        except OSError as error:
            raise _not_written(path, error) from error
        yield


def _not_written(path: Path, error: Exception) -> LthError:
    remedy = "free some space or make the folder writable, and run the same command again"
    if isinstance(error, FileExistsError | NotADirectoryError):
        remedy = "a file lies where a folder belongs, move it away"
    elif isinstance(error, IsADirectoryError):
        remedy = "a folder lies where a file belongs, move it away"
    return LthError(f"could not write {paths.shown(path)}: {getattr(error, 'strerror', None) or one_line(error)}; {remedy}")
