"""The claims, and a table of verdicts on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from lth.claims import estimators
from lth.claims.basis import ALL, PLAIN, Basis, bases
from lth.claims.paired import Absent
from lth.claims.pooled import Pooled
from lth.claims.table import FILES, SOURCES
from lth.claims.verdict import DIRECTION, INCONCLUSIVE, NOT_REPRODUCED, NOT_RUN, REPRODUCED, Measured, ends
from lth.config import experiment_names, load_experiment
from lth.errors import LthError
from lth.results.tables import EXTRA, Tables, command, missing


@dataclass(frozen=True)
class Claim:
    """One claim of the paper, or of what came after it; or one part of it."""

    id: str
    title: str
    """In a few words, the same for all its parts."""
    section: str
    figure: int | str
    """The number of a figure of the paper; beyond it, the name of one of `lth.figures`."""
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
    unit: str = ""
    """What the estimator's effects are counted in."""
    value: float | None = None
    """The paper's number, where it is of that unit."""
    collection: str = "paper"
    """Whose experiments it is judged on: `paper` or `beyond`."""

    @property
    def within(self) -> tuple[float, float] | None:
        """The tolerance, where it is of that unit."""
        if self.value is None:
            return None
        if "floor" in self.options:
            return self.options["floor"], float("inf")
        if "points" in self.options:
            return self.value - self.options["points"], self.value + self.options["points"]
        return tuple(self.options["within"])


def read_claims(entries: Iterable[Mapping[str, Any]], collection: str = "paper") -> list[Claim]:
    """The claims of a collection. Raises LthError for an unknown key or estimator."""
    claims = []
    for entry in entries:
        where = f"{FILES[collection]}.yaml, {entry.get('id')}"
        try:
            claim = Claim(**entry, collection=collection)
        except TypeError as error:
            raise LthError(f"{where}: {str(error).split('() ')[-1]}; the keys are {', '.join(Claim.__dataclass_fields__)}") from error
        if collection == "paper" and not isinstance(claim.figure, int):
            raise LthError(f"{where}: figure: {claim.figure!r} is wrong, must be the number of a figure of the paper")
        if claim.estimator and not hasattr(estimators, claim.estimator):
            raise LthError(f"{where}: lth/claims/estimators/ has no function {claim.estimator!r}")
        claims.append(claim)
    return claims


CLAIMS, BEYOND = (read_claims(source["claims"], collection) for collection, source in SOURCES.items())
"""The paper's, and those of what came after it."""
SEEN = frozenset(name for source in SOURCES.values() for name in source["seen"])
"""Experiments whose results were known when the rules took their present form: verdicts on them are exploratory."""

EXPLORATORY, CONFIRMATION, POOLED = "exploratory", "confirmation", "pooled"
DIRECTIONS = {
    REPRODUCED: "in the claimed direction",
    DIRECTION: "in the claimed direction",
    INCONCLUSIVE: "inconclusive",
    NOT_REPRODUCED: "the other way",
}
"""What an interval says of the direction, where no verdict is due."""
BOUNDED = {
    REPRODUCED: "within the tolerance",
    INCONCLUSIVE: "neither within the tolerance nor outside",
    NOT_REPRODUCED: "outside the tolerance",
}
"""What it says where the claim is that there is no difference, or names a level."""


