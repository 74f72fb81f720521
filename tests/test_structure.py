"""What tickets are made of: small masks counted by hand, chance against simulation, the same bytes each time."""

import numpy as np
import pandas as pd
import pytest
import torch

import tiny
from lth import paths
from lth.anatomy.cost import connected, cost, mask_bits
from lth.anatomy.histograms import FRACTION_BINS, fractions, histogram, multiples
from lth.anatomy.movement import mean_movement, movement, moves, would_leave
from lth.anatomy.overlap import expected_by_input, expected_by_layer, jaccard, overlap
from lth.anatomy.structure import incoming, maps, outgoing, structure
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.movement import measure_movement
from lth.experiments.rounds import train_round
from lth.figures import FIGURES
from lth.plots import style
from lth.results.columns import COST, MAPS, MEAN_MOVEMENT, MOVEMENT, OVERLAP, STRUCTURE
from lth.results.tables import EXTRA, Tables
from lth.stages import structure as stage
from lth.tickets import load_tickets, save_initial

MASK = torch.tensor([[1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 1]], dtype=torch.bool)
"""[out 3, in 4]"""


def random_masks(shape: tuple, kept: int, count: int) -> list[torch.Tensor]:
    generator = np.random.Generator(np.random.Philox(key=3))
    flat = np.arange(np.prod(shape)) < kept
    return [torch.from_numpy(generator.permutation(flat).reshape(shape)) for _ in range(count)]


def test_units_by_hand():
    assert incoming(MASK.numpy()).tolist() == [2, 2, 1]
    assert outgoing(MASK.numpy()).tolist() == [1, 2, 0, 2]
    kernels = MASK.numpy()[:, :, None, None].repeat(3, 2).repeat(3, 3)
    assert incoming(kernels).tolist() == [18, 18, 9]
    assert outgoing(kernels).tolist() == [9, 18, 0, 18]


def test_histograms_hold_all_values():
    values = np.array([-0.31, -0.1, 0.0, 0.05, 0.1, 0.29])
    edges = multiples(values, 0.1)
    assert edges == pytest.approx([-0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3])
    assert histogram(values, edges)["count"].tolist() == [1, 0, 0, 1, 2, 1, 1]
    assert histogram(np.array([-9.0, 9.0]), edges)["count"].tolist() == [1, 0, 0, 0, 0, 0, 1]


def test_fractions_fall_into_the_bin_that_begins_with_them():
    table = fractions(np.arange(FRACTION_BINS + 1), FRACTION_BINS)
    assert table["count"].tolist() == [1] * (FRACTION_BINS - 1) + [2], "1.0 is in the last bin"
    assert table["low"].iloc[3] == 3 / FRACTION_BINS


def test_overlap_by_hand():
    other = torch.tensor([[1, 0, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]], dtype=torch.bool)
    assert jaccard(3, 5, 4) == 3 / 6
    assert expected_by_layer(MASK, other) == 5 * 4 / 12
    assert expected_by_input(MASK, other) == (1 * 1 + 2 * 1 + 0 * 1 + 2 * 1) / 3
    assert np.isnan(jaccard(0, 0, 0))


def test_chance_is_what_random_masks_give():
    masks = random_masks((20, 30), 120, 200)
    found = [jaccard(int((a & b).sum()), 120, 120) for a, b in zip(masks[::2], masks[1::2], strict=True)]
    expected = jaccard(expected_by_layer(*masks[:2]), 120, 120)
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / 10)


def test_chance_by_input_is_what_masks_shuffled_within_each_input_give():
    one, other = (mask & (torch.arange(30) < 20) for mask in random_masks((20, 30), 300, 2))
    generator = np.random.Generator(np.random.Philox(key=4))
    sizes = int(one.sum()), int(other.sum())
    shuffled = [torch.from_numpy(generator.permuted(one.numpy(), axis=0)) for _ in range(200)]
    found = [jaccard(int((mask & other).sum()), *sizes) for mask in shuffled]
    expected = jaccard(expected_by_input(one, other), *sizes)
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / np.sqrt(200))
    assert expected > jaccard(expected_by_layer(one, other), *sizes)


def test_connections_on_a_path_by_hand():
    first = torch.tensor([[1, 0], [0, 0], [1, 1]], dtype=torch.bool)
    second = torch.tensor([[1, 1, 0], [0, 1, 0]], dtype=torch.bool)
    assert connected([first, second]) == 2, "one pixel to the first unit to the first output; all else is cut"
    assert connected([torch.ones_like(first), torch.ones_like(second)]) == 12
    assert connected([torch.zeros_like(first), second]) == 0


def test_the_least_bytes_count_masks():
    assert mask_bits(MASK) == pytest.approx(np.log2(792)), "12 choose 5"
    assert mask_bits(torch.ones(3, 4, dtype=torch.bool)) == 0


def test_moves_by_hand():
    moved = moves(np.array([1.0, -1.0, 0.5]), np.array([1.5, -0.25, -0.5]))
    assert moved["distance"].tolist() == [0.5, 0.75, 1.0]
    assert moved["growth"].tolist() == [0.5, -0.75, 0.0]


