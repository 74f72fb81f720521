"""Interleaved timing: sides live in processes of their own and are measured in turn, so that other load falls on all of them alike.

A process of its own gives each side its own thread settings, allocator and memory peak; a side that waits for its turn sleeps.
"""

import contextlib
import multiprocessing
import statistics
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

    def memory_mib(self) -> dict[str, float]:
        """RAM that the process holds now (`resident`), and the most it has held so far (`peak`)."""
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
                pipe.send((None, _memory_mib(), 0.0))
                continue
            started = time.perf_counter()
            answer = getattr(served, method)(*given)
            pipe.send((None, answer, time.perf_counter() - started))
    except EOFError:  # the other end is closed: done
        pass
    except Exception:
        pipe.send((traceback.format_exc(),))


def _memory_mib() -> dict[str, float]:
    """From Linux's /proc, because ru_maxrss would hold the parent's peak too, which a process keeps when it is spawned."""
    fields = {"VmRSS": "resident", "VmHWM": "peak"}
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    return {fields[word[:-1]]: round(int(values[0]) / 1024, 1) for word, *values in lines if word[:-1] in fields}
