"""What only a card can show: the paper's sizes, more networks than branches, chunk after chunk, checkpoints, and how exact each precision is."""

import pytest
import torch
import torch.nn.functional as F

import tiny
from lth.networks import EVALUATION, build
from lth.networks.branches import BRANCHES
from lth.networks.layers import FORMATS
from lth.networks.network import MODULE_FORMATS
from lth.training.engines import torch as torch_engine
from lth.training.engines.torch import TorchTrainer, set_precision
from test_stack import CHANGES, NETWORKS, Stack, assert_close, assert_equal, everything

pytestmark = pytest.mark.gpu

PRECISIONS = ["ieee", "tf32"]
FULL = ["conv2", "conv4", "conv6", *tiny.DEEP]
LAYERS = [(3, 64, 32), (64, 64, 32), (128, 128, 16), (256, 256, 8), (16, 16, 32), (512, 512, 4)]
"""Channels in and out and height of convolutions of the paper's networks."""


def full(network: str) -> dict:
    """The paper's size, and all that a step can do."""
    return {**CHANGES[network if network in CHANGES else "conv2"], "network.width": 1.0, "training.batch_size": 60}


@pytest.mark.parametrize("network", NETWORKS)
def test_more_networks_than_branches(network, cuda):
    """One more than twice as many: each is what it is alone, to rounding."""
    count = 2 * BRANCHES + 1
    stack = Stack(network, CHANGES[network], networks=count, device=cuda)
    together = stack.trainer()
    together.advance(0, 20)
    for place in (0, BRANCHES, count - 1):
        alone = stack.trainer(place)
        alone.advance(0, 20)
        assert_close(everything(together, place), everything(alone, 0), stack.data, atol=1e-4, of_an_image=1.01)


@pytest.mark.parametrize("network", NETWORKS)
def test_several_chunks_in_a_row(network, cuda, tmp_path):
    """Each captures graphs of its own: the bits are those of a process that trains one chunk alone."""
    stack = Stack(network, CHANGES[network], networks=5, device=cuda)
    stack.engine.chunk_size = 2
    together = tiny.train(stack.engine, stack.members, tmp_path / "together")
    for first in (0, 2, 4):
        alone = tiny.train(stack.engine, stack.members[first : first + 2], tmp_path / f"alone {first}")
        for name, value in alone.parameters.items():
            assert torch.equal(together.parameters[name][first : first + 2], value), name


@pytest.mark.parametrize("network", NETWORKS)
def test_a_checkpoint_is_resumed(network, cuda, tmp_path, monkeypatch):
    """Written to disk by a run that stops within an epoch, read by another trainer: the bits are those of a run that was left alone."""
    tiny.save_checkpoints_always(monkeypatch.setattr)

    def train(folder: str):
        stack = Stack(network, CHANGES[network], device=cuda)
        return tiny.train(stack.engine, stack.members, tmp_path / folder)

    def interrupted(self, start, stop, advance=TorchTrainer.advance):
        if start == 20:
            raise KeyboardInterrupt
        advance(self, start, stop)

    with monkeypatch.context() as patched:
        patched.setattr(TorchTrainer, "advance", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train("stopped")
    assert list((tmp_path / "stopped").glob("*.running"))
    resumed, whole = train("stopped"), train("whole")
    assert_equal(resumed.parameters, whole.parameters)
    for name, value in whole.measured.items():
        assert (resumed.measured[name] == value).all(), name


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("network", FULL)
def test_at_the_papers_size_a_captured_step_is_the_eager_one_and_repeats_itself(network, precision, cuda, monkeypatch):
    """Bit for bit, in the kernels that real channel counts get."""
    stack = Stack(network, full(network), device=cuda, precision=precision)
    assert stack.engine.library.split(", ")[1] == precision

    def trained():
        trainer = stack.trainer()
        trainer.advance(0, 6)
        return everything(trainer)

    replayed = trained()
    assert_equal(replayed, trained())
    monkeypatch.setattr(torch_engine, "captured", lambda program: program)
    assert_equal(replayed, trained())


@pytest.mark.parametrize("network", ["lenet", *FULL])
def test_ieee_losses_are_those_of_float64(network, cuda):
    """Within 1e-6, of untrained networks of the paper's size; tf32's are not the same numbers."""
    losses = {}
    for precision in reversed(PRECISIONS):  # settings of the process: ieee last
        stack = Stack(network, {"network.width": 1.0}, networks=2, device=cuda, precision=precision)
        losses[precision] = stack.trainer().evaluate("test")[0]
    data = stack.data.test
    for place, member in enumerate(stack.members):
        parameters = {name: value.double()[None] for name, value in member.start().parameters.items()}
        logits = build(stack.experiment.network).forward(parameters, data.inputs.double()[None], EVALUATION)[0]
        wanted = F.cross_entropy(logits, data.labels).item()
        assert losses["ieee"][place] == pytest.approx(wanted, rel=1e-6)
        assert losses["tf32"][place] == pytest.approx(wanted, rel=1e-2)
        assert losses["tf32"][place] != losses["ieee"][place]


@pytest.mark.parametrize("formats", [FORMATS, MODULE_FORMATS], ids=["plain", "module"])
@pytest.mark.parametrize(("into", "out", "side"), LAYERS)
def test_each_precision_is_as_exact_as_it_says(into, out, side, formats, cuda):
    """Of a convolution and both its gradients, the error's norm: below 1e-5 in float32, whichever way it is summed, and ten bits in tf32, which
    layers of 64 channels and more are expected to use."""
    generator = torch.Generator(cuda).manual_seed(0)
    images = torch.randn(60, into, side, side, device=cuda, generator=generator)
    weight = torch.randn(out, into, 3, 3, device=cuda, generator=generator)
    given = torch.randn(60, out, side, side, device=cuda, generator=generator)

    def convolved(*tensors):
        leaves = [tensor.detach().requires_grad_() for tensor in tensors[:2]]
        result = F.conv2d(*leaves, padding=1)
        return [result.detach(), *torch.autograd.grad(result, leaves, tensors[2])]

    wanted = convolved(*(tensor.double() for tensor in (images, weight, given)))
    for precision, most in (("tf32", 3e-3), ("ieee", 1e-5)):
        set_precision(precision)
        made = convolved(images.contiguous(memory_format=formats[precision]), weight, given)
        errors = [((value - exact).norm() / exact.norm()).item() for value, exact in zip(made, wanted, strict=True)]
        assert max(errors) < most, (precision, errors)
        if precision == "tf32" and into >= 64:
            assert max(errors) > 2e-5, errors


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("optimiser", ["adam", "momentum"])
def test_training_with_the_fused_kernel_is_training_without(network, optimiser, cuda):
    """To rounding, and never a pruned weight moves."""
    stack = Stack(network, {**CHANGES[network], "training.optimiser.name": optimiser}, device=cuda)
    assert stack.engine.fused, "this machine lacks Triton, a C compiler or Python's headers"
    fused = stack.trainer()
    stack.engine.fused = False
    plain = stack.trainer()
    for trainer in (fused, plain):
        trainer.advance(0, 3)
        trained = trainer.snapshot()
        for place, member in enumerate(stack.members):
            assert not any(trained[name][place][~mask].any() for name, mask in member.start().mask.items())
    assert_close(everything(fused), everything(plain), stack.data, atol=1e-5, of_an_image=1.01)
