"""`lth show`: which experiments have results, and one experiment's rounds."""

import textwrap
from collections.abc import Collection

import pandas as pd

from lth.config import load_experiment
from lth.errors import LthError
from lth.measures import VARIANT
from lth.results.files import load_results, not_run
from lth.results.listing import list_experiments
from lth.results.spent import sidecars
from lth.results.summary import summarise

WIDTH = 100
"""Columns that fit a terminal."""

SHOWN = {"es_iteration": "early stop", "es_test_accuracy": "ES test %", "final_test_accuracy": "final test %"}
"""What the table of rounds shows, and its heads; `--csv` has the rest."""


def experiments_by_collection() -> str:
    """A line per experiment that has results, and the names of those that have not been run."""
    parts = []
    for collection, rows in list_experiments().groupby("collection", sort=False):
        run = rows[rows["arms run"].map(bool)]
        lines = [f"{collection}: {len(run)} of {len(rows)} have results", *map(_line, run.to_dict("records"))]
        rest = rows["experiment"].drop(run.index)
        begun = rest.map(sidecars).map(bool)
        for words, names in (("no arm whole", rest[begun]), ("not run", rest[~begun])):
            said = f"{words}: {', '.join(name.split('/')[1] for name in names)}"
            lines += textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False) if len(names) else []
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, "`lth show quick/lenet` shows one; `lenet` alone is paper/lenet."])


def _line(row: dict) -> str:
    lacking = ", ".join(arm for arm in row["arms"] if arm not in row["arms run"])
    return f"  {row['experiment']:<28} {', '.join(row['arms run'])}" + (f" (not run: {lacking})" if lacking else "")


def experiments_for_csv() -> pd.DataFrame:
    """`lth.results.listing.list_experiments` with arms joined by spaces."""
    listed = list_experiments()
    return listed.assign(**{column: listed[column].map(" ".join) for column in ("arms run", "arms")})


def summary(experiment: str, arms: Collection[str]) -> pd.DataFrame:
    """`lth.results.summary.summarise` of those arms of an experiment, all where none is named; of the stages that have been run."""
    plan = load_experiment(experiment)
    try:
        return summarise(load_results(plan.folder, arms or None, unfinished=True))
    except LthError:
        from lth.tickets.controls import check_controls  # imports torch, so only where rows are missing

        check_controls(plan)
        raise


def rounds_table(experiment: str, arms: Collection[str]) -> str:
    """A line per arm and round: P_m, n, and means with least and most; tickets first."""
    folder = load_experiment(experiment).folder
    table = summary(folder, arms)
    table = table.sort_values("arm", key=lambda names: names.where(names != "ticket", ""), kind="stable")
    shown = table[[*([VARIANT] if VARIANT in table else []), "arm", "round", "n"]].assign(
        **{"P_m %": table["percent_remaining"].map("{:.3g}".format)},
        **{head: _spread(table, column) for column, head in SHOWN.items()},
    )
    lines = [
        shown.to_string(index=False),
        "",
        "Means (least–most) over n networks; ES is at early stop, accuracies in percent. `--csv` has all that is measured.",
        f"Every network: results/{folder}/runs/",
    ]
    return "\n".join([*lines, lacking(folder, arms)]).rstrip()


def lacking(experiment: str, arms: Collection[str]) -> str:
    """Which stages of those arms, or of all, have not been run; nothing where all have."""
    stages = not_run(load_experiment(experiment).folder, arms)
    return textwrap.fill(f"Not run: {', '.join(stages)}", WIDTH, subsequent_indent="  ", break_on_hyphens=False) if stages else ""


def _spread(table: pd.DataFrame, column: str) -> pd.Series:
    """`97.92 (97.80–98.01)`."""
    write = "{:,.0f}".format if column == "es_iteration" else (lambda share: f"{100 * share:.2f}")
    mean, least, most = (table[f"{column}_{what}"].map(write) for what in ("mean", "min", "max"))
    return mean + (" (" + least + "–" + most + ")").where(table["n"] > 1, "")
