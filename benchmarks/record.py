"""benchmarks/results/<name>.json: what was measured, on what, how often and by which command."""

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from lth import paths
from lth.machine import hardware
from lth.storage import write_bytes

LIBRARIES = ("torch", "torchvision", "numpy", "numba")


def result_file(name: str) -> Path:
    return paths.ROOT / "benchmarks" / "results" / f"{name}.json"


def save(name: str, repeats: int, load_before: float, **measured) -> None:
    """Writes one benchmark's file and says where. load_before: os.getloadavg()[0] as the benchmark began."""
    content = {
        "benchmark": name,
        "command": " ".join(["python -m", f"benchmarks.{name}", *sys.argv[1:]]),
        "hardware": hardware(),
        "cores": os.cpu_count(),
        "versions": {"python": platform.python_version(), **{library: version(library) for library in LIBRARIES}},
        "repeats": repeats,
        "load_average_before": round(load_before, 2),
        **measured,
    }
    write_bytes(result_file(name), (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
    print(f"wrote {paths.shown(result_file(name))}", flush=True)


def load(name: str) -> dict | None:
    """A benchmark's file, or None where it has not run."""
    return json.loads(result_file(name).read_text()) if result_file(name).is_file() else None
