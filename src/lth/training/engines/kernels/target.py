"""What kernels are compiled for: this machine's instructions, in the order that Zen 4 likes them.

In which order a sum is taken hangs on how long its vectors are, and LLVM chooses that by the processor's name: half as long for Intel's
with AVX-512 as for AMD's. With one name for all, processors with the same instructions train to the same bits. The name never brings
instructions that a machine lacks: Numba hands LLVM the list of those that are here beside it.
"""

import platform

from numba import config
from numba.core.registry import cpu_target

TUNED_FOR = "znver4"

if config.CPU_NAME is None and platform.machine().lower() in ("x86_64", "amd64"):  # else it is NUMBA_CPU_NAME's, or not an x86
    config.CPU_NAME = TUNED_FOR

TARGET = cpu_target.target_context.codegen().magic_tuple()
"""System, tuning and instructions, as Numba has them; a process that had compiled before this was imported keeps its own tuning."""

WIDE = "+avx512f" in TARGET[2]
"""Whether there are 32 registers of 16 floats, rather than 16 of 8."""
