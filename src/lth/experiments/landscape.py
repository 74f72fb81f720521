"""The loss around dense networks and tickets at the end of training, and how it bends there.

Read off what the first copies ended with (`lth.experiments.copies`), on the first training images.
"""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from lth import seeds
from lth.anatomy.connectivity import pruned
from lth.anatomy.curvature import extremes, hessian
from lth.anatomy.landscape import Plane, direction, moved
from lth.config import Experiment, Settings
from lth.config.blocks import DENSE
from lth.data import load_data
from lth.errors import LthError
from lth.experiments.connectivity import errors
from lth.experiments.copies import copied, ends_file, load_ends
from lth.experiments.done import hashes
from lth.experiments.stage import Stage, open_stage
from lth.networks import Parameters
from lth.pruning import Masks
from lth.results.columns import CURVATURE, LANDSCAPE, PLANE
from lth.results.files import save_table, sidecar
from lth.results.provenance import record
from lth.tickets import Ticket

IMAGES = 10_000
"""Training images that the loss is measured on, or all where there are fewer."""
DRAWS = 3
"""Pairs of directions per trial; every network of the trial moves along the same."""
REACH = np.linspace(-1, 1, 41)
"""How far along a direction; of the first trial the whole grid is measured, of the others the line along each first direction."""
PLANE_POINTS, MARGIN = 41, 0.3
"""Points of a plane's side, and how far it goes beyond its networks."""
LARGEST, STEPS = 3, 40
"""Eigenvalues, and Lanczos' steps."""

FULL = "ticket in full"
"""The ticket, along directions that leave its subspace."""


@dataclass(frozen=True)
class End:
    """A network at the end of training, and the weights of it that may move."""

    arm: str
    ticket: Ticket
    parameters: Parameters
    mask: Masks

    @property
    def about(self) -> dict:
        return {"round": self.ticket.round, "percent_remaining": self.ticket.percent_remaining, "trial": self.ticket.trial}


def measure_landscape(settings: Settings, experiment: Experiment) -> None:
    """Writes landscape.parquet, plane.parquet and curvature.parquet. Raises LthError where params.yaml names no round for it."""
    if experiment.copies is None or experiment.copies.around is None:
        raise LthError(f"{experiment.folder} has no landscape: params.yaml has no `copies.around`")
    started = time.monotonic()
    limits = experiment.evaluation.model_copy(update={"train_images": min(IMAGES, experiment.data.images["train"])})
    few = experiment.model_copy(update={"evaluation": limits})
    inputs = hashes(ends_file(experiment, arm) for arm in (DENSE, "ticket", "reinit"))
    with open_stage(settings.here(), few, "landscape", copied(experiment, DENSE), ends=inputs) as stage:
        ends = {arm: list(trained(experiment, arm)) for arm in (DENSE, "ticket", "reinit")}
        tables = {"landscape": landscape(stage, ends), "plane": plane(stage, ends), "curvature": curvature(stage, ends)}
        files = [save_table(experiment, name, table) for name, table in tables.items()]
        command = f"dvc repro -s -f landscape@{experiment.folder.replace('/', '-')}"
        record(sidecar(experiment.folder, "landscape"), files, command, stage.made_by, time.monotonic() - started)


def trained(experiment: Experiment, arm: str) -> Iterator[End]:
    """The first copies of an arm, all rounds and trials."""
    ends = load_ends(experiment, arm)
    for ticket in copied(experiment, arm):
        yield End(arm, ticket, ends[ticket.round, ticket.trial, 0], ticket.mask)


def around(stage: Stage, ends: Iterable[End]) -> list[End]:
    """Those of the round that `copies.around` names, by trial."""
    return [end for end in ends if f"r{end.ticket.round:02}" == stage.experiment.copies.around]


def landscape(stage: Stage, ends: dict[str, Sequence[End]]) -> pd.DataFrame:
    """The loss along random directions; the columns are `lth.results.columns.LANDSCAPE`."""
    points = []
    for dense, ticket in zip(ends[DENSE], around(stage, ends["ticket"]), strict=True):
        grid = list(itertools.product(REACH, REACH if ticket.ticket.trial == stage.experiment.trials.first else [0.0]))
        for network, end, mask in ((DENSE, dense, dense.mask), ("ticket", ticket, ticket.mask), (FULL, ticket, dense.mask)):
            for draw in range(DRAWS):
                generator = seeds.stream(end.ticket.seed, "direction", stage.experiment.family, end.ticket.trial, draw)
                along, across = (direction(end.parameters, mask, generator) for _ in range(2))
                about = end.about | {"network": network, "draw": draw}
                points += [(about | {"x": x, "y": y}, end, mask, (x, along, y, across)) for x, y in grid]

    def measured(point) -> dict:
        about, end, mask, place = point
        return about | {"loss": train_errors(stage, end, moved(end.parameters, *place), mask)["loss"]}

    return pd.DataFrame(stage.each("landscape", measured, points))[list(LANDSCAPE)]


def plane(stage: Stage, ends: dict[str, Sequence[End]]) -> pd.DataFrame:
    """The plane through the pruned dense network, the ticket and its structure with fresh values, of every trial; the columns are
    `lth.results.columns.PLANE`."""
    points = []
    for dense, ticket, reinit in zip(ends[DENSE], *(around(stage, ends[arm]) for arm in ("ticket", "reinit")), strict=True):
        through = Plane.through(pruned(dense.parameters, ticket.mask), ticket.parameters, reinit.parameters)
        grid = itertools.product(*through.grid(PLANE_POINTS, MARGIN)) if not points else ()
        named = zip((DENSE, "ticket", "reinit"), through.places, strict=True)
        places = [*((name, place) for name, place in named), *(("", place) for place in grid)]
        who = {"trial": ticket.ticket.trial, "round": ticket.ticket.round}
        points += [(who | {"network": name, "x": x, "y": y}, ticket, through) for name, (x, y) in places]

    def measured(point) -> dict:
        about, ticket, through = point
        return about | train_errors(stage, ticket, through.at(about["x"], about["y"]), ticket.mask)

    return pd.DataFrame(stage.each("plane", measured, points))[list(PLANE)]


def curvature(stage: Stage, ends: dict[str, Sequence[End]]) -> pd.DataFrame:
    """The largest eigenvalues of the Hessian, and the smallest, of every network; the columns are `lth.results.columns.CURVATURE`."""
    data = stage.experiment.data
    images = load_data(data.name, data.scaling).train.first(stage.experiment.evaluation.train_images)

    def measured(end: End) -> list[dict]:
        torch.set_num_threads(1)  # a thread of its own needs it said
        product, size = hessian(stage.network, end.parameters, end.mask, images)
        generator = seeds.stream(end.ticket.seed, "lanczos", stage.experiment.family, end.ticket.trial)
        values, residuals = extremes(product, size, STEPS, LARGEST, generator)
        places = [*range(len(values) - 1), -1]
        about = end.about | {"arm": end.arm, "loss": train_errors(stage, end, end.parameters, end.mask)["loss"]}
        return [
            about | {"place": place, "eigenvalue": value, "residual": residual}
            for place, value, residual in zip(places, values, residuals, strict=True)
        ]

    found = stage.each("curvature", measured, list(itertools.chain(*ends.values())))
    return pd.DataFrame(itertools.chain(*found))[list(CURVATURE)]


def train_errors(stage: Stage, end: End, parameters: Parameters, mask: Masks) -> dict[str, float]:
    """Loss and error of a network in an end's place on the first training images."""
    scores = errors(stage, end.ticket, parameters, mask, splits=("train",))
    return {"loss": scores["train_loss"], "error": scores["train_error"]}
