"""Several networks in one trainer, as a GPU trains them: each the same as alone, however the stack is put together, cut and captured.

The `gpu` tests are those of the card itself. All the rest of its logic runs here with three networks on the CPU.
"""

import numpy as np
import pytest
import torch

import tiny
from lth.config import Experiment
from lth.data import DataSet
from lth.measures import KINDS
from lth.training.engines import torch as torch_engine
from lth.training.engines.memory import bytes_a_network
from lth.training.plan import learning_rates

DROPPING = ["lenet", "conv2"]
NETWORKS = [*DROPPING, *tiny.DEEP]
ALL = {"training.optimiser.weight_decay": 0.01, "training.optimiser.warmup": 5}
DEEP = {**ALL, "network.width": 0.1, "training.batch_size": 10, "training.augment": "flip-crop", "training.optimiser.name": "momentum"}
SHORT = {
    "network.width": 0.125,
    "training.batch_size": 50,
    "training.iterations": 4,
    "evaluation.every": 1,
    "training.optimiser.learning_rate": 1e-4,
}
"""Of deep networks: so few and small steps that what two kernels round differently stays small. A perturbation of all weights by 1e-7, or by
tf32's 3e-4, moves VGG-19's losses by 1e-4 and 1e-3 in these, and by 7e-3 and 4e-2 in 40 steps of 8 images (torch 2.15 on a CPU)."""
CHANGES = {network: {**ALL, "network.dropout": 0.5} if network in DROPPING else DEEP for network in NETWORKS}
"""All that a step can do; there are 18 iterations an epoch, so that 40 iterations reach into the third."""


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request) -> str:
    return request.getfixturevalue("cuda") if request.param == "cuda" else "cpu"


class Stack:
    """Networks of a tiny experiment that differ in ticket, order of images, dropout and learning rate."""

    def __init__(self, network: str, changes: dict, networks: int = 3, **settings):
        self.experiment: Experiment = tiny.experiment(network, changes)
        self.data = tiny.data_set(self.experiment.data.name, train=18 * self.experiment.training.batch_size + 6)
        tickets = [tiny.ticket(self.experiment, trial=trial, density=0.6) for trial in range(networks)]
        self.members = [tiny.member(ticket, self.data, learning_rate=0.004 / (1 + ticket.trial)) for ticket in tickets]
        self.engine = tiny.engine(self.experiment, self.data, **settings)
        self.engine.alignment = 64  # as on CUDA

    def trainer(self, *which: int):
        """A trainer of the networks at these places of the stack; of all without."""
        return self.engine.trainer([self.members[place] for place in which or range(len(self.members))])


def everything(trainer, position=slice(None)) -> dict[str, torch.Tensor]:
    """What a trainer holds of its networks: its state and what they score."""
    scores = {
        f"{split} {kind}": torch.from_numpy(values)[position]
        for split in ("train", "validation", "test")
        for kind, values in zip(KINDS, trainer.evaluate(split), strict=True)
    }
    return {**{name: value[position].cpu() for name, value in trainer.state().items()}, **scores}


def assert_close(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor], images: DataSet, *, atol: float, of_an_image: float) -> None:
    """To rounding, which may turn the answer to an image: accuracies may differ by `of_an_image` images."""
    for name, value in one.items():
        split, _, kind = name.partition(" ")
        absolute = of_an_image / len(getattr(images, split).labels) if kind == "accuracy" else atol
        torch.testing.assert_close(value, two[name], rtol=1e-4, atol=max(atol, absolute), msg=lambda m, n=name: f"{n}: {m}")


