"""What was found, in three sentences and a table that the verdicts fill, and how much of the paper that rests on."""

import re

import pandas as pd

from lth.claims.basis import FIRST, FRESH, L2, SCALINGS, UNIT
from lth.claims.verdict import NOT_REPRODUCED, NOT_RUN, VERDICTS
from lth.config import COLLECTIONS, Experiment, experiment_names, load_experiment
from lth.plots.networks import NETWORKS
from lth.reports.drawing import index_of, size
from lth.reports.verdicts import claimed, from_to, marked, title
from lth.results.files import has_results
from lth.results.spent import sidecars

LENET = [("lenet-es-38", ""), ("lenet-acc-03", ""), ("lenet-reinit-251", ""), ("lenet-reinit-acc", ""), ("lenet-structure", "Lenet")]
"""The claims, and their parts, that say most in fewest words: against the dense network, against fresh values, and what structure is worth."""


NARROW = ["conv-es", "conv-acc"]
"""The claims on convolutional networks of which those of desk scale are named beside Lenet's."""
AFTER = ("beyond_instability", "beyond_basin")
"""The figures of what came after the paper whose findings are named."""
TWO_SCALINGS = f"Where there are two numbers, the first is with {SCALINGS[L2]} and the second with {SCALINGS[UNIT]}: the paper does not say how it scales images."


def opening(claims: pd.DataFrame) -> dict:
    """What README and the gallery begin with, as their templates read it. claims: all verdicts, as `lth.claims.table.load_verdicts` reads them."""
    return {"two_scalings": TWO_SCALINGS, "findings": findings(claims), "evidence": evidence(claims), "scalings": list(SCALINGS.values())}


def findings(claims: pd.DataFrame) -> list[tuple[str, str]]:
    """Three sentences on Lenet, what is not reproduced, a sentence on each narrower network that has been run, and what is found after the paper: what
    is compared, and how it ends."""
    sooner, better, faster, surer, structure = _founds(claims)
    return [
        (
            "Against its dense network",
            f"a winning ticket of Lenet stops {sooner.ours} sooner at {sooner.at} (the paper: {sooner.paper}), and is {better.ours} more accurate at "
            f"{better.at} (the paper: {better.paper}).",
        ),
        (
            "Against its own structure with fresh values",
            f"it stops {faster.ours} sooner at {faster.at} (the paper: {faster.paper}), and is {surer.ours} more accurate (the paper: {surer.paper}).",
        ),
        (
            "That structure with fresh values",
            f"is {structure.ours} more accurate than random sparsity at the end of training ({structure.over}the paper: {structure.paper}).",
        ),
        *_failed(claims),
        *_narrow(claims),
        *_after(),
    ]


def _failed(claims: pd.DataFrame) -> list[tuple[str, str]]:
    """One sentence on all claims about Lenet that are not reproduced, on fresh trials where these have been judged; none where there are none."""
    said = []
    for scaling, words in SCALINGS.items():
        rows = claims[(claims["scaling"] == scaling) & claims["trials"].isin([FIRST, FRESH]) & (claims["verdict"] != NOT_RUN)]
        latest = rows.sort_values("trials", key=lambda trials: trials == FIRST, kind="stable").drop_duplicates(["id", "part"])
        failed = [
            f"{_lower(title(row))}, {row['ours'].partition(' (')[0]} (the paper: {row['paper']})"
            for row in latest[latest["verdict"] == NOT_REPRODUCED].sort_index().to_dict("records")
        ]
        said += [f"with {words}, {'; '.join(failed)}"] if failed else []
    return [("Not reproduced:", f"{'; '.join(said)}.")] if said else []


def _narrow(claims: pd.DataFrame) -> list[tuple[str, str]]:
    pointing = claims[claims["id"].isin(NARROW) & (claims["desk"] != "")]
    return [
        (
            f"{network} on CIFAR10, narrower than the paper's and without a verdict:",
            "; ".join(f"{_lower(row['title'])}, {row['desk']}, against {row['paper']} in the paper" for row in rows.to_dict("records"))
            + ".",
        )
        for network, rows in pointing.groupby("part", sort=False)
    ]


