"""Branches of a CUDA program: work that may run side by side, eagerly or inside a captured graph."""

import functools
import itertools
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

BRANCHES = 16
"""Streams that the work is dealt out to; in a captured graph, its width. torch hands out 32 streams before it repeats itself."""


def side_by_side(calls: Sequence[Callable[[], Tensor]]) -> list[Tensor]:
    """The results of calls that depend on nothing of each other: each on a stream forked from the current one, all joined to it again.

    Autograd runs the backward pass of each call on the stream of its forward pass, and joins them likewise. Memory is safe without
    further ado: what a stream frees it reuses only after the next fork, and whatever the calls read is held until the join.
    """
    trunk = torch.cuda.current_stream()
    branches = _streams(trunk.device)[: len(calls)]
    for branch in branches:
        branch.wait_stream(trunk)
    results = []
    for call, branch in zip(calls, itertools.cycle(branches), strict=False):
        with torch.cuda.stream(branch):
            results.append(call())
    for branch in branches:
        trunk.wait_stream(branch)
    return results


@functools.cache
def _streams(device: torch.device) -> list[torch.cuda.Stream]:
    return [torch.cuda.Stream(device) for _ in range(BRANCHES)]
