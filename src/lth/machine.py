"""The machine: its processor, the cores that this process may use, the GPU."""

import importlib.util
import os
import platform
import shutil
import sysconfig
from pathlib import Path

import torch


def cores() -> int:
    """How many: schedulers and `taskset` often lend a process fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_bytes() -> int:
    """The memory that the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def can_compile_triton() -> bool:
    """Whether Triton is here, with what it needs beside a GPU to launch its kernels: a C compiler and Python's headers."""
    compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")
    return bool(importlib.util.find_spec("triton") and compiler) and Path(sysconfig.get_paths()["include"], "Python.h").is_file()


def hardware() -> str:
    """The processor, its cores, and the GPU if there is one."""
    names = _processors()
    model = f"{len(names)} x {names[0]}" if names else processor()
    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    return model + gpu


def processor() -> str:
    """The processor's model."""
    return (_processors() or [platform.processor() or platform.machine()])[0]


def _processors() -> list[str]:
    """The model of each core, where the system lists them."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    return [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
