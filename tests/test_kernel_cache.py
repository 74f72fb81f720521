"""Kernels train as their sources read: what was compiled is loaded again while nothing has changed, and only then."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from lth.errors import LthError
from lth.training.engines import kernels
from lth.training.engines.kernels.arithmetic import entry

EVALUATES = """
import numpy as np
import kernels

mask = np.eye(10, dtype=bool)
network = kernels.lay_out([mask], kernels.start([mask * 1.0], [np.zeros(10)]))
loss, _ = kernels.evaluate(network, kernels.sparse_examples(np.eye(10, dtype=np.float32), np.arange(10)), np.arange(10, dtype=np.int32))
print(loss, "compiled" if kernels.compact.evaluate.stats.cache_misses else "loaded")
"""


def python(script: str, folder: Path, **environment: str) -> str:
    """What a new process in `folder` prints; the cache lies beside the sources."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=folder, env={**kept, **environment}, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the package of kernels, to import as `kernels` from the folder that holds it."""
    sources = Path(kernels.__file__).parent
    return Path(shutil.copytree(sources, tmp_path / "kernels", ignore=shutil.ignore_patterns("__pycache__")))


def test_an_edit_of_what_is_inlined_compiles_anew(copy):
    loss, how = python(EVALUATES, copy.parent).split()
    assert how == "compiled"
    assert python(EVALUATES, copy.parent).split() == [loss, "loaded"]

    arithmetic = copy / "arithmetic.py"  # compact.py, whose `evaluate` runs, stays as it is
    original = arithmetic.read_text()
    arithmetic.write_text(original.replace("loss += math.log", "loss += 1 + math.log"))
    edited, how = python(EVALUATES, copy.parent).split()
    assert float(edited) == pytest.approx(float(loss) + 1)
    assert how == "compiled"

    arithmetic.write_text(original)
    assert python(EVALUATES, copy.parent).split() == [loss, "loaded"]


def test_another_processor_has_its_own_folder(copy):
    shows = "import kernels.cache; print(kernels.cache.FOLDER)"
    assert python(shows, copy.parent) != python(shows, copy.parent, NUMBA_CPU_NAME="generic")


TRAINS = """
import hashlib
import llvmlite.binding
import numpy as np

here = llvmlite.binding.get_host_cpu_features()
here.update((feature, False) for feature in here if feature.startswith({without!r}))
llvmlite.binding.get_host_cpu_features = lambda: here
import kernels

rng = np.random.default_rng(0)
sizes = [(20, 50), (10, 20)]
for density in (1.0, 0.1):  # either layout
    masks = [rng.random(size) < density for size in sizes]
    state = kernels.start([mask * rng.normal(size=mask.shape) for mask in masks], [np.zeros(len(mask)) for mask in masks])
    network = kernels.lay_out(masks, state)
    examples = kernels.sparse_examples(rng.random((300, 50), dtype=np.float32), rng.integers(0, 10, 300))
    batches = np.stack([rng.permutation(300)[:60] for _ in range(40)]).astype(np.int32)
    kernels.advance(network, examples, batches, np.full(40, 0.01), kernels.adam(), 0)
    print(hashlib.sha256(network.weight.tobytes()).hexdigest())
"""


@pytest.mark.skipif(kernels.target.OWN_TUNING, reason="kernels are tuned for this processor, or by Numba's environment")
def test_how_long_vectors_are_does_not_change_what_kernels_compute(copy):
    narrow, wide = (python(TRAINS.format(without=features), copy.parent) for features in ("avx512", "none"))
    assert narrow == wide
    own = python(TRAINS.format(without="none"), copy.parent, NUMBA_CPU_NAME="emeraldrapids")
    assert own != wide, "its own tuning would: if not, Numba no longer takes what target.py gives its passes"


def double(x):
    return x + x


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """Where entries made in the test are kept: below NUMBA_CACHE_DIR."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    folder = entry(double).stats.cache_path
    assert tmp_path in folder.parents
    return folder


def hits() -> int:
    """Doubles 3 as a new process would; 1 where the compiled function came from the disk."""
    doubles = entry(double)
    assert doubles(3) == 6
    return sum(doubles.stats.cache_hits.values())


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("left", [0, 10, 1000])
def test_a_damaged_file_is_compiled_anew(cache, kind, left):
    assert [hits(), hits()] == [0, 1]
    (file,) = cache.glob(f"*.{kind}")
    file.write_bytes(file.read_bytes()[:left])
    assert [hits(), hits()] == [0, 1]


def test_a_cache_that_cannot_be_written_is_one_line(cache):
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.touch()  # a file where the folder should be
    with pytest.raises(LthError, match=rf"^could not write compiled kernels to {cache}: Not a directory; .+ \(it may be deleted\), .+$"):
        hits()


def test_a_full_disk_is_one_line(cache, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("numba.core.caching.os.replace", full)
        with pytest.raises(LthError, match=rf"^could not write compiled kernels to {cache}: No space left on device; free some space .+$"):
            hits()
    assert [hits(), hits()] == [0, 1], "with space again"


def test_no_place_for_a_cache_is_one_line(monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_LOCATOR_CLASSES", "UserProvidedCacheLocator")  # neither __pycache__ nor the user's
    monkeypatch.setattr(numba.config, "CACHE_DIR", "/dev/null")
    with pytest.raises(LthError, match=r"^cannot cache function 'double': .+; set NUMBA_CACHE_DIR to a folder that can be written .+$"):
        entry(double)
