"""Training is PyTorch's, on masked networks, bit for bit the same however it is stacked or repeated."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import tiny
from lth.measures import CURVES, MEASURED
from lth.tickets import Ticket
from lth.training import BatchOrder, Plan
from lth.training.plan import learning_rates

OPTIMISERS = {
    "adam": ({"name": "adam"}, lambda p, lr, wd: torch.optim.Adam(p, lr, weight_decay=wd)),
    "sgd": ({"name": "sgd", "learning_rate": 0.1}, lambda p, lr, wd: torch.optim.SGD(p, lr, weight_decay=wd)),
    "momentum": ({"name": "momentum", "learning_rate": 0.05}, lambda p, lr, wd: torch.optim.SGD(p, lr, momentum=0.9, weight_decay=wd)),
}


KINDS = [(network, engine) for network in ("lenet", "conv2") for engine in tiny.engines(network)]


def experiment(network: str = "lenet", optimiser: str = "adam", changes: dict | None = None):
    own = {f"training.optimiser.{key}": value for key, value in OPTIMISERS[optimiser][0].items()}
    return tiny.experiment(network, {**own, **(changes or {})})


def tickets(plan, trials: int = 3) -> list[Ticket]:
    return [tiny.ticket(plan, trial=trial, density=0.6) for trial in range(trials)]


def same(one, two) -> bool:
    """Whether two stacks measured the very same."""
    return (
        all(np.array_equal(one.measured[name], two.measured[name]) for name in MEASURED)
        and all(np.array_equal(one.curves[name], two.curves[name]) for name in CURVES)
        and all(torch.equal(one.parameters[name], two.parameters[name]) for name in one.parameters)
    )


def plain_pytorch(ticket: Ticket, member, data, rates: np.ndarray):
    """The module after each iteration of an ordinary loop over an ordinary module, its mask put back on after every step."""
    module = ticket.network.module()
    module.load_state_dict(ticket.start().parameters)
    config = ticket.experiment.training.optimiser
    optimiser = OPTIMISERS[config.name][1](module.parameters(), member.optimiser.learning_rate, config.weight_decay)
    for rate, positions in zip(rates, member.order.batches(0, len(rates)), strict=True):
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad()
        F.cross_entropy(module(data.train.inputs[positions]), data.train.labels[positions]).backward()
        optimiser.step()
        with torch.no_grad():
            for name, mask in ticket.mask.items():
                module.get_parameter(name).mul_(mask)
        yield module


def assert_trains_as_pytorch(plan, kind: str, ticket: Ticket, iterations: int) -> None:
    data = tiny.data_set(plan.data.name)
    member = tiny.member(ticket, data)
    engine = tiny.engine(plan, data, name=kind)
    trainer = engine.trainer([member])
    for iteration, module in enumerate(plain_pytorch(ticket, member, data, learning_rates(member.optimiser, 0, iterations))):
        trainer.advance(iteration, iteration + 1)
        for name, value in trainer.snapshot().items():
            pruned = ~ticket.mask.get(name, torch.tensor(True))
            assert not value[0][pruned].any(), f"a pruned weight of {name} moved at iteration {iteration}"
            wanted = module.get_parameter(name).detach()
            torch.testing.assert_close(value[0], wanted, rtol=1e-4, atol=2e-6, msg=lambda m, n=name, i=iteration: f"{n} at {i}: {m}")
        loss = F.cross_entropy(module(data.test.inputs), data.test.labels).item()
        assert trainer.evaluate("test")[0][0] == pytest.approx(loss, rel=1e-5), f"at iteration {iteration}; biases count here"


@pytest.mark.parametrize("decay", [0.0, 0.05])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize(("network", "kind"), KINDS)
def test_every_step_is_pytorchs(network, kind, optimiser, decay):
    changes = {"training.optimiser.weight_decay": decay, "training.optimiser.warmup": 5, "training.optimiser.drops": [15]}
    plan = experiment(network, optimiser, changes)
    assert_trains_as_pytorch(plan, kind, tickets(plan, 1)[0], 20)


@pytest.mark.parametrize("density", [0.05, 0.004, 0.0])
@pytest.mark.parametrize("kind", tiny.engines("lenet"))
def test_every_step_is_pytorchs_where_whole_units_are_pruned(kind, density):
    """Units without incoming or outgoing connections keep their biases, which go on training."""
    plan = experiment(changes={"network.width": 0.2})
    assert_trains_as_pytorch(plan, kind, tiny.ticket(plan, density=density), 12)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system lends no cores")
@pytest.mark.parametrize(("network", "kind"), KINDS)
def test_as_many_networks_train_at_once_as_there_are_cores_lent(network, kind, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 3, 5})
    plan = experiment(network)
    assert tiny.engine(plan, tiny.data_set(plan.data.name), name=kind).workers == 3


@pytest.mark.parametrize(
    ("network", "kind", "dropout"),
    [*((*kind, 0.0) for kind in KINDS), ("lenet", "torch", 0.5), ("conv2", "torch", 0.5), ("conv2", "sparse", 0.5)],
)
def test_a_run_is_the_same_whatever_its_neighbours_and_however_often(network, kind, dropout, tmp_path):
    plan = experiment(network, changes={"network.dropout": dropout})
    data = tiny.data_set(plan.data.name)
    members = [tiny.member(ticket, data) for ticket in tickets(plan)]
    stack = tiny.train(tiny.engine(plan, data, name=kind), members, tmp_path / "stack")
    assert same(stack, tiny.train(tiny.engine(plan, data, name=kind), members, tmp_path / "again"))
    backwards = tiny.train(tiny.engine(plan, data, name=kind), members[::-1], tmp_path / "backwards")
    for position, member in enumerate(members):
        alone = tiny.train(tiny.engine(plan, data, name=kind), [member], tmp_path / f"alone {position}")
        for other, place in ((stack, position), (backwards, -1 - position)):
            assert all(torch.equal(other.parameters[name][place], value[0]) for name, value in alone.parameters.items())
            assert all(other.measured[name][place] == value[0] for name, value in alone.measured.items())
            assert np.array_equal(other.curves["validation_loss"][place], alone.curves["validation_loss"][0])
    assert len({tuple(curve) for curve in stack.curves["validation_loss"]}) == len(members), "the networks themselves differ"


@pytest.mark.parametrize("kind", tiny.engines("lenet"))
def test_each_network_has_its_own_learning_rate(kind, tmp_path):
    plan = experiment()
    data = tiny.data_set("mnist")
    ticket = tickets(plan, 1)[0]
    stack = tiny.train(
        tiny.engine(plan, data, name=kind), [tiny.member(ticket, data, learning_rate=rate) for rate in (0.005, 1e-3, 1e-30)], tmp_path / "a"
    )
    slow = experiment(changes={"training.optimiser.learning_rate": 1e-3})
    alone = tiny.train(tiny.engine(slow, data, name=kind), [tiny.member(tickets(slow, 1)[0], data)], tmp_path / "b")
    assert np.array_equal(stack.curves["validation_loss"][1], alone.curves["validation_loss"][0])
    assert stack.curves["validation_loss"][0, -1] != stack.curves["validation_loss"][1, -1]
    assert len(set(stack.curves["validation_loss"][2])) == 1


@pytest.mark.parametrize("kind", tiny.engines("lenet"))
def test_early_stop_is_the_first_minimum_and_its_scores_are_of_the_weights_there(kind, tmp_path):
    plan = experiment(changes={"training.iterations": 200, "training.optimiser.learning_rate": 0.02, "network.width": 0.1})
    data = tiny.data_set("mnist")
    members = [tiny.member(ticket, data) for ticket in tickets(plan)]
    engine = tiny.engine(plan, data, name=kind)
    trained = tiny.train(engine, members, tmp_path / "run")
    points = engine.plan.evaluation_points
    early_stops = trained.measured["es_iteration"]
    assert early_stops.tolist() == [points[curve.argmin()] for curve in trained.curves["validation_loss"]]
    assert ((early_stops > 0) & (early_stops < 200)).any(), "the case is one where training overfits"
    for position, member in enumerate(members):
        trainer = engine.trainer([member])
        es = int(early_stops[position])
        for point, start, stop in (("es", 0, es), ("final", es, 200)):
            if stop > start:
                trainer.advance(start, stop)
            for split in ("validation", "test", "train"):
                loss, accuracy = trainer.evaluate(split)
                assert trained.measured[f"{point}_{split}_loss"][position] == loss[0]
                assert trained.measured[f"{point}_{split}_accuracy"][position] == accuracy[0]
    assert np.array_equal(trained.measured["es_validation_loss"], trained.curves["validation_loss"].min(1))
    assert np.array_equal(trained.measured["final_validation_loss"], trained.curves["validation_loss"][:, -1])


@pytest.mark.parametrize("kind", tiny.engines("lenet"))
def test_of_equal_losses_the_first_is_the_early_stop(kind, tmp_path):
    plan = experiment()
    data = tiny.data_set("mnist")
    still = tiny.train(tiny.engine(plan, data, name=kind), [tiny.member(tickets(plan, 1)[0], data, learning_rate=1e-30)], tmp_path)
    assert still.measured["es_iteration"].tolist() == [0]


@pytest.mark.parametrize("kind", tiny.engines("lenet"))
def test_scores_are_mean_cross_entropy_and_accuracy(kind):
    plan = experiment(changes={"evaluation.train_images": 70, "evaluation.test_images": 11})
    data = tiny.data_set("mnist", train=620, validation=510)
    ticket = tickets(plan, 1)[0]
    trainer = tiny.engine(plan, data, name=kind).trainer([tiny.member(ticket, data)])
    module = ticket.module().eval()
    for split, images in (("train", data.train.first(70)), ("validation", data.validation), ("test", data.test.first(11))):
        loss, accuracy = trainer.evaluate(split)
        logits = module(images.inputs)
        assert loss[0] == pytest.approx(F.cross_entropy(logits, images.labels).item(), rel=1e-5)
        assert accuracy[0] == (logits.argmax(1) == images.labels).double().mean().item()


@pytest.mark.parametrize("kind", tiny.engines("lenet"))
def test_asking_for_more_images_than_there_are_takes_all(kind):
    """In a process of its own, which a kernel that read on past the end would take down."""
    code = f"""
