"""Interleaved timing: sides live in processes of their own and are measured in turn, so that other load falls on all of them alike.

A process of its own gives each side its own thread settings, allocator and memory peak; a side that waits for its turn sleeps.
"""

import contextlib
import multiprocessing
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Remote:
    """An object in a process of its own, made there by make(*arguments), both picklable, while the caller goes on."""

    def __init__(self, make: Callable, *arguments):
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make, arguments), daemon=True)
        self._process.start()
        theirs.close()

    def call(self, method: str, *arguments):
        """What the object's method returns."""
        return self._ask(method, arguments)[0]

    def seconds(self, method: str, *arguments) -> float:
        """How long the object's method took, measured in its process."""
        return self._ask(method, arguments)[1]

    def peak_memory_mib(self) -> float:
        """The most memory that the process has held in RAM so far."""
        return self._ask(None, ())[0]

    def close(self) -> None:
        self._pipe.close()
        self._process.join()

    def _ask(self, method: str | None, arguments: tuple) -> tuple:
        with contextlib.suppress(BrokenPipeError):  # it failed in making the object, and what it said is still to be read
            self._pipe.send((method, arguments))
        failure, *answer = self._pipe.recv()
        if failure:
            raise RuntimeError(f"the measured process failed:\n{failure}")
        return tuple(answer)


def interleave(repeats: int, measurements: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Takes every measurement in turn, so many times over: {name: [repeats]}."""
    taken = {name: [] for name in measurements}
    for _ in range(repeats):
        for name, measure in measurements.items():
            taken[name].append(measure())
    return taken


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and greatest of repeats, to four significant digits."""
    figures = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {name: float(f"{value:.4g}") for name, value in figures.items()}


def ratio(slower: Sequence[float], faster: Sequence[float]) -> dict[str, float]:
    """How many times faster: the spread of the quotients of repeats that were taken one after the other."""
    return spread([a / b for a, b in zip(slower, faster, strict=True)])


def shown(figures: Mapping[str, float], digits: int = 3) -> str:
    """A spread as text: `12.3 (11.9–13.0)`."""
    median, least, most = (_rounded(figures[name], digits) for name in ("median", "min", "max"))
    return f"{median} ({least}–{most})"


def _rounded(value: float, digits: int) -> str:
    """So many significant digits, never in exponents."""
    text = f"{value:.{digits}g}"
    return f"{value:,.0f}" if "e" in text else text


def _serve(pipe, make: Callable, arguments: tuple) -> None:
    try:
        served = make(*arguments)
        while True:
            method, given = pipe.recv()
            if method is None:
                pipe.send((None, _peak_memory_mib(), 0.0))
                continue
            started = time.perf_counter()
            answer = getattr(served, method)(*given)
            pipe.send((None, answer, time.perf_counter() - started))
    except EOFError:  # the other end is closed: done
        pass
    except Exception:
        pipe.send((traceback.format_exc(),))


def _peak_memory_mib() -> float:
    """On Linux from VmHWM: ru_maxrss would hold the parent's peak too, which a process keeps when it is spawned."""
    status = Path("/proc/self/status")
    if status.is_file():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
