"""The claims, and a table of verdicts on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml

from lth.claims import estimators
from lth.claims.verdict import NOT_RUN, Measured
from lth.config import experiment_names, load_experiment
from lth.tables import Tables, command, missing


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
    """A function of `lth.claims.estimators`; empty where the experiments do not exist yet."""
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """What makes its results; nothing where an experiment does not exist yet."""
        if not set(self.needs) <= set(experiment_names()):
            return ""
        return command(self.needs)


CLAIMS = [Claim(**entry) for entry in yaml.safe_load(files(__package__).joinpath("claims.yaml").read_text(encoding="utf-8"))]


def judge(claim: Claim) -> dict:
    """One row of results/claims.csv. Only results at paper scale are judged."""
    row = {name: getattr(claim, name) for name in ("id", "part", "title", "section", "figure", "claim", "paper", "tolerance")}
    return row | _outcome(claim) | {"experiment": " ".join(claim.needs), "command": claim.command}


def measure(claim: Claim, stand_ins: Mapping[str, str] = MappingProxyType({})) -> Measured:
    """The claim's estimate. stand_ins: experiments to read in place of those that it names, such as {"lenet": "lenet-unit"}."""
    return getattr(estimators, claim.estimator)(Tables({name: stand_ins.get(name, name) for name in claim.needs}), **claim.options)


def _outcome(claim: Claim) -> dict:
    """What was found, or what has not been run."""
    lacking = "; ".join(
        f"{name} ({', '.join(absent)})"
        for name, needs in claim.needs.items()
        if (absent := needs if name not in experiment_names() or load_experiment(name).scale != "paper" else missing(name, tuple(needs)))
    )
    if not lacking:
        try:
            measured = measure(claim)
            low, high = measured.interval()
            found = {"ours": measured.ours, "low": low, "high": high, "no effect": measured.none}
            return found | {"n": len(measured.effects), "verdict": measured.verdict(), "not run": ""}
        except estimators.Absent as absent:
            lacking = str(absent)
    return {"ours": "", "low": None, "high": None, "no effect": None, "n": 0, "verdict": NOT_RUN, "not run": lacking}


def judge_all() -> pd.DataFrame:
    """All claims, in the order of claims.yaml."""
    return pd.DataFrame([judge(claim) for claim in CLAIMS])
