"""The progress bar of a stage that trains."""

import os
import sys
import threading

from tqdm import tqdm


class Progress:
    """A progress bar over all iterations of all networks, that names the stage, the networks done and the time left."""

    def __init__(self, title: str, networks: int, iterations: int):
        self.title, self.networks, self.iterations, self.done, self.before = title, networks, iterations, 0, 0
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

    def trained(self, iterations: int) -> None:
        """So many more network-iterations are trained."""
        with self.lock:
            self._show()
            self.bar.update(iterations)

    def finished(self, networks: int, *, counted: bool = False, before: bool = False) -> None:
        """So many more networks are finished; `counted` where their iterations were reported already, `before` where an earlier run did it."""
        with self.lock:
            self.done += networks
            self.before += networks * before
            self._show()
            self.bar.update(0 if counted else networks * self.iterations)

    def _show(self) -> None:
        iteration = int(self.bar.n / self.networks)
        postfix = f"iteration {iteration:,}/{self.iterations:,} · {self.done}/{self.networks} networks"
        self.bar.set_postfix_str(postfix, refresh=False)
