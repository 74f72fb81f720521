"""The four measurements that Figures 4 and 5 plot against P_m."""

import pandas as pd

PANELS = {
    "early-stop iteration": "es_iteration",
    "test accuracy at early stop": "es_test_accuracy",
    "training accuracy at early stop": "es_train_accuracy",
    "test accuracy at the last iteration": "final_test_accuracy",
}


def from_dense(rows: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The rows of one arm, and before them those of the dense networks, from which every arm starts."""
    return pd.concat([rows[rows["round"] == 0], rows[(rows["arm"] == arm) & (rows["round"] > 0)]])
