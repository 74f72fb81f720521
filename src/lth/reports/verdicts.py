"""The rows of results/claims.csv as pages and the command line show them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lth.claims.basis import ALL, FIRST, FRESH, SCALINGS, TRIALS
from lth.claims.verdict import NOT_RUN

if TYPE_CHECKING:
    import pandas as pd


def title(row: dict) -> str:
    """A claim in a few words, and which part of it."""
    return f"{row['title']} ({row['part']})" if row["part"] else row["title"]


def basis(row: dict) -> str:
    """What a claim is judged on, in words; nothing where there is one way alone."""
    return f"{SCALINGS[row['scaling']]}, {TRIALS[row['trials']]}" if row["scaling"] else ""


def in_order(rows: Iterable[dict]) -> list[dict]:
    """One claim's rows: of each scaling the fresh trials first, which confirm; all trials together only where they are judged."""
    places = [(scaling, trials) for scaling in (*SCALINGS, "") for trials in TRIALS]
    shown = [row for row in rows if row["trials"] != ALL or row["verdict"] != NOT_RUN]
    return sorted(shown, key=lambda row: places.index((row["scaling"], row["trials"])))


def outcome(row: dict) -> str:
    """Verdict and estimate, or what is lacking."""
    return f"{row['verdict']}: " + (row["not run"] if row["verdict"] == NOT_RUN else f"{row['ours']} (n = {row['n']})")


def disagreements(claims: "pd.DataFrame") -> list[dict]:
    """The claims on which fresh trials and the first give different verdicts: title, basis, and both."""
    judged = claims[claims["verdict"] != NOT_RUN]
    first, fresh = (judged[judged["trials"] == trials] for trials in (FIRST, FRESH))
    both = fresh.merge(first[["id", "part", "scaling", "verdict"]], on=["id", "part", "scaling"], suffixes=("", "_first"))
    return [
        {"title": title(row), "on": SCALINGS[row["scaling"]], "first": row["verdict_first"], "fresh": row["verdict"]}
        for row in both[both["verdict"] != both["verdict_first"]].to_dict("records")
    ]
