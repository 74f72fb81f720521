"""What kernels are compiled for: this machine's instructions, with sums in the order that Zen 4 likes them.

In which order a sum is taken hangs on how long its vectors are. LLVM's passes choose that by the processor's name and instructions: 16 floats
for AMD's with AVX-512, 8 for Intel's and where there is no AVX-512. So they are told of a Zen 4 wherever they run, and x86-64 processors with
fused multiply-add train to the same bits. The name never brings instructions that a machine lacks: LLVM's code generator, which comes after the
passes, has the list of those that are here from Numba, and splits a vector in two where registers hold half.
"""

import platform

import llvmlite.binding as llvm
from numba import config
from numba.core.registry import cpu_target

TUNED_FOR = "znver4"
OWN_TUNING = (
    config.CPU_NAME is not None
    or config.CPU_FEATURES is not None
    or config.USING_SVML  # whose functions of 16 floats need AVX-512
    or platform.machine().lower() not in ("x86_64", "amd64")
)
"""Whether Numba's environment asks for other code, or this is no x86."""

if not OWN_TUNING:
    config.CPU_NAME = TUNED_FOR

_codegen = cpu_target.target_context.codegen()
TARGET = _codegen.magic_tuple()
"""System, tuning and instructions, as Numba has them."""

WIDE = "+avx512f" in TARGET[2]
"""Whether there are 32 registers of 16 floats, rather than 16 of 8."""

if not OWN_TUNING:  # what runs is made by Numba's engine, which has a target of its own; this one serves the passes, and printed assembly
    _codegen._tm = llvm.Target.from_triple(TARGET[0]).create_target_machine(cpu=TUNED_FOR, opt=int(config.OPT), reloc="static", jit=True)
