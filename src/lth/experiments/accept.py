"""Accepting an edit of the code: a sample of an experiment's committed networks is trained again and compared with its rows.

The sample is one network, chosen by the seed, of each arm at its highest and at its lowest P_m. On the hardware, libraries and numerics id
that made a row, every number must be the same. Elsewhere, where it may be too, each may differ by TOLERANCE times the range of its column over
the committed networks of the same arm and round, or by FLOOR if that is more.
"""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd

from lth import paths, seeds
from lth.config import Experiment, Settings
from lth.errors import LthError
from lth.experiments.rewinding import rewound
from lth.experiments.stage import open_stage
from lth.machine import hardware
from lth.measures import IDENTITY, MEASURED, VARIANT
from lth.results.files import load_results, read_sidecar, runs_folder, sidecar
from lth.results.spent import sidecars
from lth.storage import read, sha256, write_bytes
from lth.tickets import load_rounds

TOLERANCE = 3
FLOOR = {"iteration": 200, "accuracy": 0.002, "loss": 0.01}
"""By the last word of the compared column: iterations, shares, nats."""


def check(settings: Settings, experiment: Experiment) -> str:
    """Trains the sample and compares it. Returns what was found, in a line.

    Raises LthError naming row and column at the first number that is not the committed one, or not near enough.
    """
    rows = load_results(experiment.folder)
    chosen = sample(rows, settings.seed)
    rounds = load_rounds(experiment, sorted(set(chosen["round"])))
    there = {(ticket.round, ticket.trial, ticket.variant): ticket for tickets in rounds.values() for ticket in tickets}
    tickets = [there[row.round, row.trial, getattr(row, VARIANT, None)] for row in chosen.itertuples()]
    code = {str(file): sha256(file) for file in sorted(Path(__file__).parents[1].rglob("*.py"))}
    with open_stage(settings, experiment, "accept", tickets, sample=chosen.to_csv(), code=code) as stage:
        made_by, present = rows["engine"].iloc[0], stage.made_by["engine"]
        if made_by.split("-")[0] != present.split("-")[0]:
            raise LthError(
                f"the results of {experiment.folder} were made by engine {made_by}, and this would train {present}: "
                "set `engine` and `device` in params.yaml to what made them"
            )
        starts = zip(chosen.itertuples(), rewound(stage, tickets), strict=True)
        members = [stage.member(ticket, arm=row.arm, draw=row.draw) for row, ticket in starts]
        again = stage.rows(members, stage.train(members))
    must = made_by == present and _made_here(experiment, stage.made_by["library"])
    same = compare(rows, chosen, again, exact=must)
    return f"{len(chosen)} networks of {experiment.folder} trained again: {'every number the same' if same else 'all within the tolerance'}"


def sample(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row of each arm at its highest and at its lowest P_m."""
    generator = seeds.stream(seed, "accept", rows["experiment"].iloc[0])
    parts = []
    for _, arm in rows.groupby("arm", sort=True):
        for round in sorted({arm["round"].min(), arm["round"].max()}):
            networks = arm[arm["round"] == round]
            parts.append(networks.iloc[[int(generator.integers(len(networks)))]])
    return pd.concat(parts, ignore_index=True)


def compare(rows: pd.DataFrame, chosen: pd.DataFrame, again: pd.DataFrame, *, exact: bool) -> bool:
    """Whether each number of `again` is that of `chosen`, row by row. rows: all of the experiment, for the tolerance.

    Raises LthError at the first that is not near enough; at the first that differs where they must be `exact`.
    """
    for (_, committed), (_, trained) in zip(chosen.iterrows(), again.iterrows(), strict=True):
        alike = rows[(rows["arm"] == committed["arm"]) & (rows["round"] == committed["round"])]
        if VARIANT in rows:
            alike = alike[alike[VARIANT] == committed[VARIANT]]
        for column in MEASURED:
            allowed = 0 if exact else max(FLOOR[column.rpartition("_")[2]], TOLERANCE * np.ptp(alike[column]))
            if not abs(trained[column] - committed[column]) <= allowed:
                where = ", ".join(f"{name} {committed[name]}" for name in [*IDENTITY, VARIANT] if name in committed)
                raise LthError(
                    f"{committed['experiment']}, {where}: {column} is {float(trained[column])!r}, committed {float(committed[column])!r} "
                    f"(allowed difference {allowed:g}); the results were not made by this code: undo the edit, or run the experiment anew"
                )
    return bool((again[list(MEASURED)].to_numpy() == chosen[list(MEASURED)].to_numpy()).all())


def take_over(experiment: Experiment, engine: str) -> int:
    """Writes the engine's present id into all rows of an experiment and into their provenance. Returns how many files changed."""
    changed = 0
    for file in sorted(runs_folder(experiment).glob("*.csv")):
        text = read(file, lambda content: pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False))
        if (text["engine"] == engine).all():
            continue
        before = text["engine"].iloc[0]
        beside = sidecar(experiment.folder, file.stem)
        about = read_sidecar(beside)
        write_bytes(file, text.assign(engine=engine).to_csv(index=False, lineterminator="\n").encode())
        about["accepted"] = f"made under {before}; a sample trained again under {engine} agreed"
        about["sha256"][paths.shown(file)] = sha256(file)
        write_bytes(beside, (json.dumps(about | {"engine": engine}, indent=1) + "\n").encode())
        changed += 1
    return changed


def _made_here(experiment: Experiment, library: str) -> bool:
    """Whether the provenance of every stage that trained names this hardware and the engine's library."""
    trained = [about for about in sidecars(experiment.folder) if "library" in about]
    return {(about["hardware"], about["library"]) for about in trained} == {(hardware(), library)}
