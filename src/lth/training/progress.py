"""The progress bar of a stage that trains, or of many at once."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Protocol

from tqdm import tqdm


class Reports(Protocol):
    """What chunks in training say, wherever they are trained; documented at `Progress`."""

    def resumed(self, networks: int, iteration: int) -> None: ...
    def reached(self, chunk: str, networks: int, iteration: int) -> None: ...
    def finished(self, chunk: str, networks: int) -> None: ...


_whole: tqdm | None = None
"""The bar of many stages, where there is one."""

_lock = threading.Lock()


@contextlib.contextmanager
def one_bar(title: str, iterations: int) -> Iterator[None]:
    """One bar for all stages that train in a with-block. iterations: of all networks together."""
    global _whole
    with bar(title, iterations) as _whole:
        try:
            yield
        finally:
            _whole = None


def bar(title: str, total: int) -> tqdm:
    """A bar, in a terminal drawn as it moves, in a log every 15 s. total: of iterations, or of what else it counts."""
    return tqdm(
        total=total,
        desc=title,
        unit=" iterations",
        unit_scale=True,
        mininterval=0.2 if os.isatty(2) else 15,
        dynamic_ncols=True,
        bar_format="{desc} |{bar}| {percentage:3.0f}%{postfix} · {elapsed} · {remaining} left",
    )


class Progress:
    """A progress bar over all iterations of all networks, that names the stage, the networks done and the time left; or a part of a bar for all."""

    def __init__(self, title: str, networks: int, iterations: int):
        self.title, self.networks, self.iterations, self.done, self.before = title, networks, iterations, 0, 0
        self.at: dict[str, int] = {}
        self.alone = _whole is None
        self.bar = _whole or bar(title, networks * iterations)
        self._show()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_) -> None:
        if self.alone:
            self.bar.close()
        if self.before:
            print(f"{self.title}: {self.before} of {self.networks} networks had been trained before", file=sys.stderr)

    def resumed(self, networks: int, iteration: int) -> None:
        """So many networks go on from a checkpoint of this iteration."""
        what = f"{networks} network{'s go' if networks > 1 else ' goes'} on from the checkpoint at iteration"
        with _lock:
            self.bar.write(f"{self.title}: {what} {iteration:,} of {self.iterations:,}", file=sys.stderr)

    def reached(self, chunk: str, networks: int, iteration: int) -> None:
        """The chunk's networks are at this iteration; one that another machine begins anew falls back."""
        with _lock:
            self._move(chunk, networks * iteration)

    def finished(self, chunk: str, networks: int, *, before: bool = False) -> None:
        """The chunk's networks are finished; `before` where an earlier run did it."""
        with _lock:
            self.done += networks
            self.before += networks * before
            self._move(chunk, networks * self.iterations)

    def _move(self, chunk: str, iterations: int) -> None:
        further, self.at[chunk] = iterations - self.at.get(chunk, 0), iterations
        self._show()
        self.bar.update(further)

    def _show(self) -> None:
        if not self.alone:
            return
        iteration = sum(self.at.values()) // self.networks
        postfix = f"iteration {iteration:,}/{self.iterations:,} · {self.done}/{self.networks} networks"
        self.bar.set_postfix_str(postfix, refresh=False)
