"""Memory does not grow with the networks that are finished: what only one in training needs goes with it."""

import weakref

import torch

import tiny
from lth.pruning import prune_layerwise


def test_finished_networks_leave_nothing_behind(tmp_path):
    data = tiny.data_set("mnist")
    experiment = tiny.experiment()
    for name in ("sparse", "torch"):
        engine = tiny.engine(experiment, data, name=name)
        engine.chunk_size, engine.workers = 1, 1
        starts, trainers, alive = [], [], []
        make = engine.trainer

        def trainer(members, make=make, alive=alive, trainers=trainers, starts=starts):
            alive.append(sum(kept() is not None for kept in (*trainers, *starts)))
            made = make(members)
            trainers.append(weakref.ref(made))
            return made

        def start(ticket, starts=starts):
            made = ticket.start()
            starts.append(weakref.ref(made.parameters["fc1.weight"]))
            return made

        engine.trainer = trainer
        tickets = [tiny.ticket(experiment, trial=trial) for trial in range(5)]
        members = [tiny.member(ticket, data, start=lambda ticket=ticket, start=start: start(ticket)) for ticket in tickets]
        tiny.train(engine, members, tmp_path / name)
        assert len(starts) == len(trainers) == 5
        assert max(alive) == 0, f"{name}: an earlier network is still held when the next one begins"


def test_pruning_orders_one_network_at_a_time(monkeypatch):
    """An order takes eight bytes a weight, as much as all else that is kept of a network."""
    ordered, argsort = [], torch.Tensor.argsort

    def record(values, *args, **options):
        ordered.append(values.numel())
        return argsort(values, *args, **options)

    monkeypatch.setattr(torch.Tensor, "argsort", record)
    weights = {"fc1.weight": torch.randn(7, 20, 30)}
    prune_layerwise(weights, {"fc1.weight": torch.ones(7, 20, 30, dtype=torch.bool)}, {"fc1.weight": 0.2})
    assert ordered == [600] * 7