def assert_equal(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> None:
    """Bit for bit."""
    assert one.keys() == two.keys()
    for name, value in one.items():
        assert torch.equal(value, two[name]), name


@pytest.mark.parametrize("network", NETWORKS)
def test_networks_trained_as_one_chunk_are_those_trained_alone(network, device):
    """To rounding: sums differ in order, on a GPU more so."""
    stack = Stack(network, CHANGES[network], device=device)
    tolerance = {"atol": 1e-5, "of_an_image": 0} if device == "cpu" else {"atol": 1e-4, "of_an_image": 1.01}
    together = stack.trainer()
    together.advance(0, 25)
    for place in range(3):
        alone = stack.trainer(place)
        alone.advance(0, 25)
        assert_close(everything(together, place), everything(alone, 0), stack.data, **tolerance)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_of_a_chunk_is_the_same_whatever_its_neighbours(network, device):
    """And on a GPU whatever its place; a CPU's vectors reach across the networks of a stack."""
    stack = Stack(network, CHANGES[network], networks=5, device=device)
    runs = []
    for places in [(0, 1, 2), (3, 1, 4), *([(4, 3, 1)] if device == "cuda" else [])]:
        trainer = stack.trainer(*places)
        trainer.advance(0, 25)
        runs.append(everything(trainer, places.index(1)))
    for other in runs[1:]:
        assert_equal(runs[0], other)


@pytest.mark.parametrize("network", NETWORKS)
def test_training_is_the_same_in_whatever_pieces_and_after_a_restart(network, device):
    """Pieces that end within, at and beyond the end of an epoch; a restart from a state, of a trainer that is new or has trained on."""
    stack = Stack(network, CHANGES[network], device=device)
    whole = stack.trainer()
    whole.advance(0, 40)
    pieces, other = stack.trainer(), stack.trainer()
    other.advance(0, 3)
    for start, stop in ((0, 1), (1, 18), (18, 20), (20, 40)):
        pieces.advance(start, stop)
        pieces.keep(np.ones(3, bool))
        if stop == 20:
            saved = {name: value.to("cpu", copy=True) for name, value in pieces.state().items()}
    for resumed in (stack.trainer(), other):
        resumed.load_state(saved)
        resumed.advance(20, 40)
        resumed.keep(np.ones(3, bool))
        assert_equal(everything(resumed), everything(pieces))
    whole.keep(np.ones(3, bool))
    assert_equal(everything(whole), everything(pieces))


@pytest.mark.parametrize("network", NETWORKS)
def test_warming_up_for_a_capture_leaves_no_trace(network, monkeypatch):
    """With everything of a capture but the capture: the program runs once, and is returned as it is."""
    monkeypatch.setattr(torch_engine, "captured", lambda program: program() or program)
    stack = Stack(network, CHANGES[network])
    plain, warmed = stack.trainer(), stack.trainer()
    for trainer in (plain, warmed):
        trainer.advance(0, 17)
        trainer.keep(np.array([True, False, True]))
    before = everything(warmed)
    step = warmed._captured_step
    assert_equal(everything(warmed), before)
    plain.advance(17, 19)
    for iteration in (17, 18):
        warmed._turn_to(iteration // 18)
        warmed.position.fill_(iteration % 18)
        warmed.dropout.draw()
        step()
    assert_equal(everything(warmed), everything(plain))


def test_a_step_looks_up_its_images_and_rates_at_a_position_that_it_advances():
    stack = Stack("lenet", {"training.optimiser.name": "sgd", "training.optimiser.warmup": 30})
    trainer = stack.trainer()
    trainer.advance(20, 21)
    assert trainer.position.item() == 3
    for place, member in enumerate(stack.members):
        assert np.array_equal(trainer.orders[:, place], member.order.batches(18, 36))
        wanted = learning_rates(member.optimiser, 18, 36)
        assert np.array_equal(trainer.scales[:, place, 0], wanted.astype(np.float32))


@pytest.mark.parametrize("network", DROPPING)
def test_each_network_drops_units_of_its_own(network):
    dropout = Stack(network, CHANGES[network]).trainer().dropout
    draws = []
    for _ in range(20):
        dropout.draw()
        draws.append(dropout.uniform.clone())
    drawn = torch.stack(draws)
    assert len(drawn.flatten(1, 2).unique(dim=0)) == 20
    assert len(drawn.transpose(0, 1).flatten(1).unique(dim=0)) == 3
    mask = dropout.mask()
    for numbers in dropout.layers:
        dropped = mask(torch.ones_like(numbers))
        assert set(dropped.unique().tolist()) == {0.0, 2.0}
        assert torch.equal(dropped > 0, numbers < 0.5)
    assert drawn.mean().item() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("optimiser", ["adam", "momentum", "sgd"])
@pytest.mark.parametrize("network", [*NETWORKS, "conv6"])
def test_the_memory_of_a_network_is_estimated_from_above(network, optimiser):
    """State, tables, and what a step holds for its backward pass; that the estimate holds on a GPU is tested there."""
    stack = Stack(network, {"training.optimiser.name": optimiser, "network.width": 0.3, "training.batch_size": 50})
    trainer = stack.trainer()
    trainer._turn_to(0)
    held = {}

    def hold(value: torch.Tensor) -> torch.Tensor:
        held[value.untyped_storage().data_ptr()] = value.untyped_storage().nbytes()
        return value

    tensors = [*vars(trainer).values(), *vars(trainer.optimiser).values(), *trainer.optimiser.moments.values()]
    for value in tensors:
        if isinstance(value, torch.Tensor):
            hold(value)
    with torch.autograd.graph.saved_tensors_hooks(hold, lambda value: value):
        trainer._step()
    images = stack.engine.images
    for shared in (images.inputs, images.labels):
        held.pop(shared.untyped_storage().data_ptr(), None)
    estimate = bytes_a_network(stack.engine.network, stack.engine.plan, len(images.labels))
    numbers = trainer.parameters.shape[1]
    state = {"adam": 6, "momentum": 5, "sgd": 4}[optimiser] * 4 * numbers
    assert 3 * state < sum(held.values()) <= 3 * estimate


@pytest.mark.gpu
@pytest.mark.parametrize("gib", [0.01, 0.5])
def test_chunks_are_as_large_as_the_stated_memory_allows(gib, cuda):
    stack = Stack("conv2", {}, device=cuda, chunk_gib=gib)
    wanted = gib * 2**30 / bytes_a_network(stack.engine.network, stack.engine.plan, 150)
    assert stack.engine.chunk_size == max(1, int(wanted))


@pytest.mark.gpu
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("optimiser", ["adam", "momentum", "sgd"])
def test_a_captured_step_is_the_eager_one(network, optimiser, cuda, monkeypatch):
    stack = Stack(network, {**CHANGES[network], "training.optimiser.name": optimiser}, device=cuda)
    replayed = stack.trainer()
    replayed.advance(0, 40)
    monkeypatch.setattr(torch_engine, "captured", lambda program: program)
    eager = stack.trainer()
    eager.advance(0, 40)
    assert_equal(everything(replayed), everything(eager))


def near(network: str) -> dict:
    """Of a run that is compared with one of other rounding."""
    return SHORT if network in tiny.DEEP else {}


@pytest.mark.gpu
@pytest.mark.parametrize("network", NETWORKS)
def test_a_gpu_trains_as_the_cpu_does_and_repeats_itself(network, cuda, tmp_path):
    on_gpu, again, on_cpu = (
        tiny.train(stack.engine, stack.members, tmp_path / str(number))
        for number, stack in enumerate(Stack(network, near(network), device=device) for device in (cuda, cuda, "cpu"))
    )
    for one, two in ((on_gpu.measured, again.measured), (on_gpu.curves, again.curves)):
        assert all(np.array_equal(value, two[name]) for name, value in one.items())
    assert all(torch.equal(value, again.parameters[name]) for name, value in on_gpu.parameters.items())
    np.testing.assert_allclose(on_gpu.curves["validation_loss"], on_cpu.curves["validation_loss"], rtol=1e-3)
    for position, member in enumerate(Stack(network, near(network)).members):
        for name, mask in member.start().mask.items():
            assert not on_gpu.parameters[name][position][~mask].any()


@pytest.mark.gpu
@pytest.mark.parametrize("network", NETWORKS)
def test_tf32_is_near_ieee(network, cuda, tmp_path):
    """Ten bits of mantissa: losses of a short run agree to 2%."""
    losses = []
    for precision in ("tf32", "ieee"):  # settings of the process: ieee last, as other tests want it
        stack = Stack(network, near(network), device=cuda, precision=precision)
        losses.append(tiny.train(stack.engine, stack.members, tmp_path / precision).curves["validation_loss"])
    np.testing.assert_allclose(*losses, rtol=2e-2)


@pytest.mark.gpu
@pytest.mark.parametrize("network", [*NETWORKS, "conv6"])
def test_a_network_takes_no_more_memory_than_estimated(network, cuda):
    """At the paper's size, in every evaluation and in training: what 16 networks more take, workspaces and data being there anyway."""

    def taken(networks: int) -> int:
        stack = Stack(network, {"network.width": 1.0, "training.batch_size": 60}, networks=networks, device=cuda)
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        trainer = stack.trainer()
        trainer.evaluate("validation")
        trainer.advance(0, 3)
        for split in ("validation", "test", "train"):
            trainer.evaluate(split)
            trainer.evaluate(split, best=True)
        return torch.cuda.max_memory_reserved()

    stack = Stack(network, {"network.width": 1.0, "training.batch_size": 60}, device=cuda)
    estimate = bytes_a_network(stack.engine.network, stack.engine.plan, len(stack.data.train.labels))
    assert taken(20) - taken(4) <= 16 * estimate
