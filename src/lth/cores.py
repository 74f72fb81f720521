"""The CPU cores that this process may use."""

import os


def cores() -> int:
    """How many: schedulers and `taskset` often lend a process fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
