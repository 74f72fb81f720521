"""Compiled kernels on disk, in a folder named by all they are made of.

Numba compares a cached function with the file that holds it, but most of an entry's code is inlined from other files: with
one of those changed, Numba would load, and train with, kernels that are no longer in the sources.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import llvmlite
import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

from lth.errors import LthError

from .target import TARGET


def _folder() -> str:
    """Names the sources of all kernels, the compiler's versions, and the processor that they are compiled for."""
    sources = [(file.name, file.read_bytes()) for file in sorted(Path(__file__).parent.glob("*.py"))]
    made_of = repr((sources, numba.__version__, llvmlite.__version__, TARGET))
    return f"kernels-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}"


FOLDER = _folder()  # once, when the kernels are imported: an edit made while a process runs is not what it compiles


class KernelCache(FunctionCache):
    """Numba's cache of one function, moved into FOLDER below the place that Numba chooses.

    That is NUMBA_CACHE_DIR, else __pycache__ beside the sources, else the user's cache: the first that can be written. Other
    folders there are left alone: a process that began before an edit may still read them. A damaged file is compiled anew.

    Raises LthError where there is no such place, or no space in it.
    """

    def __init__(self, function):
        try:
            super().__init__(function)
        except RuntimeError as error:
            raise LthError(f"{error}; set NUMBA_CACHE_DIR to a folder that can be written and has space") from error
        self._cache_path = Path(self._cache_path) / FOLDER
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, source_stamp=FOLDER)

    def load_overload(self, sig, target_context):
        """The compiled function, or None, upon which Numba compiles it."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # a file that was cut short raises nearly anything
            with self._writing():
                self.flush()

    def save_overload(self, sig, data):
        with self._writing():
            self._cache_path.mkdir(parents=True, exist_ok=True)
            super().save_overload(sig, data)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            remedy = "free some space or make the folder writable (it may be deleted), and run the same command again"
            raise LthError(f"could not write compiled kernels to {self._cache_path}: {error.strerror}; {remedy}") from error
