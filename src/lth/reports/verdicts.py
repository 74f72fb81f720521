"""The rows of results/claims.csv as pages and the command line show them."""

import difflib
import itertools
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lth.claims.basis import ALL, FIRST, FRESH, SCALINGS, TRIALS
from lth.claims.verdict import DIRECTION, INCONCLUSIVE, NOT_REPRODUCED, NOT_RUN, REPRODUCED, VERDICTS, ends
from lth.errors import LthError

if TYPE_CHECKING:
    import pandas as pd

MARKS = {REPRODUCED: "✓", DIRECTION: "→", INCONCLUSIVE: "?", NOT_REPRODUCED: "✗", NOT_RUN: "–"}
"""What stands before a verdict on a page, so that verdicts are told apart by more than their colour."""
KINDS = ("number", "direction")
WIDTH = 100
"""Columns that fit a terminal."""


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
    return f"{marked(row['verdict'])}: " + (row["not run"] if row["verdict"] == NOT_RUN else f"{row['ours']} (n = {row['n']})")


def marked(verdict: str) -> str:
    """A verdict with its mark: `✓ reproduced`."""
    return f"{MARKS[verdict]} {verdict}"


def interval(row: dict) -> str:
    """The 95% interval of the effect that a verdict rests on, with its unit, after what it is of where the estimate is of something else; nothing
    where there is none."""
    of = f"{row['interval of']}: " if row["interval of"] else ""
    return "" if row["verdict"] == NOT_RUN else f"{of}{from_to(row)} {row['unit']}"


def from_to(row: dict) -> str:
    """Its ends."""
    return ends(float(row["low"]), float(row["high"]), row["unit"])


def claimed(row: dict) -> str:
    """The paper's value, and in brackets our tolerance where it is more than a direction."""
    return row["paper"] if row["tolerance"] == row["kind"] else f"{row['paper']} ({row['tolerance']})"


def counted(claims: "pd.DataFrame") -> list[dict]:
    """By what they are judged on, how many claims or parts of them have each verdict: those that name a number, and those that name a direction."""
    found = []
    for trials in TRIALS:
        for scaling in (*SCALINGS, ""):
            rows = claims[(claims["scaling"] == scaling) & (claims["trials"] == trials)]
            if rows.empty or (trials == ALL and (rows["verdict"] == NOT_RUN).all()):
                continue
            counts = [[((rows["kind"] == kind) & (rows["verdict"] == verdict)).sum() for kind in KINDS] for verdict in VERDICTS]
            cells = [f"{number} + {direction}" if number or direction else "" for number, direction in counts]
            found.append({"on": f"Lenet, {basis(rows.iloc[0])}" if scaling else "other networks", "cells": cells})
    return found


def disagreements(claims: "pd.DataFrame") -> list[dict]:
    """The claims on which fresh trials and the first give different verdicts: title, basis, and both."""
    judged = claims[claims["verdict"] != NOT_RUN]
    first, fresh = (judged[judged["trials"] == trials] for trials in (FIRST, FRESH))
    both = fresh.merge(first[["id", "part", "scaling", "verdict"]], on=["id", "part", "scaling"], suffixes=("", "_first"))
    return [
        {"title": title(row), "on": SCALINGS[row["scaling"]], "first": row["verdict_first"], "fresh": row["verdict"]}
        for row in both[both["verdict"] != both["verdict_first"]].to_dict("records")
    ]


def about(claims: Sequence[dict], names: Sequence[str]) -> list[dict]:
    """The rows of the claims named, or of those judged on an experiment that is named. Raises LthError for a name that is neither."""
    subjects = [{row["id"], *(name.removeprefix("paper/") for name in row["experiment"].replace(",", " ").split())} for row in claims]
    known = set().union(*subjects)
    wanted = {name.removeprefix("paper/") for name in names}
    if unknown := sorted(wanted - known):
        near = difflib.get_close_matches(unknown[0], sorted(known), n=3)
        meant = f"did you mean {' or '.join(near)}?" if near else "`lth claims` lists them"
        raise LthError(f"no claim is called {unknown[0]!r:.60}, and none is judged on an experiment of that name; {meant}")
    return [row for row, subject in zip(claims, subjects, strict=True) if subject & wanted]


def listed(claims: Iterable[dict], *, everything: bool) -> str:
    """Each claim with the paper's value, and ours with its interval. everything: with what has not run, of which there is otherwise one line."""
    lines, ran, left = [], set(), []
    for (id, part), rows in itertools.groupby(claims, lambda row: (row["id"], row["part"])):
        shown = [row for row in in_order(rows) if everything or row["verdict"] != NOT_RUN]
        if not shown:
            left.append((id, part))
            continue
        ran.add(id)
        of = {row["interval of"] for row in shown if row["verdict"] != NOT_RUN}
        alike = f" of {min(of)}," if len(of) == 1 and any(of) else ""
        intervals = f"; 95% intervals{alike} in {shown[0]['unit']}" if of else ""
        lines += [f"{id}: {title(shown[0])}", f"    paper {shown[0]['paper']} (tolerance {shown[0]['tolerance']}){intervals}"]
        for row in shown:
            line = f"    {basis(row) or 'ours'}: {outcome(row)}"
            found = "" if row["verdict"] == NOT_RUN else f"{row['interval of']}: {from_to(row)}" if len(of) > 1 else from_to(row)
            whole = f"{line}; {found}" if found else line
            lines += [whole] if whole == line or len(whole) <= WIDTH else [line, f"        {found}"]
            if row["desk"]:
                lines.append(f"    desk scale, no verdict: {row['desk']}")
    if left:
        names = ", ".join(dict.fromkeys(f"{id} ({part})" if id in ran else id for id, part in left))
        lines += [
            *([""] if lines else []),
            textwrap.fill(f"not run: {names}", WIDTH, break_on_hyphens=False),
            "`lth claims NAME` says what each lacks.",
        ]
    return "\n".join(lines)
