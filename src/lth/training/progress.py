"""The progress bar of a stage that trains."""

import os
import sys
import threading
from typing import Protocol

from tqdm import tqdm


class Reports(Protocol):
    """What chunks in training say, wherever they are trained; documented at `Progress`."""

    def resumed(self, networks: int, iteration: int) -> None: ...
    def reached(self, chunk: str, networks: int, iteration: int) -> None: ...
    def finished(self, chunk: str, networks: int) -> None: ...


class Progress:
    """A progress bar over all iterations of all networks, that names the stage, the networks done and the time left."""

    def __init__(self, title: str, networks: int, iterations: int):
        self.title, self.networks, self.iterations, self.done, self.before = title, networks, iterations, 0, 0
        self.at: dict[str, int] = {}
        self.lock = threading.Lock()
        quiet = not os.isatty(2)
        self.bar = tqdm(
            total=networks * iterations,
            desc=title,
            unit=" iterations",
            unit_scale=True,
            mininterval=15 if quiet else 0.2,
            dynamic_ncols=True,
            bar_format="{desc} |{bar}| {percentage:3.0f}%{postfix} · {elapsed} · {remaining} left",
        )
        self._show()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_) -> None:
        self.bar.close()
        if self.before:
            print(f"{self.title}: {self.before} of {self.networks} networks had been trained before", file=sys.stderr)

    def resumed(self, networks: int, iteration: int) -> None:
        """So many networks go on from a checkpoint of this iteration."""
        what = f"{networks} network{'s go' if networks > 1 else ' goes'} on from the checkpoint at iteration"
        with self.lock:
            self.bar.write(f"{self.title}: {what} {iteration:,} of {self.iterations:,}", file=sys.stderr)

    def reached(self, chunk: str, networks: int, iteration: int) -> None:
        """The chunk's networks are at this iteration; one that another machine begins anew falls back."""
        with self.lock:
            self._move(chunk, networks * iteration)

    def finished(self, chunk: str, networks: int, *, before: bool = False) -> None:
        """The chunk's networks are finished; `before` where an earlier run did it."""
        with self.lock:
            self.done += networks
            self.before += networks * before
            self._move(chunk, networks * self.iterations)

    def _move(self, chunk: str, iterations: int) -> None:
        further, self.at[chunk] = iterations - self.at.get(chunk, 0), iterations
        self._show()
        self.bar.update(further)

    def _show(self) -> None:
        iteration = sum(self.at.values()) // self.networks
        postfix = f"iteration {iteration:,}/{self.iterations:,} · {self.done}/{self.networks} networks"
        self.bar.set_postfix_str(postfix, refresh=False)