@pytest.fixture
def trained(project):
    """The tiny experiment, three rounds of tickets, its weights moving far enough for several bins."""
    tiny.write_experiment(project, tiny.numbers({"training.optimiser.learning_rate": 0.05}))
    experiment = load_experiment("tiny")
    save_initial(experiment, 0)
    for name in experiment.rounds:
        train_round(load_settings(), experiment, name)
    return experiment


def test_tables_count_every_ticket(trained):
    tickets = [ticket for round in range(3) for ticket in load_tickets(trained, round)]
    histograms, pixels, costs = structure(tickets), maps(tickets), cost(trained, tickets)
    assert overlap(load_tickets(trained, 2)[:1]).empty, "one trial has no pair"
    pairs = overlap(load_tickets(trained, 2))
    for table, columns in ((histograms, STRUCTURE), (pixels, MAPS), (costs, COST), (pairs, OVERLAP)):
        assert list(table.columns) == list(columns)
    assert len(pairs) == 3, "one pair of trials, three layers"
    for ticket in tickets:
        own = histograms[(histograms["round"] == ticket.round) & (histograms["trial"] == ticket.trial)]
        for layer in ticket.network.layers:
            counts = own[own["layer"] == layer.name].groupby("quantity")["count"].sum()
            assert counts.to_dict() == {
                "value": int(ticket.mask[layer.weight].sum()),
                "incoming": layer.shape[0],
                "outgoing": layer.shape[1],
            }
        here = (pixels["round"] == ticket.round) & (pixels["trial"] == ticket.trial)
        assert pixels[here & (pixels["row"] == 2) & (pixels["column"] == 5)]["survivors"].item() == ticket.mask["fc1.weight"][:, 61].sum()
        row = costs[(costs["round"] == ticket.round) & (costs["trial"] == ticket.trial)].iloc[0]
        assert row["connections"] == row["multiply_adds"] == ticket.weights_remaining
    files = [paths.TICKETS / "quick" / "tiny" / f"{name}.npz" for name in ("initial", "r00", "r01")]
    assert costs["ticket_bytes"].iloc[-1] == sum(file.stat().st_size for file in files) / 2
    assert costs["dense_bytes"].iloc[0] == 4 * sum(value.numel() for value in tickets[0].initial_parameters().values())


def test_movement_of_known_weights(trained):
    tickets = load_tickets(trained, 2)
    final = [{name: value + 1e-3 * tickets[t].mask.get(name, 0) for name, value in tickets[t].initial_parameters().items()} for t in (0, 1)]
    bins, means = movement(tickets, final), mean_movement(tickets, final)
    assert list(bins.columns) == list(MOVEMENT)
    assert list(means.columns) == list(MEAN_MOVEMENT)
    distances = means[means["quantity"] == "distance"].set_index(["trial", "layer", "part"])["mean"]
    assert distances.loc[:, :, "ticket"].to_numpy() == pytest.approx(1e-3, rel=1e-4)
    assert distances.loc[:, :, "rest"].to_numpy() == pytest.approx(0)
    assert set(means.groupby(["trial", "quantity"])["weights"].sum()) == {tickets[0].network.weight_count}
    assert set(bins.groupby(["trial", "quantity"])["count"].sum()) == {tickets[0].network.weight_count}


def test_networks_trained_again_are_those_of_the_tickets(trained):
    with pytest.raises(LthError, match=r"^quick/tiny has no round r09; it has r00, r01, r02$"):
        measure_movement(load_settings(), trained, "r09")
    measure_movement(load_settings(), trained, "r02")
    means = pd.read_parquet(paths.RESULTS / "quick" / "tiny" / "mean_movement.parquet")
    assert set(means["round"]) == {2}
    ticket = load_tickets(trained, 1)[0]
    assert not would_leave(ticket.initial_parameters(), ticket)
    other = tiny.experiment(changes={"training.optimiser.learning_rate": 0.005})
    with pytest.raises(LthError, match=r"^quick/tiny: trained again .+ are not those that r00 pruned: [^\n]+$"):
        measure_movement(load_settings(), other, "r02")


def test_the_same_bytes_each_time(trained):
    def written() -> dict[str, bytes]:
        for name in ("figure15", "figure19", "figure20", "figure21", "figure23", "beyond_cost", "beyond_maps", "beyond_overlap"):
            style.save(FIGURES[name].draw(Tables({"lenet": "quick/tiny"})), paths.FIGURES, name)
        files = [*(paths.RESULTS / "quick" / "tiny").glob("*.parquet"), *paths.FIGURES.iterdir()]
        return {file.name: file.read_bytes() for file in files}

    style.apply()
    stage.main("tiny")
    measure_movement(load_settings(), trained, "r02")
    before = written()
    assert {f"{name}.parquet" for name, stage in EXTRA.items() if stage in ("structure", "movement")} <= before.keys()
    stage.main("tiny")
    measure_movement(load_settings(), trained, "r02")
    assert written() == before
