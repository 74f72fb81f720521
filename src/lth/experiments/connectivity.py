"""How copies of a network end: the error on lines between them, and how far apart they are (`lth.experiments.copies`).

Beside the line between the two copies of each network, those from the ticket to the network of the round before, as training left it and as pruning
left it (arXiv 2210.03044, 2010.03533), and that from the ticket to its structure with fresh values.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from lth.anatomy.connectivity import distance, on_the_line, pruned, shares, survivors
from lth.config import Experiment, Settings
from lth.config.blocks import DENSE, PARENT
from lth.experiments.copies import RANDOM, copied, ends_file, load_ends
from lth.experiments.done import hashes
from lth.experiments.stage import Stage, open_stage
from lth.networks import Parameters
from lth.pruning import Masks
from lth.results.columns import DISTANCES, LINES
from lth.results.files import save_table, sidecar
from lth.results.provenance import record
from lth.tickets import Start, Ticket

ORDERS = "orders"
"""The line between two copies of an arm's network."""


@dataclass(frozen=True)
class Pair:
    """Two networks of one structure."""

    line: str
    """ORDERS, or what the arm is joined with: `parent`, `pruned` (the parent, its survivors alone), `reinit`."""
    arm: str
    ticket: Ticket
    one: Parameters
    other: Parameters

    @property
    def mask(self) -> Masks:
        """Where either has weights."""
        other = survivors(self.other)
        return {name: mask | other[name] for name, mask in survivors(self.one).items()}

    @property
    def about(self) -> dict:
        ticket = self.ticket
        who = {"line": self.line, "arm": self.arm, "round": ticket.round, "percent_remaining": ticket.percent_remaining}
        return who | {"trial": ticket.trial}


def measure_connectivity(settings: Settings, experiment: Experiment) -> None:
    """Writes the errors on all lines, lines.parquet, and distances.parquet."""
    started = time.monotonic()
    inputs = hashes(ends_file(experiment, arm) for arm in experiment.copied)
    dense = copied(experiment, DENSE)
    with open_stage(settings.here(), experiment, "connectivity", dense, ends=inputs) as stage:
        found = list(pairs(experiment))
        tables = {"lines": lines(stage, found), "distances": distances(experiment, found)}
        files = [save_table(experiment, name, table) for name, table in tables.items()]
        command = f"dvc repro -s -f connectivity@{experiment.folder.replace('/', '-')}"
        record(sidecar(experiment.folder, "connectivity"), files, command, stage.made_by, time.monotonic() - started)


def pairs(experiment: Experiment) -> Iterator[Pair]:
    """All that are joined by a line."""
    ends = {arm: load_ends(experiment, arm) for arm in experiment.copied}
    for arm in ends:
        for ticket in copied(experiment, arm) if arm != PARENT else []:
            key = ticket.round, ticket.trial
            yield Pair(ORDERS, arm, ticket, ends[arm][*key, 0], ends[arm][*key, 1])
            if arm == "ticket" and PARENT in ends:
                mine, parent = ends[arm][*key, 0], ends[PARENT][ticket.round - 1, ticket.trial, 0]
                yield Pair(PARENT, arm, ticket, mine, parent)
                yield Pair("pruned", arm, ticket, mine, pruned(parent, ticket.mask))
                yield Pair("reinit", arm, ticket, mine, ends["reinit"][*key, 0])


def lines(stage: Stage, found: Sequence[Pair]) -> pd.DataFrame:
    """Error and loss at even points of every line; the columns are `lth.results.columns.LINES`."""
    even = shares(stage.experiment.copies.points)

    def measured(pair: Pair) -> pd.DataFrame:
        rows = [{"share": share} | errors(stage, pair.ticket, on_the_line(pair.one, pair.other, float(share)), pair.mask) for share in even]
        return pd.DataFrame(rows).assign(**pair.about)

    return pd.concat(stage.each("lines", measured, found), ignore_index=True)[list(LINES)]


def errors(
    stage: Stage, ticket: Ticket, parameters: Parameters, mask: Masks, splits: Sequence[str] = ("train", "test")
) -> dict[str, float]:
    """Error and loss of a network on some splits, by the engine that trains it. ticket: one of its experiment."""
    trainer = stage.engine.trainer([stage.member(ticket, start=lambda: Start(parameters, mask))])
    scores = {}
    for split in splits:
        (loss,), (accuracy,) = trainer.evaluate(split)
        scores |= {f"{split}_error": 1 - accuracy, f"{split}_loss": loss}
    return scores


def distances(experiment: Experiment, found: Sequence[Pair]) -> pd.DataFrame:
    """How far the ends of every line are apart, and how far networks end from the same weights of the dense one that saw the images in the same
    order, the second copies'; the columns are `lth.results.columns.DISTANCES`."""
    dense = load_ends(experiment, DENSE)
    rows = []
    for pair in found:
        rows.append(pair.about | {"distance": distance(pair.one, pair.other, pair.mask)})
        if pair.line == ORDERS and pair.arm in ("ticket", RANDOM):
            unpruned = dense[0, pair.ticket.trial, 1]
            rows.append(pair.about | {"line": DENSE, "distance": distance(pair.other, unpruned, pair.mask)})
    return pd.DataFrame(rows)[list(DISTANCES)]
