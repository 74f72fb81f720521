"""Where late rewinding is needed: the first learning rate of Lenet at which a ticket is worth no more than its reinitialisations.

Optimisers come in the order of Figures 26 to 28, each one's rates from the paper's upwards. The first rate counts at which, at P_m 21.1 and by
validation accuracy at early stop, the paired 95% interval of the ticket's lead over its reinitialisations does not lie above zero, while in every
trial the dense network still trains. At that rate tickets are rewound to iterations 0, 100, 500 and 2000: pipelines/beyond/lenet-late and
lenet-late-rewind-100, -500 and -2000, which are made when it is known, from the sweep's params.yaml with that rate in place of `vary`.
"""

import pandas as pd

from lth.claims.paired import advantage, by_trial
from lth.claims.verdict import interval
from lth.config import load_experiment
from lth.measures import VARIANT
from lth.results.tables import Tables

SWEEPS = ("lenet-adam-rates", "lenet-sgd-rates", "lenet-momentum-rates")
ROUND = 7
COLUMN = "es_validation_accuracy"
TRAINS = 0.95
"""The validation accuracy that a dense network reaches which still trains."""


def leads(tables: Tables, experiment: str) -> pd.DataFrame:
    """Of a sweep, one row per rate in ascending order: learning_rate, the ticket's mean lead over reinit, low and high of its interval (points),
    the lowest accuracy of a dense network, and how many trials there are. Raises Absent where there is no reinit of that round."""
    found = []
    for rate, rows in tables.rows(experiment).groupby(VARIANT):
        lead = advantage(rows, "ticket", rows, "reinit", COLUMN)(ROUND)
        low, high = interval(lead)
        dense = by_trial(rows, "ticket", 0, COLUMN).min()
        found.append({"learning_rate": rate, "lead": lead.mean(), "low": low, "high": high, "dense": dense, "n": len(lead)})
    return pd.DataFrame(found)


def first_lost(tables: Tables) -> tuple[str, float] | None:
    """The sweep and the rate; None where tickets stay ahead at all rates at which dense networks train. Sweeps that come before it are needed.

    Raises KeyError for one that has not been run, Absent where it has no reinit of that round.
    """
    for sweep in SWEEPS:
        above = leads(tables, sweep)
        above = above[above["learning_rate"] > load_experiment(tables.names[sweep]).training.optimiser.learning_rate]
        lost = above[(above["low"] <= 0) & (above["dense"] >= TRAINS)]
        if len(lost):
            return sweep, float(lost["learning_rate"].iloc[0])
    return None
