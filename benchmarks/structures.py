"""The masks that networks are measured with: the committed tickets of an experiment, or random ones that keep as many weights a layer."""

import torch

from lth import seeds
from lth.config import Experiment, load_experiment, load_settings
from lth.networks import build
from lth.tickets import Ticket, load_tickets, ticket_file

DENSE, COMMITTED, RANDOM = "dense", "committed tickets", "random masks"


def at_width(name: str, width: float, **evaluation) -> Experiment:
    """An experiment on a narrower network; evaluation: what else is different when it evaluates."""
    experiment = load_experiment(name)
    return experiment.model_copy(
        update={
            "network": experiment.network.model_copy(update={"width": width}),
            "evaluation": experiment.evaluation.model_copy(update=evaluation),
        }
    )


def tickets(experiment: Experiment, round: int) -> list[Ticket]:
    """One ticket a trial, by `source`."""
    if source(experiment, round) == COMMITTED:
        return load_tickets(experiment, round)
    return [_random_ticket(experiment, round, trial) for trial in experiment.trials.numbers]


def source(experiment: Experiment, round: int) -> str:
    """DENSE for round 0; COMMITTED where there is what every earlier round pruned; otherwise RANDOM."""
    if round == 0:
        return DENSE
    if experiment.network != load_experiment(experiment.name).network:
        return RANDOM
    needed = ["initial", *(f"r{earlier:02}" for earlier in range(round))]
    return COMMITTED if all(ticket_file(experiment, name).is_file() for name in needed) else RANDOM


def _random_ticket(experiment: Experiment, round: int, trial: int) -> Ticket:
    seed = load_settings().seed
    mask = {}
    for layer in build(experiment.network).layers:
        kept = torch.arange(layer.size) < _survivors(layer.size, getattr(experiment.pruning, layer.kind), round)
        order = seeds.stream(seed, "benchmark", layer.name, trial, round).permutation(layer.size)
        mask[layer.weight] = kept[torch.from_numpy(order)].view(layer.shape)
    return Ticket(experiment, seed, round, trial, mask)


def _survivors(size: int, rate: float, rounds: int) -> int:
    for _ in range(rounds):
        size -= round(rate * size)
    return size
