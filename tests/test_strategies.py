"""Masks made at once: how many levels of pruning each weight survives, decided from the dense network."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import tiny
from lth import load_results, load_ticket, paths
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments import at_once, stage
from lth.experiments.blocks import train_block
from lth.experiments.done import why_not_done
from lth.experiments.rounds import train_round
from lth.pruning import prune_layerwise
from lth.tickets import save_initial, ticket_file

AT_ONCE = {
    "rounds": {"r00": "initial"},
    "blocks": {
        "tickets": {"control": "ticket", "rounds": ["r01", "r03"], "after": "r00", "draws": 1, "test_curve_until": 0},
        "reinit": {"control": "reinit", "rounds": ["r03"], "after": "r00", "draws": 2, "test_curve_until": 0},
    },
}
METHODS = {
    "oneshot": {"method": "oneshot", "levels": 3, "conv": 0.0, "fc": 0.2, "output": 0.1},
    "oneshot of listed shares": {"method": "oneshot", "levels": 3, "conv": 0.0, "fc": [0.1, 0.5, 0.9], "output": [0.05, 0.25, 0.45]},
    "iteration0": {"method": "iteration0", "levels": 3, "conv": 0.0, "fc": 0.2, "output": 0.1},
    "continued": {"method": "continued", "levels": 3, "conv": 0.0, "fc": 0.2, "output": 0.1},
}


@pytest.mark.parametrize(("method", "ranked"), [("oneshot", "trained"), ("iteration0", "initial")])
def test_levels_are_one_ranking_of_the_dense_weights(method, ranked):
    experiment = tiny.experiment(changes={"pruning": METHODS[method], **AT_ONCE})
    ticket = tiny.ticket(experiment, density=1.1)
    parameters = {"initial": ticket.initial_parameters(), "trained": tiny.ticket(experiment, trial=1, density=1.1).initial_parameters()}
    work = SimpleNamespace(experiment=experiment, network=ticket.network)
    levels = at_once.METHODS[method](work, [ticket], {name: value[None] for name, value in parameters["trained"].items()})
    for layer in ticket.network.layers:
        magnitudes, left, before = parameters[ranked][layer.weight].abs(), layer.size, ticket.mask[layer.weight]
        for masks in levels:
            (mask,) = masks[layer.weight]
            left -= round(getattr(experiment.pruning, layer.kind) * left)
            assert int(mask.sum()) == left, "as many as iterative pruning leaves"
            assert magnitudes[mask].min() >= magnitudes[~mask].max()
            assert not (mask & ~before).any()
            before = mask
    assert len(levels) == 3


def test_continued_training_prunes_what_was_trained_on(monkeypatch):
    experiment = tiny.experiment(changes={"pruning": METHODS["continued"], **AT_ONCE})
    ticket = tiny.ticket(experiment, density=1.1)
    generator = np.random.Generator(np.random.Philox(key=3))
    full = {name: mask[None] for name, mask in ticket.mask.items()}
    drawn = [{name: torch.from_numpy(generator.standard_normal(mask.shape)) for name, mask in full.items()} for _ in range(3)]
    seen = []

    def train_on(work, tickets, level, weights, masks):
        seen.append((level, weights, masks))
        return drawn[level]

    monkeypatch.setattr(at_once, "train_on", train_on)
    levels = at_once.continued(SimpleNamespace(experiment=experiment, network=ticket.network), [ticket], drawn[0])
    masks, rates = full, {layer.weight: getattr(experiment.pruning, layer.kind) for layer in ticket.network.layers}
    for weights, level in zip(drawn, levels, strict=True):
        masks = prune_layerwise(weights, masks, rates)
        assert all(torch.equal(level[name], mask) for name, mask in masks.items())
    assert [level for level, *_ in seen] == [1, 2], "after the last pruning nothing is trained on"
    assert all(weights is drawn[position] for position, (_, weights, _) in enumerate(seen)), "it goes on from where it was"
    assert all(masks is levels[position] for position, (_, _, masks) in enumerate(seen)), "with what the pruning before it left"


def test_continued_training_goes_on_at_the_level_where_it_was_stopped(root, monkeypatch):
    tiny.write_project(root, {"pruning": METHODS["continued"], **AT_ONCE})
    settings, experiment = load_settings(), load_experiment("tiny")
    save_initial(experiment, settings.seed)
    train_round(settings, experiment, "r00")
    written = ticket_file(experiment, "r00").read_bytes()
    train_stack, stopped = stage.train_stack, {"quick/tiny level 2/2"}

    def train(*stack, title, **options):
        if title in stopped:
            raise KeyboardInterrupt
        return train_stack(*stack, title=title, **options)

    monkeypatch.setattr(stage, "train_stack", train)
    ticket_file(experiment, "r00").unlink()
    with pytest.raises(KeyboardInterrupt):
        train_round(settings, experiment, "r00")
    kept = {file.relative_to(root / ".checkpoints").parts[1:]: file.stat().st_mtime_ns for file in root.glob(".checkpoints/**/*.finished")}
    assert sorted(kept) == [("0000.finished",), ("0001.finished",), ("level01", "0000.finished"), ("level01", "0001.finished")]
    stopped.clear()
    train_round(settings, experiment, "r00")
    assert ticket_file(experiment, "r00").read_bytes() == written
    assert not list(root.glob(".checkpoints/**/*.finished"))


@pytest.mark.parametrize("method", METHODS)
def test_the_stages_make_nested_tickets_and_rows(root, method):
    tiny.write_project(root, {"pruning": METHODS[method], **AT_ONCE})
    settings, experiment = load_settings(), load_experiment("tiny")
    save_initial(experiment, settings.seed)
    train_round(settings, experiment, "r00")
    written = ticket_file(experiment, "r00").read_bytes()
    train_round(settings, experiment, "r00")
    assert ticket_file(experiment, "r00").read_bytes() == written
    for name in experiment.blocks:
        train_block(settings, experiment, name)
    tickets = [load_ticket("tiny", round=round, trial=1) for round in range(4)]
    for name in tickets[0].mask:
        for before, after in itertools.pairwise(tickets):
            assert not (after.mask[name] & ~before.mask[name]).any()
    rows = load_results("tiny")
    assert sorted(set(zip(rows["arm"], rows["round"], strict=True))) == [("reinit", 3), ("ticket", 0), ("ticket", 1), ("ticket", 3)]
    counts = rows[(rows["arm"] == "ticket") & (rows["trial"] == 1)].set_index("round")["weights_remaining"]
    assert counts.to_dict() == {round: tickets[round].weights_remaining for round in (0, 1, 3)}
    with pytest.raises(LthError, match="rounds 0 to 3, not 4"):
        load_ticket("tiny", round=4, trial=0)


def borrower(**changes) -> None:
    """An experiment beside the tiny one that takes its masks."""
    pruning = {"method": "borrowed", "of": "quick/tiny", "levels": 2, "conv": 0.0, "fc": 0.2, "output": 0.1}
    blocks = {"ticket": {"control": "ticket", "rounds": ["r01", "r02"], "after": "r00"}}
    values = {"name": "other", "pruning": pruning, "rounds": {"r00": "initial"}, "blocks": blocks, **changes}
    tiny.write_experiment(paths.ROOT, tiny.numbers(values), "quick/other")
    save_initial(load_experiment("other"), 0)


def test_borrowed_masks_are_the_other_experiments_tickets(root):
    tiny.write_project(root)
    settings, lender = load_settings(), load_experiment("tiny")
    save_initial(lender, settings.seed)
    for round in lender.rounds:
        train_round(settings, lender, round)
    borrower()
    for name in ("r00", "ticket"):
        assert why_not_done(settings, load_experiment("other"), name)
        (train_round if name == "r00" else train_block)(settings, load_experiment("other"), name)
        assert not why_not_done(settings, load_experiment("other"), name)
    for round, trial in itertools.product((1, 2), (0, 1)):
        mine, lent = (load_ticket(name, round=round, trial=trial) for name in ("other", "tiny"))
        assert all(torch.equal(mine.mask[name], mask) for name, mask in lent.mask.items())
    mine, lent = (load_results(name, "ticket").drop(columns="experiment") for name in ("other", "tiny"))
    assert mine.equals(lent), "the same tickets of the same networks train the same"
    ticket_file(lender, "r01").write_bytes(b"")
    assert why_not_done(settings, load_experiment("other"), "r00") == "was made from other params, tickets or data"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network.width": 0.1}, "another network: name='lenet' width=0.05 .*, not name='lenet' width=0.1 "),
        ({"trials": 1}, "another trials: first=0 count=2, not first=0 count=1"),
        ({"pruning.fc": 0.3}, "another pruning.fc: 0.2, not 0.3"),
        ({"pruning.levels": 3}, "2 rounds, not 3: lower pruning.levels"),
        ({}, "no tickets/quick/tiny/r00.npz: train it with `lth train quick/tiny`$"),
    ],
)
def test_what_cannot_be_borrowed_is_refused_before_anything_is_trained(root, monkeypatch, changes, message):
    tiny.write_project(root)
    save_initial(load_experiment("tiny"), 0)
    pruning = {"method": "borrowed", "of": "quick/tiny", "levels": 2, "conv": 0.0, "fc": 0.2, "output": 0.1}
    borrower(**tiny.changed({"pruning": pruning, "network": tiny.NUMBERS["network"]}, changes))
    monkeypatch.setattr(stage, "train_stack", None)
    with pytest.raises(LthError, match=f"^quick/other borrows tickets of quick/tiny, which has {message}"):
        train_round(load_settings(), load_experiment("other"), "r00")


def test_levels_that_are_damaged_are_refused(root):
    tiny.write_project(root, {"pruning": METHODS["oneshot"], **AT_ONCE})
    experiment = load_experiment("tiny")
    save_initial(experiment, 0)
    np.savez(ticket_file(experiment, "r00"), **{"0/fc1.weight": np.zeros((2, 2), np.uint8)})
    with pytest.raises(LthError, match=r"r00\.npz cannot be used: it does not hold the levels of 2 trials of lenet"):
        load_ticket("tiny", round=1, trial=0)