import tiny
for images in (None, 5_000):
    plan, data = tiny.experiment(changes={{"evaluation.validation_images": images}}), tiny.data_set("mnist")
    print(tiny.engine(plan, data, name={kind!r}).trainer([tiny.member(tiny.ticket(plan), data)]).evaluate("validation"))
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True)
    assert ended.returncode == 0, f"exit status {ended.returncode} {ended.stderr}"
    everything, asked = ended.stdout.splitlines()
    assert everything == asked


@pytest.mark.parametrize(
    ("iterations", "until", "at", "points", "tested"),
    [
        (250, 100, [], [0, 100, 200, 250], [0, 100]),
        (200, 0, [], [0, 100, 200], []),
        (50, 50, [], [0, 50], [0, 50]),
        (1, 9, [], [0, 1], [0, 1]),
        (250, 0, [200, 250], [0, 100, 200, 250], [200, 250]),
        (250, 100, [30, 170], [0, 30, 100, 170, 200, 250], [0, 30, 100, 170]),
    ],
)
def test_evaluation_points(iterations, until, at, points, tested):
    plan = tiny.experiment(changes={"training.iterations": iterations, "evaluation.every": 100, "evaluation.test_at": at})
    measured = Plan(plan.training, plan.evaluation, until)
    assert (measured.evaluation_points, measured.test_points) == (points, tested)


