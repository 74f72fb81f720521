"""What kernels are compiled for: this machine's instructions, with sums in the order that Zen 4 likes them.

In which order a sum is taken hangs on how long its vectors are. LLVM's passes choose that by the processor's name and instructions: half as
long for Intel's with AVX-512 as for AMD's, and again half where there is no AVX-512. So they are told of a Zen 4 wherever they run, and
processors train to the same bits. LLVM's code generator, which comes after them, knows what this machine has, and splits a vector in two where
its registers hold half.
"""

import platform

import llvmlite.binding as llvm
from numba import config
from numba.core.registry import cpu_target

TUNED_FOR = "znver4"
OWN_TUNING = config.CPU_NAME is not None or platform.machine().lower() not in ("x86_64", "amd64")
"""NUMBA_CPU_NAME asks for another, or this is no x86."""

if not OWN_TUNING:
    config.CPU_NAME = TUNED_FOR

_codegen = cpu_target.target_context.codegen()
TARGET = _codegen.magic_tuple()
"""System, tuning and instructions, as Numba has them; a process that had compiled before this was imported keeps its own tuning."""

WIDE = "+avx512f" in TARGET[2]
"""Whether there are 32 registers of 16 floats, rather than 16 of 8."""

if not (OWN_TUNING or WIDE):
    _codegen._tm = llvm.Target.from_triple(TARGET[0]).create_target_machine(cpu=TUNED_FOR)
