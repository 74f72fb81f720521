"""A ticket is a seed and a mask: what is written comes back, small and verified, or is refused in one line."""

import contextlib
import gc
import io
import re

import numpy as np
import pytest
import torch

import tiny
from lth import load_ticket, paths
from lth.config import load_experiment
from lth.errors import LthError
from lth.networks import EVALUATION
from lth.pruning import prune_layerwise
from lth.tickets import Ticket, load_tickets, save_initial, save_pruned


def prune_at_random(tickets: list[Ticket], share: float, key: int) -> list[dict[str, torch.Tensor]]:
    generator = np.random.Generator(np.random.Philox(key=key))
    return [
        {name: mask & torch.from_numpy(generator.random(mask.shape) >= share) for name, mask in ticket.mask.items()} for ticket in tickets
    ]


@pytest.fixture
def experiment(project):
    """An initialised experiment of two trials and three rounds."""
    plan = load_experiment("tiny")
    save_initial(plan, seed=0)
    return plan


@pytest.fixture
def rounds(experiment):
    """Two rounds of random masks, written; each round's masks by trial."""
    written = [[ticket.mask for ticket in load_tickets(experiment, 0)]]
    for round in (0, 1):
        tickets = load_tickets(experiment, round)
        written.append(prune_at_random(tickets, 0.3, key=round))
        save_pruned(tickets, written[-1])
    return written


def test_what_is_written_comes_back(experiment, rounds):
    for round, masks in enumerate(rounds):
        for trial, mask in enumerate(masks):
            ticket = load_ticket("tiny", round=round, trial=trial)
            assert (ticket.seed, ticket.round, ticket.trial) == (0, round, trial)
            assert ticket.mask.keys() == mask.keys()
            assert all(torch.equal(ticket.mask[name], mask[name]) for name in mask)
            assert ticket.weights_remaining == sum(int(part.sum()) for part in mask.values())
            assert ticket.percent_remaining == pytest.approx(100 * ticket.weights_remaining / ticket.network.weight_count)
    assert load_ticket("tiny", round=0, trial=0).percent_remaining == 100


def test_everything_and_nothing_pruned(experiment):
    tickets = load_tickets(experiment, 0)
    for value in (True, False):
        save_pruned(tickets, [{name: torch.full_like(mask, value) for name, mask in ticket.mask.items()} for ticket in tickets])
        left = load_ticket("tiny", round=1, trial=1)
        assert left.weights_remaining == (left.network.weight_count if value else 0)


def test_a_ticket_starts_from_its_trials_initial_weights(experiment, rounds):
    dense, ticket = load_ticket("tiny", round=0, trial=1), load_ticket("tiny", round=2, trial=1)
    start = ticket.start()
    for name, value in dense.start().parameters.items():
        assert torch.equal(start.parameters[name], value * ticket.mask[name] if name in ticket.mask else value)
    other = load_ticket("tiny", round=0, trial=0).start()
    assert not torch.equal(other.parameters["fc1.weight"], dense.start().parameters["fc1.weight"])


def test_bytes_are_the_same_each_time(experiment, rounds):
    files = sorted((paths.TICKETS / "quick" / "tiny").iterdir())
    before = [file.read_bytes() for file in files]
    save_initial(experiment, seed=0)
    for round in (0, 1):
        save_pruned(load_tickets(experiment, round), rounds[round + 1])
    assert [file.read_bytes() for file in sorted((paths.TICKETS / "quick" / "tiny").iterdir())] == before


def test_a_full_lenet_is_kilobytes(project):
    tiny.write_experiment(project, tiny.numbers({"network.width": 1.0, "trials": 1}))
    experiment = load_experiment("tiny")
    save_initial(experiment, seed=0)
    tickets = load_tickets(experiment, 0)
    weights = {name: value[None] for name, value in tickets[0].initial_parameters().items() if name in tickets[0].mask}
    masks = {name: value[None] for name, value in tickets[0].mask.items()}
    pruned = prune_layerwise(weights, masks, {"fc1.weight": 0.2, "fc2.weight": 0.2, "output.weight": 0.1})
    file = save_pruned(tickets, [{name: mask[0] for name, mask in pruned.items()}])
    assert file.stat().st_size < 266_200 / 8 + 2_000, "at most one bit per weight"
    assert (paths.TICKETS / "quick" / "tiny" / "initial.npz").stat().st_size < 1_000


def refusal(round: int = 2, trial: int = 0) -> str:
    with pytest.raises(LthError) as caught:
        load_ticket("tiny", round=round, trial=trial)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def rewrite(file, **changes) -> None:
    with np.load(file) as arrays:
        content = {**arrays, **changes}
    np.savez_compressed(file, **{name: value for name, value in content.items() if value is not None})


