"""The controls: each keeps what it says of the ticket, and draws the rest anew."""

import numpy as np
import pytest
import torch

import tiny
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.rounds import train_round
from lth.tickets import save_initial
from lth.tickets.controls import CONTROLS, reinit, resampled, reshuffle, sparsity
from lth.tickets.values import STRUCTURES, VALUES, deviation

DRAWN = [name for name in CONTROLS if name != "ticket"]

TICKETS = [tiny.ticket(tiny.experiment(network, {"network.width": 0.3}), trial=1, round=3, density=0.2) for network in ("lenet", "conv2")]


@pytest.fixture(params=TICKETS, ids=lambda ticket: ticket.network.name)
def ticket(request):
    return request.param


def counts(mask) -> dict[str, int]:
    return {name: int(part.sum()) for name, part in mask.items()}


@pytest.mark.parametrize("name", DRAWN)
def test_every_control_is_a_sparse_start(ticket, name):
    before = {key: mask.clone() for key, mask in ticket.mask.items()}
    start, again, other = (CONTROLS[name](ticket, draw) for draw in (0, 0, 1))
    if name.endswith("-dense"):
        assert all(mask.all() for mask in start.mask.values())
    else:
        assert counts(start.mask) == counts(ticket.mask), "each layer keeps its count"
    assert list(start.parameters) == list(ticket.start().parameters)
    for key, mask in start.mask.items():
        assert mask.shape == ticket.mask[key].shape
        assert start.parameters[key].dtype == torch.float32
        assert not start.parameters[key][~mask].any(), "pruned weights start at zero"
        assert start.parameters[key][mask].all(), "survivors do not"
    assert all(not value.any() for key, value in start.parameters.items() if key.endswith("bias"))
    for key, value in start.parameters.items():
        assert torch.equal(value, again.parameters[key]), "one draw is one network"
        assert not key.endswith("weight") or not torch.equal(value, other.parameters[key]), "another draw is another"
    assert all(torch.equal(start.mask[key], again.mask[key]) for key in start.mask)
    assert all(torch.equal(ticket.mask[key], before[key]) for key in before), "the ticket is left as it was"


def test_the_ticket_itself_has_no_draws(ticket):
    for draw in (0, 1):
        start = CONTROLS["ticket"](ticket, draw)
        assert all(torch.equal(value, ticket.start().parameters[key]) for key, value in start.parameters.items())


@pytest.mark.parametrize("name", DRAWN)
def test_trials_and_rounds_draw_differently(name):
    experiment = TICKETS[0].experiment
    mask = TICKETS[0].mask
    starts = [CONTROLS[name](type(TICKETS[0])(experiment, 0, round, trial, mask), 0) for round, trial in ((1, 0), (2, 0), (1, 1))]
    values = [start.parameters["fc1.weight"] for start in starts]
    assert not any(torch.equal(values[one], values[two]) for one, two in ((0, 1), (0, 2), (1, 2)))


def test_reinit_keeps_the_structure_with_fresh_values(ticket):
    start, own = reinit(ticket, 0), ticket.start()
    for layer in ticket.network.layers:
        mask = ticket.mask[layer.weight]
        assert torch.equal(start.mask[layer.weight], mask)
        fresh, original = start.parameters[layer.weight][mask], own.parameters[layer.weight][mask]
        assert not (fresh == original).any()
        assert fresh.std().item() == pytest.approx(layer.deviation, rel=5 / (2 * len(fresh)) ** 0.5)


def test_reshuffle_keeps_each_connections_initial_value(ticket):
    start, own = reshuffle(ticket, 0), ticket.start()
    for name, mask in ticket.mask.items():
        moved = start.mask[name]
        assert not torch.equal(moved, mask)
        assert torch.equal(start.parameters[name][moved].sort().values, own.parameters[name][mask].sort().values)


def test_sparsity_draws_structure_and_values(ticket):
    start, own = sparsity(ticket, 0), ticket.start()
    for layer in ticket.network.layers:
        moved = start.mask[layer.weight]
        assert not torch.equal(moved, ticket.mask[layer.weight])
        fresh = start.parameters[layer.weight][moved]
        coincident = torch.isin(fresh, own.parameters[layer.weight]).float().mean()
        assert coincident < 0.02, "values are fresh, but for float32 coincidences"
        assert fresh.std().item() == pytest.approx(layer.deviation, rel=5 / (2 * len(fresh)) ** 0.5)


