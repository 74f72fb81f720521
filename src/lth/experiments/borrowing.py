"""Masks that another experiment has found for the same dense networks: an experiment of its own values or controls trains them (`pruning.of`), or
copies them (`copies.of`)."""

import operator
from collections.abc import Sequence
from pathlib import Path

from lth import paths
from lth.config import Experiment, load_experiment
from lth.errors import LthError
from lth.networks import stacked
from lth.pruning import Masks
from lth.storage import mended
from lth.tickets import Ticket, load_rounds, ticket_files

ALIKE = ("family", "network", "trials", "training.variants", "pruning.conv", "pruning.fc", "pruning.output")
"""What both experiments have in common."""


def check_lender(experiment: Experiment) -> None:
    """Before anything is trained. Raises LthError where the lender's networks, trials or rates are others, or it has too few rounds."""
    if experiment.pruning.of:
        lender, last, remedy = load_experiment(experiment.pruning.of), experiment.last_round, "lower pruning.levels"
    elif experiment.copies:
        lender, last, remedy = load_experiment(experiment.copies.of), experiment.copies.numbers[-1], "shorten copies.rounds"
    else:
        return
    lends = f"{experiment.folder} borrows tickets of {lender.folder}, which has"
    for name in ALIKE:
        wanted, found = map(operator.attrgetter(name), (experiment, lender))
        if wanted != found:
            raise LthError(f"{lends} another {name}: {found}, not {wanted}")
    if lender.last_round < last:
        raise LthError(f"{lends} {lender.last_round} rounds, not {last}: {remedy}")
    if absent := [file for file in lent_files(experiment, "r00") if not file.is_file()]:
        raise LthError(f"{lends} no {paths.shown(absent[0])}: {mended(absent[0], f'train it with `lth train {lender.folder}`')}")


def lent_files(experiment: Experiment, name: str) -> list[Path]:
    """The files of another experiment's tickets that a stage reads: r00, where all masks are made."""
    if name != "r00" or not experiment.pruning.of:
        return []
    return ticket_files(load_experiment(experiment.pruning.of), experiment.pruning.levels)


def lent_by(experiment: Experiment) -> tuple[str, str] | None:
    """The experiment and its stage that make the last of the masks that r00 borrows."""
    files = lent_files(experiment, "r00")
    return (load_experiment(experiment.pruning.of).folder, files[-1].stem) if files else None


def lent_masks(experiment: Experiment, tickets: Sequence[Ticket]) -> list[Masks]:
    """The lender's masks, round by round from the first. tickets: the borrower's, of round 0. Raises LthError where seeds differ."""
    rounds = lent_rounds(experiment, experiment.pruning.of, range(1, experiment.pruning.levels + 1), tickets[0].seed)
    return [stacked([ticket.mask for ticket in lent]) for lent in rounds.values()]


def lent_rounds(experiment: Experiment, lender: str, rounds: Sequence[int], seed: int) -> dict[int, list[Ticket]]:
    """The lender's tickets, by round. seed: the borrower's. Raises LthError where the lender's is another."""
    lent = load_rounds(load_experiment(lender), rounds)
    if (found := lent[rounds[0]][0].seed) != seed:
        raise LthError(f"{experiment.folder} borrows tickets of {lender}, which has another seed: {found}, not {seed}")
    return lent