def test_the_initial_weights_are_verified(experiment, rounds):
    file = paths.TICKETS / "quick" / "tiny" / "initial.npz"
    rewrite(file, seed=np.array(1))
    assert "tickets/quick/tiny/initial.npz" in (message := refusal())
    assert "trial 0" in message
    save_initial(experiment, seed=0)
    with np.load(file) as arrays:
        digests = arrays["sha256"].copy()
    digests[1, 0] ^= 1
    rewrite(file, sha256=digests)
    assert "trial 1" in refusal()
    rewrite(file, sha256=digests[:1])
    assert "holds 1 trials of the 2" in refusal()
    rewrite(file, sha256=None)
    assert "tickets/quick/tiny/initial.npz" in refusal()


def test_another_network_is_noticed(experiment, rounds):
    tiny.write_experiment(paths.ROOT, tiny.numbers({"network.width": 0.06}))
    assert "initial weights" in refusal()


@pytest.mark.parametrize("name", ["initial", "r00", "r01"])
def test_a_damaged_file_is_named(experiment, rounds, name):
    file = paths.TICKETS / "quick" / "tiny" / f"{name}.npz"
    content = file.read_bytes()
    damaged = [content[:cut] for cut in range(0, len(content), max(1, len(content) // 40))]
    damaged += [b"\x00" * len(content), b"not a ticket", np_bytes(np.arange(3))]
    for part in damaged:
        file.write_bytes(part)
        assert re.match(rf"tickets/quick/tiny/{name}.npz (cannot be used: |is damaged \().+", refusal())
    file.unlink()
    assert refusal().startswith(f"tickets/quick/tiny/{name}.npz is missing")
    gc.collect()  # a file left open shows here


def np_bytes(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def test_one_flipped_byte_is_refused_or_harmless(experiment, rounds):
    """Damage anywhere in a round's file ends in one line, or touches nothing that is read (the archive's dates, say)."""
    file = paths.TICKETS / "quick" / "tiny" / "r00.npz"
    content = file.read_bytes()
    wanted = load_ticket("tiny", round=1, trial=1).mask
    for position in range(0, len(content), max(1, len(content) // 150)):
        file.write_bytes(content[:position] + bytes([content[position] ^ 0x55]) + content[position + 1 :])
        with contextlib.suppress(LthError):
            mask = load_ticket("tiny", round=1, trial=1).mask
            assert all(torch.equal(mask[name], wanted[name]) for name in wanted), position
    gc.collect()  # a file left open shows here


def test_a_round_of_other_masks_does_not_fit(experiment, rounds):
    tickets = load_tickets(experiment, 0)
    save_pruned(tickets, prune_at_random(tickets, 0.8, key=9))
    assert refusal().startswith("tickets/quick/tiny/r01.npz cannot be used: it does not fit")


def test_trial_and_round_out_of_range(experiment, rounds):
    assert refusal(trial=2) == "quick/tiny has trials 0 to 1, not 2"
    assert refusal(trial=-1) == "quick/tiny has trials 0 to 1, not -1"
    assert refusal(round=3) == "quick/tiny has rounds 0 to 2, not 3"
    assert refusal(round=-1) == "quick/tiny has rounds 0 to 2, not -1"
    assert refusal(round="1") == "quick/tiny has rounds 0 to 2, not '1'"
    assert refusal(round=1.0) == "quick/tiny has rounds 0 to 2, not 1.0"
    assert load_ticket("tiny", round=np.int64(1), trial=np.int64(0)).round == 1, "as pandas gives them"


@pytest.mark.parametrize("network", ["lenet", "conv2"])
def test_the_module_is_the_ticket_and_stays_sparse(network):
    ticket = tiny.ticket(tiny.experiment(network), density=0.3)
    module, start = ticket.module().eval(), ticket.start()
    images = tiny.data_set(ticket.experiment.data.name)
    inputs, labels = images.test.inputs, images.test.labels
    expected = ticket.network.forward({name: value[None] for name, value in start.parameters.items()}, inputs[None], EVALUATION)[0]
    torch.testing.assert_close(module(inputs), expected)

    module.train()
    adam = torch.optim.Adam(module.parameters(), lr=0.01, weight_decay=0.01)
    for _ in range(5):
        adam.zero_grad()
        torch.nn.functional.cross_entropy(module(inputs), labels).backward()
        adam.step()
    module(inputs)
    for name, mask in ticket.mask.items():
        weight = module.get_submodule(name.removesuffix(".weight")).weight
        assert not weight[~mask].any()
        assert (weight[mask] != start.parameters[name][mask]).any()