@pytest.mark.parametrize("control", [reshuffle, sparsity])
def test_structures_are_uniform_over_a_layer(control):
    """Survivors crowded into the first rows of the ticket are spread over all rows."""
    ticket = TICKETS[0]
    mask = {name: torch.zeros_like(part) for name, part in ticket.mask.items()}
    for part in mask.values():
        part[: len(part) // 2] = True
    crowded = type(ticket)(ticket.experiment, 0, 3, 1, mask)
    rows = control(crowded, 0).mask["fc1.weight"].float().mean(1)
    assert abs(rows - rows.mean()).max() < 5 * (0.25 / mask["fc1.weight"].shape[1]) ** 0.5


def test_resampled_values_are_the_tickets_own(ticket):
    start, own = resampled(ticket, 0), ticket.start()
    for name, mask in ticket.mask.items():
        assert torch.equal(start.mask[name], mask)
        values, pool = start.parameters[name][mask], own.parameters[name][mask]
        assert torch.isin(values, pool).all()
        distinct = len(values.unique()) / len(pool.unique())
        assert distinct == pytest.approx(1 - (1 - 1 / len(pool)) ** len(pool), abs=4 / len(pool) ** 0.5), "drawn with replacement"


def test_noise_grows_with_sigma_and_is_one_noise(ticket):
    own = ticket.start().parameters
    unit = CONTROLS["noise-1"](ticket, 0).parameters
    for sigma in (0.5, 2, 3):
        noisy = CONTROLS[f"noise-{sigma:g}"](ticket, 0)
        for layer in ticket.network.layers:
            mask = ticket.mask[layer.weight]
            assert torch.equal(noisy.mask[layer.weight], mask)
            added, once = (part[layer.weight][mask] - own[layer.weight][mask] for part in (noisy.parameters, unit))
            assert torch.allclose(added, sigma * once, atol=1e-6)
            assert added.std().item() == pytest.approx(sigma * layer.deviation, rel=5 / (2 * len(added)) ** 0.5)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_values_on_a_structure_are_what_their_name_says(ticket, structure):
    own = ticket.start().parameters
    starts = {values: CONTROLS[f"{values}-{structure}"](ticket, 0) for values in VALUES}
    for layer in ticket.network.layers:
        kept = starts["drawn"].mask[layer.weight]
        found = {values: start.parameters[layer.weight][kept].numpy() for values, start in starts.items()}
        survivors = own[layer.weight][ticket.mask[layer.weight]].numpy()
        width, about = deviation(survivors), 5 / (2 * len(survivors)) ** 0.5
        assert set(found["drawn"]) <= set(survivors)
        assert found["rescaled"] == pytest.approx(layer.deviation / width * found["drawn"], rel=1e-5)
        assert set(abs(found["signs"])) == {np.float32(width)}
        assert abs(np.sign(found["signs"]).mean()) < 5 / len(found["signs"]) ** 0.5
        for values, wanted in {"gaussian": width, "drawn": width, "rescaled": layer.deviation}.items():
            assert deviation(found[values]) == pytest.approx(wanted, rel=2 * about)


@pytest.mark.parametrize("values", VALUES)
def test_one_draw_has_the_same_values_on_all_structures_and_one_random_structure(ticket, values):
    whole = CONTROLS[f"{values}-dense"](ticket, 1).parameters
    masks = {"random": sparsity(ticket, 1).mask, "ticket": ticket.mask}
    for structure, mask in masks.items():
        start = CONTROLS[f"{values}-{structure}"](ticket, 1)
        for name in mask:
            assert torch.equal(start.mask[name], mask[name])
            assert torch.equal(start.parameters[name], whole[name] * mask[name])


def test_values_of_a_layer_that_is_empty_are_refused(ticket):
    mask = {name: torch.zeros_like(kept) if name.startswith("output") else kept for name, kept in ticket.mask.items()}
    with pytest.raises(LthError, match=r"has no weights left in output to take values from: name earlier rounds$"):
        CONTROLS["signs-dense"](type(ticket)(ticket.experiment, 0, 3, 1, mask), 0)


def test_an_unknown_control_is_one_line_where_a_stage_trains(project):
    tiny.write_experiment(project, tiny.numbers({"blocks.other": {**tiny.NUMBERS["blocks"]["reinit"], "control": "reinitt"}}))
    settings, experiment = load_settings(), load_experiment("tiny")
    save_initial(experiment, settings.seed)
    with pytest.raises(
        LthError, match=r"^pipelines/quick/tiny/params.yaml: blocks.other.control: 'reinitt' is unknown, allowed: ticket, reinit, [^\n]+$"
    ):
        train_round(settings, experiment, "r00")