def test_an_epoch_is_a_permutation_without_its_incomplete_batch():
    order = BatchOrder(0, "lenet-mnist", 0, 0, images=20, batch_size=6)
    epochs = order.batches(0, 12).reshape(4, 18)
    for epoch in epochs:
        assert len(set(epoch.tolist())) == 18
        assert set(epoch.tolist()) <= set(range(20))
    assert len({tuple(epoch) for epoch in epochs}) == 4, "reshuffled each epoch"
    for start, stop in ((0, 1), (2, 4), (3, 6), (5, 12)):
        assert np.array_equal(order.batches(start, stop), order.batches(0, 12)[start:stop])
    exact = BatchOrder(0, "lenet-mnist", 0, 0, images=18, batch_size=6).batches(0, 3)
    assert sorted(exact.ravel()) == list(range(18))


def test_the_schedule_warms_up_and_drops():
    rate = 0.005
    warmed = tiny.experiment(changes={"training.optimiser.warmup": 4, "training.optimiser.drops": [6, 8]}).training.optimiser
    factors = [0.25, 0.5, 0.75, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]
    np.testing.assert_allclose(learning_rates(warmed, 0, 10), [rate * factor for factor in factors], rtol=1e-12)
    np.testing.assert_array_equal(learning_rates(warmed, 3, 9), learning_rates(warmed, 0, 10)[3:9])
    assert (learning_rates(tiny.experiment().training.optimiser, 0, 5) == rate).all()
