"""The claims, and a table of verdicts on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from lth.claims import estimators
from lth.claims.table import SOURCE
from lth.claims.verdict import NOT_RUN
from lth.config import experiment_names, load_experiment
from lth.errors import LthError
from lth.results.tables import EXTRA, Tables, command, missing


@dataclass(frozen=True)
class Claim:
    """One claim of the paper, or one part of it."""

    id: str
    title: str
    """In a few words, the same for all its parts."""
    section: str
    figure: int
    claim: str
    paper: str
    tolerance: str
    needs: dict[str, list[str]]
    """The arms and extra tables of each experiment that it is judged on."""
    part: str = ""
    estimator: str = ""
    """A function of `lth.claims.estimators`; empty where nothing has run that it could be tried on."""
    options: dict[str, Any] = field(default_factory=dict)
    kind: Literal["number", "direction"] = "number"
    """Whether the paper names a number, or a direction alone."""


def read_claims(entries: Iterable[Mapping[str, Any]]) -> list[Claim]:
    """The claims of claims.yaml. Raises LthError for an unknown key or estimator."""
    claims = []
    for entry in entries:
        where = f"claims.yaml, {entry.get('id')}"
        try:
            claim = Claim(**entry)
        except TypeError as error:
            raise LthError(f"{where}: {str(error).split('() ')[-1]}; the keys are {', '.join(Claim.__dataclass_fields__)}") from error
        if not isinstance(claim.figure, int):
            raise LthError(f"{where}: figure: {claim.figure!r} is wrong, must be the number of a figure of the paper")
        if claim.estimator and not hasattr(estimators, claim.estimator):
            raise LthError(f"{where}: lth/claims/estimators/ has no function {claim.estimator!r}")
        claims.append(claim)
    return claims


CLAIMS = read_claims(SOURCE["claims"])
SEEN = frozenset(SOURCE["seen"])
"""Experiments whose results were known when the rules took their present form: verdicts on them are exploratory."""


UNIT = MappingProxyType({"lenet": "lenet-unit"})
"""Lenet on pixels in [0, 1] in place of images of unit length: the paper does not say which it used."""


def judge(claim: Claim, stand_ins: Mapping[str, str] = MappingProxyType({}), loaded: Tables | None = None) -> dict:
    """One row of results/claims.csv. Only results of the collection `paper` are judged.

    stand_ins: experiments to read in place of those that the claim names. loaded: tables to share with other claims.
    """
    row = {name: getattr(claim, name) for name in ("id", "part", "title", "section", "figure", "claim", "kind", "paper", "tolerance")}
    needs = {stand_ins.get(name, name): of for name, of in claim.needs.items()}
    folders = {name: f"paper/{name}" for name in needs}
    there = experiment_names("paper")
    makes = command({folders[name]: of for name, of in needs.items()}) if set(folders.values()) <= set(there) else ""
    lacking = "; ".join(
        f"{name} ({', '.join(absent)})"
        for name, of in needs.items()
        if (absent := missing(folders[name], tuple(of)) if folders[name] in there else of)
    )
    if not claim.estimator:
        lacking = lacking or "an estimator"
    outcome: dict = {
        "ours": "",
        "low": None,
        "high": None,
        "no effect": None,
        "n": 0,
        "verdict": NOT_RUN,
        "evidence": "",
        "not run": lacking,
    }
    if not lacking:
        tables = (loaded or Tables({})).named(dict(zip(claim.needs, folders.values(), strict=True)))
        try:
            measured = getattr(estimators, claim.estimator)(tables, **claim.options)
            low, high = measured.interval()
            outcome |= {"ours": measured.ours, "low": low, "high": high, "no effect": measured.none}
            outcome |= {"n": len(measured.effects), "verdict": measured.verdict()}
            outcome["evidence"] = "confirmation" if SEEN.isdisjoint(needs) else "exploratory"
        except estimators.Absent as absent:
            outcome["not run"] = str(absent)
    return row | outcome | {"experiment": " ".join(needs), "command": makes}


def check_needs(claims: Iterable[Claim]) -> None:
    """Raises LthError for a claim that needs what is neither a table nor an arm."""
    trained = {block.control for name in experiment_names() for block in load_experiment(name).blocks.values()}
    for claim in claims:
        if untrained := {need for needs in claim.needs.values() for need in needs} - {"ticket", *trained, *EXTRA}:
            from lth.tickets.controls import CONTROLS  # imports torch, which nothing waits for whose arms are all trained

            if unknown := sorted(untrained - CONTROLS.keys()):
                known = ", ".join(sorted({*CONTROLS, *EXTRA}))
                raise LthError(f"claims.yaml, {claim.id}: needs: there is no {', '.join(unknown)}; there are: {known}")


def judge_all() -> pd.DataFrame:
    """All claims, in the order of claims.yaml. Raises LthError for one that needs what cannot be."""
    check_needs(CLAIMS)
    loaded = Tables({})
    return pd.DataFrame([judge(claim, loaded=loaded) for claim in CLAIMS])


def judge_unit() -> pd.DataFrame:
    """Those claims on Lenet alone that UNIT's results allow to judge, on these."""
    loaded = Tables({})
    rows = pd.DataFrame([judge(claim, UNIT, loaded) for claim in CLAIMS if set(claim.needs) == set(UNIT)])
    return rows[rows["verdict"] != NOT_RUN]
