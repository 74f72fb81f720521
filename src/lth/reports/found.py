"""What was found, in three sentences that the verdicts fill, and how much of the paper that rests on."""

import re

import pandas as pd

from lth.claims.basis import FIRST, FRESH, SCALINGS
from lth.claims.table import load_verdicts
from lth.claims.verdict import NOT_RUN
from lth.config import COLLECTIONS, Experiment, experiment_names, load_experiment
from lth.plots.networks import NETWORKS
from lth.reports.verdicts import ends, marked
from lth.results.files import has_results
from lth.results.spent import sidecars


def findings() -> list[tuple[str, str]]:
    """Against the dense network, against the ticket's structure with fresh values, and what that structure is worth: what is compared, and how it ends.

    Each claim as it stands on fresh trials where they have been judged, otherwise on the first.
    """
    claims = load_verdicts()
    sooner, better = Found(claims, "lenet-es-38"), Found(claims, "lenet-acc-03")
    faster, surer = Found(claims, "lenet-reinit-251"), Found(claims, "lenet-reinit-acc")
    structure = Found(claims, "lenet-structure", "Lenet")
    return [
        (
            "Lenet's winning ticket against the dense network",
            f"at {sooner.at} it stops {sooner.ours('{} sooner')}; the paper, which does not say how it scales images: {sooner.paper}. "
            f"At {better.at} it is {better.ours('{} more accurate')}; the paper: {better.paper}.",
        ),
        (
            "The ticket against its own structure with fresh values",
            f"at {faster.at} it stops {faster.ours('{} sooner')}; the paper: {faster.paper}. "
            f"It is {surer.ours('{} more accurate')}; the paper: {surer.paper}.",
        ),
        (
            "That structure, with fresh values, against random sparsity",
            f"at the end of training it is {structure.ours('{} more accurate')}; the paper: {structure.paper}.",
        ),
    ]


def scope() -> str:
    """How many claims have been judged, in a sentence."""
    claims = load_verdicts()
    judged = claims.assign(judged=claims["verdict"] != NOT_RUN, lenet=claims["scaling"] != "")
    said = []
    for name, rows in (("Lenet", judged[judged["lenet"]]), ("other networks", judged[~judged["lenet"]])):
        by_part = rows.groupby(["id", "part"])["judged"].any()
        said.append(f"{by_part.sum() or 'none'} of the {len(by_part)} on {name}")
    return f"Judged so far, of the paper's claims and their parts: {' and '.join(said)}."


class Found:
    """One claim, on every scaling of the images that it has been judged on."""

    def __init__(self, claims: pd.DataFrame, id: str, part: str = ""):
        rows = claims[(claims["id"] == id) & (claims["part"] == part)].to_dict("records")
        on = {(row["scaling"], row["trials"]): row for row in rows if row["verdict"] != NOT_RUN}
        best = {scaling: next((on[scaling, trials] for trials in (FRESH, FIRST) if (scaling, trials) in on), None) for scaling in SCALINGS}
        self._judged = {scaling: row for scaling, row in best.items() if row}
        self.paper = rows[0]["paper"]
        self.at = " ".join(re.findall(r"P_m [\d.]+", rows[0]["title"]))

    def ours(self, words: str) -> str:
        """`31% sooner with pixels in [0, 1] (✓ reproduced, n = 5; 95% interval 18 to 44.1) and 3% sooner …`. words: with {} for the estimate."""
        said = [
            f"{words.format(_unsigned(row['ours']))} with {SCALINGS[scaling]} ({marked(row['verdict'])}, n = {row['n']}; 95% interval {ends(row)})"
            for scaling, row in self._judged.items()
        ]
        return " and ".join(said) or f"{words.format('…')} ({marked(NOT_RUN)})"


def _unsigned(ours: str) -> str:
    """The estimate alone, without a plus, which words say."""
    return ours.partition(",")[0].removeprefix("+").replace("-", "−")


def has_run() -> tuple[list[dict], str]:
    """By network how many experiments of each collection have been run, a row a network; and on what devices, in a sentence."""
    plans = {collection: [load_experiment(name) for name in experiment_names(collection)] for collection in COLLECTIONS}
    table = [
        {"network": title, "run": [_run([plan for plan in of if plan.network.name == name]) for of in plans.values() if of]}
        for name, title in NETWORKS.items()
    ]
    devices = {stage["device"] for of in plans.values() for plan in of for stage in sidecars(plan.folder) if "device" in stage}
    return table, "No result comes from a GPU: all were trained on the CPU." if devices <= {
        "cpu"
    } else f"Trained on {' and '.join(sorted(devices))}."


def _run(plans: list[Experiment]) -> str:
    """`26 of 41, 2 more in part`."""
    if not plans:
        return "–"
    whole = sum(has_results(plan.folder) for plan in plans)
    part = sum(not has_results(plan.folder) and bool(sidecars(plan.folder)) for plan in plans)
    return f"{whole or 'none'} of {len(plans)}" + (f", {part} more in part" if part else "")
