"""The nodes of a Ray cluster: what each trains with, and so what its bytes depend on, which must be alike."""

import functools
import hashlib
import os
import platform
import re
import socket
import threading
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import lth
from lth.errors import LthError, one_line
from lth.machine import can_compile_triton, hardware, processor

PATIENCE = 30
"""Seconds that a cluster may take to answer."""

LIBRARIES = ("torch", "numpy", "numba", "llvmlite")


@dataclass(frozen=True)
class Node:
    """One machine of a cluster."""

    software: dict[str, str]
    """Versions by name, and `lth`: a hash of this package's sources."""
    processor: str
    hardware: str
    """The processor, its cores, and the GPU if there is one, as provenance says it."""
    gpu: str | None
    gpu_bytes: int
    """The GPU's memory."""
    fused: bool
    """Whether Triton can compile for it."""

    def differs(self, other: "Node", device: str) -> str:
        """Where another would not train to the same bytes on a kind of device, `torch is 2.14.0 there, 2.15.0 elsewhere`; empty where it would."""
        kinds = {"processor": self.processor} if device == "cpu" else {"GPU": self.gpu, "Triton": self.fused}
        others = {"processor": other.processor} if device == "cpu" else {"GPU": other.gpu, "Triton": other.fused}
        mine, there = self.software | kinds, other.software | others
        return ", ".join(f"{name} is {there[name]} there, {mine[name]} elsewhere" for name in mine if mine[name] != there[name])


@functools.cache
def this_node() -> Node:
    """The machine that this process runs on, with the GPU that it was given."""
    gpu = torch.cuda.get_device_properties(0) if torch.cuda.is_available() else None
    python = ".".join(platform.python_version_tuple()[:2])
    return Node(
        software={"lth": _sources(), "Python": python, **{name: version(name) for name in LIBRARIES}},
        processor=processor(),
        hardware=hardware(),
        gpu=gpu.name if gpu else None,
        gpu_bytes=gpu.total_memory if gpu else 0,
        fused=bool(gpu) and can_compile_triton(),
    )


def _sources() -> str:
    """The version, and the first digits of a hash of all sources of this package."""
    folder = Path(lth.__file__).parent
    sha = hashlib.sha256()
    for file in sorted([*folder.rglob("*.py"), *folder.rglob("*.yaml")]):
        sha.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return f"{lth.__version__} ({sha.hexdigest()[:8]})"


@functools.cache
def connected() -> Any:
    """Ray, connected to the cluster that RAY_ADDRESS names, or else to the one that this machine is part of.

    Raises LthError where Ray is not installed, and where there is no cluster.
    """
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError:
        raise LthError(
            "executor: ray needs Ray, which is not installed: `make cluster`, or `pip install -r requirements-cluster.txt`; threads does without"
        ) from None
    if not ray.is_initialized():
        address = os.environ.get("RAY_ADDRESS", "auto")
        try:
            if re.fullmatch(r"[\w.-]+:\d+", address):  # Ray would try for many minutes
                host, port = address.split(":")
                socket.create_connection((host, int(port)), PATIENCE).close()
            ray.init(address, log_to_driver=False, logging_level="ERROR")
        except Exception as error:  # Ray raises nearly anything
            where = "on this machine, and RAY_ADDRESS names none" if address == "auto" else f"at RAY_ADDRESS {address}"
            raise LthError(
                f"executor: ray finds no cluster {where} ({one_line(error)}): `ray start --head` starts one (docs/clusters.md)"
            ) from None
    return ray


def has_gpus() -> bool:
    """Whether any node of the cluster has one."""
    return slots("cuda") > 0


def slots(device: str) -> int:
    """How many chunks the cluster trains at once on a kind of device: its cores, or its GPUs."""
    return int(connected().cluster_resources().get("CPU" if device == "cpu" else "GPU", 0))


_known: dict[str, Node] = {}
"""What each node has, by Ray's id of it."""

_asking = threading.Lock()


def alike(device: str) -> Node:
    """What every node of the cluster has that can train on a kind of device. Raises LthError naming one that differs."""
    ray, here = connected(), this_node()
    resource = "CPU" if device == "cpu" else "GPU"
    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get(resource)]
    if not nodes:
        raise LthError(f"no node of the cluster has a {resource} to train on: add one with `ray start --address=…` (docs/clusters.md)")
    with _asking:
        ask = ray.remote(num_cpus=0, num_gpus=0 if device == "cpu" else 1e-4, max_calls=int(device != "cpu"))(lambda: this_node())
        there = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        asked = {
            node["NodeID"]: ask.options(scheduling_strategy=there(node["NodeID"], soft=False)).remote()
            for node in nodes
            if node["NodeID"] not in _known
        }
        for node in nodes:
            if run := asked.get(node["NodeID"]):
                try:
                    _known[node["NodeID"]] = ray.get(run)
                except ray.exceptions.RayError as error:
                    raise LthError(refusal(node["NodeManagerHostname"], f"it does not say what it has: {one_line(error)}")) from error
    first = _known[nodes[0]["NodeID"]]
    expected = replace(first, software=here.software)
    for node in nodes:
        if why := expected.differs(_known[node["NodeID"]], device):
            raise LthError(refusal(node["NodeManagerHostname"], why))
    return expected


def refusal(name: str, why: str) -> str:
    return (
        f"node {name} would not train to the same bytes ({why}): make it like the others, or take it out (`ray stop` there), and run again"
    )