def _after() -> list[tuple[str, str]]:
    """What is found beyond the paper on where a ticket ends, as the figures of AFTER say it; nothing where none is drawn."""
    rows = index_of("beyond").set_index("figure").reindex(AFTER).fillna("")
    rows = rows[rows["ours"] != ""]
    run = dict.fromkeys(f"beyond/{name}" for names in rows["drawn from"] for name in names.split())
    if not run:
        return []
    return [(f"After the paper, on Lenet ({size('beyond', run)}):", " ".join(rows["ours"]))]


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def evidence(claims: pd.DataFrame) -> list[dict]:
    """What each number in the sentences rests on, a row a claim: title, the paper's value and our tolerance, and a cell a scaling, of two lines."""
    return [{"title": found.title, "paper": found.claimed, "cells": found.cells()} for found in _founds(claims)]


def scope(claims: pd.DataFrame) -> str:
    """How many claims have been judged, and how many of each verdict fresh trials gave, in two sentences."""
    judged = claims.assign(judged=claims["verdict"] != NOT_RUN, lenet=claims["scaling"] != "")
    said = []
    for name, rows in (("Lenet", judged[judged["lenet"]]), ("other networks", judged[~judged["lenet"]])):
        by_part = rows.groupby(["id", "part"])["judged"].any()
        said.append(f"{by_part.sum() or 'none'} of the {len(by_part)} on {name}")
    fresh = judged[judged["judged"] & (judged["trials"] == FRESH)]
    counted = []
    for scaling, words in SCALINGS.items():
        verdicts = fresh[fresh["scaling"] == scaling]["verdict"].tolist()
        found = [f"{verdicts.count(verdict)} {verdict}" for verdict in VERDICTS if verdict in verdicts]
        counted += [f"with {words} {', '.join(found)}"] if found else []
    confirmed = f" On fresh trials {'; '.join(counted)}." if counted else ""
    return f"Judged so far, of the paper's claims and their parts: {' and '.join(said)}.{confirmed}"


class Found:
    """One claim as it stands on each scaling of the images: on fresh trials where they have been judged, otherwise on the first."""

    def __init__(self, claims: pd.DataFrame, id: str, part: str = ""):
        rows = claims[(claims["id"] == id) & (claims["part"] == part)].to_dict("records")
        on = {(row["scaling"], row["trials"]): row for row in rows if row["verdict"] != NOT_RUN}
        self._rows = [next((on[scaling, trials] for trials in (FRESH, FIRST) if (scaling, trials) in on), None) for scaling in SCALINGS]
        self.title = title(rows[0])
        self.paper, self.claimed = rows[0]["paper"], claimed(rows[0])
        self.at = " ".join(re.findall(r"P_m [\d.]+", self.title))

    @property
    def ours(self) -> str:
        """The estimates: `18% or 22%`, `0.21 or 0.47 points`."""
        values = [_unsigned(row["ours"]) for row in self._rows if row] or ["…"]
        _, space, unit = values[-1].partition(" ")
        return " or ".join([*(value.removesuffix(space + unit) for value in values[:-1]), values[-1]])

    @property
    def over(self) -> str:
        """What the first estimate is a mean over, where it is one: `mean over 7 rounds, P_m 51.3–1.85; `."""
        found = re.search(r"mean over \d+ rounds, P_m [\d.–]+", next((row["ours"] for row in self._rows if row), ""))
        return f"{found[0]}; " if found else ""

    def cells(self) -> list[tuple[str, str]]:
        """Estimate and interval, and verdict, by scaling."""
        return [
            (f"{row['ours'].partition(',')[0]} ({from_to(row)})", f"{marked(row['verdict'])}, n = {row['n']}")
            if row
            else (marked(NOT_RUN), "")
            for row in self._rows
        ]


def _founds(claims: pd.DataFrame) -> list[Found]:
    return [Found(claims, id, part) for id, part in LENET]


def _unsigned(ours: str) -> str:
    """The estimate alone, without a plus, which words say."""
    return ours.partition(",")[0].removeprefix("+").replace("-", "−")


def has_run() -> tuple[list[dict], str]:
    """By network how many experiments of each collection have been run, a row a network; and on what devices, in a sentence."""
    plans = {collection: [load_experiment(name) for name in experiment_names(collection)] for collection in COLLECTIONS}
    table = [
        {"network": network, "run": [_run([plan for plan in of if plan.network.name == name]) for of in plans.values() if of]}
        for name, network in NETWORKS.items()
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