def judge(claim: Claim, basis: Basis = PLAIN, loaded: Tables | None = None) -> dict:
    """One row of results/claims.csv, or claims-beyond.csv. Only results of the claim's own collection are judged.

    loaded: tables to share with other claims.
    """
    loaded = loaded or Tables({})
    row = {name: getattr(claim, name) for name in ("id", "part", "title", "section", "figure", "claim", "kind", "paper", "tolerance")}
    row |= {"scaling": basis.scaling, "trials": basis.trials, "unit": claim.unit}
    needs = {experiment: of for name, of in claim.needs.items() for experiment in basis.experiments(name)}
    there = set(needs) <= {folder.split("/")[1] for folder in experiment_names(claim.collection)}
    makes = command({f"{claim.collection}/{name}": of for name, of in needs.items()}) if there else ""
    lacking = _lacking(claim.collection, needs) or ("" if claim.estimator else "an estimator")
    outcome: dict = dict.fromkeys(("effect", "low", "high", "no effect"))
    outcome |= {"ours": "", "interval of": "", "n": 0, "verdict": NOT_RUN, "evidence": ""}
    if not lacking:
        read = zip(*([f"{claim.collection}/{name}" for name in basis.experiments(named)] for named in claim.needs), strict=True)
        parts = [loaded.named(dict(zip(claim.needs, folders, strict=True))) for folders in read]
        try:
            measured = _measured(claim, Pooled(parts) if len(parts) > 1 else parts[0])
            low, high = measured.interval()
            outcome |= {"ours": measured.ours, "interval of": measured.of}
            outcome |= {"effect": measured.effects.mean(), "low": low, "high": high, "no effect": measured.none}
            evidence = POOLED if basis.trials == ALL else EXPLORATORY if SEEN & set(needs) else CONFIRMATION
            outcome |= {"n": len(measured.effects), "verdict": measured.verdict(), "evidence": evidence}
        except Absent as absent:  # from arms that were run whole
            lacking, makes = f"not planned: {absent}", ""
    return row | outcome | {"not run": lacking, "desk": desk_points(claim, loaded), "experiment": " ".join(needs), "command": makes}


def desk_points(claim: Claim, loaded: Tables) -> str:
    """In which direction networks of desk scale point, by the same estimator; no verdict, and nothing where they have not been run."""
    if not claim.estimator or _lacking("desk", claim.needs):
        return ""
    try:
        measured = _measured(claim, loaded.named({name: f"desk/{name}" for name in claim.needs}))
    except Absent:
        return ""
    if len(measured.effects) < 2:
        return f"{measured.ours}, of one trial"
    words = DIRECTIONS if measured.equivalence is None else BOUNDED
    of = f" of {measured.of}:" if measured.of else ""
    found = f"n = {len(measured.effects)}, interval{of} {ends(*measured.interval(), claim.unit)}"
    return f"{measured.ours}, {words[measured.verdict()]} ({found})"


def _measured(claim: Claim, tables: Tables) -> Measured:
    return getattr(estimators, claim.estimator)(tables, **claim.options)


def _lacking(collection: str, needs: Mapping[str, Sequence[str]]) -> str:
    """What is needed of experiments of a collection and has not been run, in words."""
    there = experiment_names(collection)
    absent = {name: missing(folder, tuple(of)) if (folder := f"{collection}/{name}") in there else of for name, of in needs.items()}
    return "; ".join(f"{name} ({', '.join(of)})" for name, of in absent.items() if of)


def check_needs(claims: Iterable[Claim]) -> None:
    """Raises LthError for a claim that needs what is neither a table nor an arm."""
    trained = {block.control for name in experiment_names() for block in load_experiment(name).blocks.values()} | {"ticket", "retrained"}
    for claim in claims:
        if untrained := {need for needs in claim.needs.values() for need in needs} - {*trained, *EXTRA}:
            from lth.tickets.controls import CONTROLS  # imports torch, which nothing waits for whose arms are all trained

            if unknown := sorted(untrained - CONTROLS.keys()):
                known = ", ".join(sorted({*CONTROLS, *trained, *EXTRA}))
                raise LthError(f"{FILES[claim.collection]}.yaml, {claim.id}: needs: there is no {', '.join(unknown)}; there are: {known}")


def judge_all(loaded: Tables | None = None, claims: Sequence[Claim] = CLAIMS) -> pd.DataFrame:
    """All claims on all their bases, in the order of their file. Raises LthError for one that needs what cannot be.

    loaded: tables to share. claims: CLAIMS or BEYOND.
    """
    check_needs(claims)
    loaded = loaded or Tables({})
    return pd.DataFrame([judge(claim, basis, loaded) for claim in claims for basis in bases(claim.id, claim.needs, claim.collection)])
