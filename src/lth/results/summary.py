"""An experiment in one small table, and in a few numbers."""

import pandas as pd

from lth.measures import VARIANT

SUMMARISED = (
    "es_iteration",
    "es_validation_accuracy",
    "es_test_accuracy",
    "es_train_accuracy",
    "final_test_accuracy",
    "final_train_accuracy",
)


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per arm and round, in a sweep per variant too: P_m, the number of networks, and mean, minimum and maximum of the columns in SUMMARISED."""
    groups = rows.groupby([*_variant(rows), "arm", "round"], sort=True)
    parts = [groups["percent_remaining"].mean(), groups.size().rename("n")]
    parts += [groups[column].agg(["mean", "min", "max"]).add_prefix(f"{column}_") for column in SUMMARISED]
    return pd.concat(parts, axis=1).reset_index()


def headline(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The numbers that `dvc metrics show` prints: the dense network's, and those of the round whose ticket validates best at early stop."""
    if variant := _variant(rows):
        return {
            f"{value:g}: {name}": found
            for value, part in rows.groupby(variant[0])
            for name, found in headline(part.drop(columns=variant)).items()
        }
    means = rows[rows["arm"] == "ticket"].groupby("round")[["percent_remaining", *SUMMARISED]].mean()
    pruned = means["es_validation_accuracy"].iloc[1:]
    chosen = {"dense": 0} | ({"best ticket": pruned.idxmax()} if len(pruned) else {})
    return {
        name: {
            "P_m": round(means["percent_remaining"][number], 2),
            "early stop": round(means["es_iteration"][number], 1),
            "test accuracy": round(means["es_test_accuracy"][number], 5),
        }
        for name, number in chosen.items()
    }


def _variant(rows: pd.DataFrame) -> list[str]:
    return [VARIANT] if VARIANT in rows else []
