"""A Ray cluster on this machine: each node is processes of its own, and all listen on 127.0.0.1 alone."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tiny

LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
"""With the first, which keeps Ray from the network on Windows, Ray takes 127.0.0.1 for this machine's address on Linux too."""

START = (
    "from types import SimpleNamespace; from ray.scripts import scripts; "
    "scripts.ray_constants = SimpleNamespace(**{**vars(scripts.ray_constants), 'ENABLE_RAY_CLUSTER': True}); scripts.main()"
)
"""The command `ray`, which would refuse a second node on Windows."""

PATIENCE = 120
"""Seconds that a node may take to start; on a quiet machine it is about ten."""

ATTEMPTS = 3
"""Ray gives up a start that takes it more than half a minute, as may be beside other work."""


class Nodes:
    """A head, which trains too, and the nodes that are added; with one core each.

    everywhere: the environment of all nodes and drivers.
    """

    def __init__(self, **everywhere: str):
        self.everywhere = everywhere
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.folder = Path(tempfile.mkdtemp(prefix="lth-ray-"))  # short, as the paths of sockets must be
        self.processes: list[subprocess.Popen] = []
        port = self.address.partition(":")[2]
        self.head = self._joined("--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={self.folder}")

    def add(self, **environment: str) -> subprocess.Popen:
        """One more node, when it has joined. environment: of its own."""
        return self._joined(f"--address={self.address}", **environment)

    def wait(self, count: int) -> None:
        """Until so many nodes are there."""
        until = time.monotonic() + PATIENCE
        while self.count() != count:
            assert time.monotonic() < until, f"not {count} nodes after {PATIENCE} s"
            time.sleep(0.2)

    def count(self) -> int:
        """How many nodes are there, as the head says; 0 before it listens."""
        import ray
        from ray._raylet import GcsClient

        host, port = self.address.split(":")
        with socket.socket() as head:
            if head.connect_ex((host, int(port))):
                return 0
        try:
            return sum(node.state == 0 for node in GcsClient(address=self.address).get_all_node_info().values())
        except ray.exceptions.RpcError:
            return 0

    def _joined(self, *words: str, **environment: str) -> subprocess.Popen:
        there = self.count()
        for _ in range(ATTEMPTS):
            node, until = self._start(*words, **environment), time.monotonic() + PATIENCE
            while node.poll() is None and time.monotonic() < until:
                if self.count() > there:
                    return node
                time.sleep(0.2)
            self.kill(node)
        raise AssertionError((self.folder / "said").read_text()[-2000:])

    def _start(self, *words: str, **environment: str) -> subprocess.Popen:
        options = (
            "--node-ip-address=127.0.0.1",
            "--num-cpus=1",
            "--object-store-memory=400000000",
            "--include-log-monitor=false",
            "--block",
        )
        with open(self.folder / "said", "a") as said:
            node = subprocess.Popen(
                [sys.executable, "-c", START, "start", *words, *options],
                env={**os.environ, **LOOPBACK, **self.everywhere, **environment},
                stdout=said,
                stderr=said,
                start_new_session=True,
                cwd=self.folder,
            )
        self.processes.append(node)
        return node

    def environment(self, root: Path) -> dict[str, str]:
        """For a driver with its root there."""
        return {**tiny.environment(root), **LOOPBACK, **self.everywhere, "LTH_EXECUTOR": "ray", "RAY_ADDRESS": self.address}

    def training(self, node: subprocess.Popen) -> list[int]:
        """The processes of a node that train a chunk now."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended
                session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
                if session == node.pid and (folder / "cmdline").read_bytes().startswith(b"ray::train_on_worker"):
                    found.append(int(folder.name))
        return found

    def kill(self, node: subprocess.Popen) -> None:
        """All of a node's processes at once, as when its power fails."""
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == node.pid:
                    os.kill(int(folder.name), signal.SIGKILL)
        node.wait()
        self.processes.remove(node)

    def stop(self) -> None:
        for node in reversed(self.processes[:]):
            self.kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)
