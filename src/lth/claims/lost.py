"""Where late rewinding is needed: the first learning rate of Lenet at which a ticket is worth no more than its reinitialisations.

Optimisers come in the order of Figures 26 to 28, each one's rates from the paper's upwards. The first rate counts at which, at P_m 21.1 and by
validation accuracy at early stop, the paired 95% interval of the ticket's lead over its reinitialisations does not lie above zero, while in every
trial the dense network still trains. Ten trials decide, with three reinitialisations each: of the 20 of lenet and lenet-fresh, in all of which the
ticket leads, three with one reinitialisation leave the interval open in three choices of five, five in one of twenty, ten in none.

At that rate tickets are rewound to iterations 0, 100, 500 and 2000, in five trials that chose nothing: pipelines/beyond/lenet-late and
lenet-late-rewind-100, -500 and -2000, which are made when it is known, from the sweep's params.yaml with that rate in place of `vary`, its
reinitialisations at every third round and r07, and `trials: {first: 10, count: 5}`.
"""

import pandas as pd

from lth.claims.paired import advantage, by_trial
from lth.claims.verdict import interval
from lth.measures import VARIANT
from lth.results.tables import Tables

SWEEPS = ("lenet-high-adam", "lenet-high-sgd", "lenet-high-momentum")
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
        rates = leads(tables, sweep)
        lost = rates[(rates["low"] <= 0) & (rates["dense"] >= TRAINS)]
        if len(lost):
            return sweep, float(lost["learning_rate"].iloc[0])
    return None
