"""CUDA graphs: a program of hundreds of kernels that the host launches as one."""

import functools
from collections.abc import Callable

import torch


def captured(program: Callable[[], None]) -> Callable[[], None]:
    """A function that does what `program` does, launched as one.

    program: reads and writes only tensors that stay where they are, takes and returns nothing, and never waits for the device. It is
    run once to warm up, on the stream that it is captured on: libraries create their handles and workspaces at first use, and may not
    while capturing.
    """
    here, stream = torch.cuda.current_stream(), _capture_stream()
    stream.wait_stream(here)
    with torch.cuda.stream(stream):
        program()
    here.wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        program()
    return graph.replay


@functools.cache
def _capture_stream() -> torch.cuda.Stream:
    return torch.cuda.Stream()
