"""How far the dense networks' weights move in training, in and out of the eventual ticket (paper, appendix F.5, Figures 19 and 20).

Rounds do not keep weights, so the dense networks of round r00 are trained again: same start, same data order, same arithmetic.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from torch import Tensor

from lth import paths
from lth.columns import MEAN_MOVEMENT, MOVEMENT
from lth.config import INITIAL, Experiment, Settings
from lth.errors import LthError
from lth.histograms import histogram, multiples
from lth.networks import Layer, Parameters
from lth.provenance import record
from lth.results import save_table
from lth.run import Candidate, Run
from lth.storage import sha256
from lth.tickets import Ticket, load_tickets, ticket_file
from lth.training import checkpoints

BINS_PER_DEVIATION = 5
"""Bins of distances, to each standard deviation of the layer's initialisation."""


def measure_movement(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains the dense networks again and writes how far weights move, in and out of the tickets of round `name`.

    Raises LthError where the networks are not those of r00, as may be on other hardware.
    """
    if name not in experiment.rounds:
        raise LthError(f"{experiment.experiment} has no round {name}; it has {', '.join(experiment.rounds)}")
    dense, pruned_once, tickets = (load_tickets(experiment, round) for round in (0, 1, int(name[1:])))
    run = Run(settings, experiment)
    inputs = [ticket_file(experiment, INITIAL), paths.DATA / f"{experiment.data.name}.safetensors"]
    depends_on = {
        "settings": settings.model_dump(),
        "experiment": experiment.model_dump(exclude={"rounds", "blocks"}),
        "files": {paths.shown(file): sha256(file) for file in inputs},
        **run.about,
    }
    title = f"{experiment.experiment} movement"
    with checkpoints(depends_on, title) as kept:
        stack = run.train([Candidate("ticket", ticket) for ticket in dense], kept, title=title, keep_parameters=True).parameters
        final = [{name: value[trial] for name, value in stack.items()} for trial in range(experiment.trials)]
        if not all(would_leave(weights, ticket) for weights, ticket in zip(final, pruned_once, strict=True)):
            raise LthError(
                f"{experiment.experiment}: trained again on {run.about['device']} ({run.about['library']}), the dense networks are not those that "
                f"r00 pruned: use what results/{experiment.experiment}/provenance/r00.json names, or train all rounds anew"
            )
        tables = {"movement": movement(tickets, final), "mean_movement": mean_movement(tickets, final)}
        outputs = [save_table(experiment, table, rows) for table, rows in tables.items()]
        sidecar = paths.RESULTS / experiment.experiment / "provenance" / "movement.json"
        record(sidecar, outputs, f"dvc repro -s -f movement@{experiment.experiment}", run.about, kept.seconds)
        kept.remove()


def would_leave(weights: Mapping[str, Tensor], ticket: Ticket) -> bool:
    """Whether pruning a dense network by these weights leaves this ticket: in every layer, no survivor is smaller than a pruned weight."""
    return all(
        not (mask.any() and not mask.all()) or bool(weights[name].abs()[mask].min() >= weights[name].abs()[~mask].max())
        for name, mask in ticket.mask.items()
    )


def movement(tickets: Sequence[Ticket], final: Sequence[Parameters]) -> pd.DataFrame:
    """Histograms of every trial and layer; the columns are `lth.columns.MOVEMENT`. final: the trials' dense networks, trained."""
    parts = []
    for layer in tickets[0].network.layers:
        groups = [group for pair in zip(tickets, final, strict=True) for group in _groups(*pair, layer)]
        for quantity in ("distance", "growth"):
            edges = multiples(np.concatenate([moved[quantity] for _, moved in groups]), layer.deviation / BINS_PER_DEVIATION)
            parts += [histogram(moved[quantity], edges).assign(**who, quantity=quantity) for who, moved in groups]
    return pd.concat(parts, ignore_index=True)[list(MOVEMENT)]


def mean_movement(tickets: Sequence[Ticket], final: Sequence[Parameters]) -> pd.DataFrame:
    """Means of every trial and layer; the columns are `lth.columns.MEAN_MOVEMENT`. Arguments as for `movement`."""
    return pd.DataFrame(
        {**who, "quantity": quantity, "weights": len(values), "mean": values.mean()}
        for ticket, weights in zip(tickets, final, strict=True)
        for layer in ticket.network.layers
        for who, moved in _groups(ticket, weights, layer)
        for quantity, values in moved.items()
    )[list(MEAN_MOVEMENT)]


def moves(initial: np.ndarray, final: np.ndarray) -> dict[str, np.ndarray]:
    """How far each weight moves, and how far away from zero (negative: towards it)."""
    return {"distance": np.abs(final - initial), "growth": np.abs(final) - np.abs(initial)}


def _groups(ticket: Ticket, final: Parameters, layer: Layer) -> Iterator[tuple[dict, dict[str, np.ndarray]]]:
    """Who, and how its weights move: those of one trial's layer in the ticket, and the rest."""
    initial, final, kept = (tensors[layer.weight].numpy() for tensors in (ticket.initial_parameters(), final, ticket.mask))
    moved = moves(initial.astype(np.float64), final.astype(np.float64))
    about = {"round": ticket.round, "percent_remaining": ticket.percent_remaining, "trial": ticket.trial, "layer": layer.name}
    for part, members in (("ticket", kept), ("rest", ~kept)):
        yield {**about, "part": part}, {quantity: values[members] for quantity, values in moved.items()}
