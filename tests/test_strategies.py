"""Masks made at once: how many levels of pruning each weight survives, decided from the dense network."""

import itertools

import numpy as np
import pytest
import torch

import tiny
from lth import load_results, load_ticket
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.rounds import train_block, train_round
from lth.pruning import prune_layerwise
from lth.pruning.methods import survived_levels
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


def no_training(*_):
    raise AssertionError("only continued training trains on")


@pytest.mark.parametrize(("method", "ranked"), [("oneshot", "trained"), ("iteration0", "initial")])
def test_levels_are_one_ranking_of_the_dense_weights(method, ranked):
    experiment = tiny.experiment(changes={"pruning": METHODS[method], **AT_ONCE})
    ticket = tiny.ticket(experiment, density=1.1)
    parameters = {"initial": ticket.initial_parameters(), "trained": tiny.ticket(experiment, trial=1, density=1.1).initial_parameters()}
    stacks = {name: {key: value[None] for key, value in part.items()} for name, part in parameters.items()}
    survived = survived_levels(experiment, **stacks, masks={name: mask[None] for name, mask in ticket.mask.items()}, train_on=no_training)
    for layer in ticket.network.layers:
        magnitudes, levels = parameters[ranked][layer.weight].abs(), survived[layer.weight][0]
        assert levels.dtype == torch.uint8
        left, rate = layer.size, getattr(experiment.pruning, layer.kind)
        for level in (1, 2, 3):
            left -= round(rate * left)
            assert int((levels >= level).sum()) == left, "as many as iterative pruning leaves"
            assert magnitudes[levels >= level].min() >= magnitudes[levels < level].max()


def test_continued_training_prunes_what_was_trained_on():
    experiment = tiny.experiment(changes={"pruning": METHODS["continued"], **AT_ONCE})
    ticket = tiny.ticket(experiment, density=1.1)
    generator = np.random.Generator(np.random.Philox(key=3))
    full = {name: mask[None] for name, mask in ticket.mask.items()}
    drawn = [{name: torch.from_numpy(generator.standard_normal(mask.shape)) for name, mask in full.items()} for _ in range(3)]
    seen = []

    def train_on(level, weights, masks):
        seen.append((level, weights, masks))
        return drawn[level]

    survived = survived_levels(experiment, drawn[0], drawn[0], full, train_on)
    masks, rates = full, {layer.weight: getattr(experiment.pruning, layer.kind) for layer in ticket.network.layers}
    for level, weights in enumerate(drawn, start=1):
        masks = prune_layerwise(weights, masks, rates)
        assert all(torch.equal(survived[name] >= level, mask) for name, mask in masks.items())
    assert [level for level, *_ in seen] == [1, 2], "after the last pruning nothing is trained on"
    assert all(weights is drawn[position] for position, (_, weights, _) in enumerate(seen)), "it goes on from where it was"


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


def test_levels_that_are_damaged_are_refused(root):
    tiny.write_project(root, {"pruning": METHODS["oneshot"], **AT_ONCE})
    experiment = load_experiment("tiny")
    save_initial(experiment, 0)
    np.savez(ticket_file(experiment, "r00"), **{"0/fc1.weight": np.zeros((2, 2), np.uint8)})
    with pytest.raises(LthError, match=r"r00\.npz cannot be used: it does not hold the levels of 2 trials of lenet"):
        load_ticket("tiny", round=1, trial=0)
