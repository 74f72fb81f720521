"""Estimators of the claims: functions from tidy tables to `Measured`.

Every effect is paired: within a trial, and averaged over an arm's draws first; `lth.claims.paired` says what pairing removes. Where several
rounds are compared, a trial's effect is its mean over the rounds that both arms hold down to `LEAST_PERCENT`, and the mean over all of them is
named beside it. A threshold is the first round whose interval lies wholly on the other side; the one read by the sign of the mean is named
beside it. "Accuracy" is that of the test set at early stop unless a column is named; the test set never chooses a round.
Where an arm ends before a rule can tell, nothing is judged.
"""

from lth.claims.estimators.at_a_round import (
    best_gain,
    best_speed_up,
    dense_gain,
    has_accuracy,
    lowest_train_accuracy,
    more_accurate,
    stops_earlier,
    times_sooner,
)
from lth.claims.estimators.connectivity import joined, parted, steadier, times_farther
from lth.claims.estimators.over_rounds import (
    beats,
    beats_experiment,
    do_not_differ,
    gains_over_dense,
    loses_little,
    moves_further,
    nearer,
    stops_ever_later,
)
from lth.claims.estimators.thresholds import (
    better_between,
    crosses_back,
    falls_below,
    stays_above,
    weights_at_crossing,
)
from lth.claims.paired import Absent

__all__ = [
    "Absent",
    "beats",
    "beats_experiment",
    "best_gain",
    "best_speed_up",
    "better_between",
    "crosses_back",
    "dense_gain",
    "do_not_differ",
    "falls_below",
    "gains_over_dense",
    "has_accuracy",
    "joined",
    "loses_little",
    "lowest_train_accuracy",
    "more_accurate",
    "moves_further",
    "nearer",
    "parted",
    "stays_above",
    "steadier",
    "stops_earlier",
    "stops_ever_later",
    "times_farther",
    "times_sooner",
    "weights_at_crossing",
]
