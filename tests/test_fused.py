"""A step in one kernel of Triton is a step of torch's operations, but for the last bits.

Without a GPU the kernels run in Triton's interpreter, in NumPy, and are compiled, but for no device: all but the launch is tested.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lth.config import OptimiserConfig
from lth.training.optimisers import optimiser

CASES = [(name, decay) for name in ("adam", "momentum") for decay in (0.0, 0.05)]
TOLERANCE = 2e-6
"""Relative to a tensor's largest number, after STEPS steps: each rounds a dozen times by 6e-8, and differently where a multiplication is joined
with an addition."""
STEPS = 20
NETWORKS, SIZE = 3, 2 * 1024 + 64
"""Parameters that fill no whole number of the kernels' blocks."""


def run(name: str, decay: float, device: str, *, fused: bool) -> dict[str, torch.Tensor]:
    """Parameters and moments after STEPS steps on gradients of many sizes, some exactly zero, half of the weights pruned."""
    generator = torch.Generator().manual_seed(0)
    mask = (torch.rand(NETWORKS, SIZE, generator=generator) < 0.5).float()
    parameters = (torch.randn(NETWORKS, SIZE, generator=generator) * mask).to(device)
    stepping = optimiser(OptimiserConfig(name=name, learning_rate=0.01, weight_decay=decay), parameters, fused=fused)
    rates = 0.01 / torch.arange(1, NETWORKS + 1)
    for scales in stepping.scales(rates[None, :, None].expand(STEPS, -1, -1), 0).to(device):
        sizes = torch.randint(-12, 3, (NETWORKS, SIZE), generator=generator)
        gradient = torch.randn(NETWORKS, SIZE, generator=generator) * 10.0**sizes * (sizes > -12)
        stepping.step(parameters, gradient.to(device), mask.to(device), scales.contiguous())
    pruned = {"pruned parameters": parameters[mask.to(device) == 0]}
    return {name: value.cpu() for name, value in ({"parameters": parameters} | pruned | stepping.moments).items()}


def differences(device: str) -> dict[str, float]:
    """Of every tensor of every case, the largest difference, as a share of the tensor's largest number."""
    found = {}
    for name, decay in CASES:
        ours, torchs = (run(name, decay, device, fused=fused) for fused in (True, False))
        assert not ours.pop("pruned parameters").any()
        for part, value in torchs.items():
            if part in ours:
                found[f"{name} {decay} {part}"] = ((ours[part] - value).abs().max() / value.abs().max()).item()
    return found


def assert_small(found: dict[str, float]) -> None:
    assert len(found) == 2 * 3 + 2 * 2
    assert max(found.values()) < TOLERANCE, found


def test_the_kernels_compute_what_torch_does():
    """In Triton's interpreter, which is chosen when the kernels are defined: in a process of its own."""
    pytest.importorskip("triton")
    environment = {**os.environ, "TRITON_INTERPRET": "1"}
    done = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True, cwd=Path(__file__).parent)
    assert done.returncode == 0, done.stderr
    assert_small(json.loads(done.stdout))


@pytest.mark.parametrize("decay", [0.0, 0.05])
@pytest.mark.parametrize("kernel", ["adam", "momentum"])
def test_the_kernels_compile_for_a_card(kernel, decay, tmp_path, monkeypatch):
    """For an H200, without one: four numbers at once from and to memory, every operation rounded by itself."""
    pytest.importorskip("triton")
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource, compile

    from lth.training import fused

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    function, constants = getattr(fused, kernel), {"decay": decay, "block": fused.BLOCK}
    kinds = {name: "constexpr" if name in constants else "i32" if name == "size" else "*fp32" for name in function.arg_names}
    aligned = {(place,): [["tt.divisibility", 16]] for place, kind in enumerate(kinds.values()) if kind != "constexpr"}
    source = ASTSource(function, kinds, constants, aligned)
    text = compile(source, target=GPUTarget("cuda", 90, 32), options={"enable_fp_fusion": False}).asm["ptx"]
    moments = {"adam": 2, "momentum": 1}[kernel]
    assert len(re.findall(r"ld\.global\S*\.v4", text)) == 2 * (3 + moments), "two fours of each tensor a thread"
    assert len(re.findall(r"st\.global\S*\.v4", text)) == 2 * (1 + moments)
    assert not re.findall(r"fma|approx|div\.full", text)


@pytest.mark.gpu
def test_the_compiled_kernels_compute_what_torch_does(cuda):
    assert_small(differences(cuda))


if __name__ == "__main__":
    print(json.dumps(differences("cpu")))
