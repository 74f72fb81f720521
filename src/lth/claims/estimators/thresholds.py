"""How far: the round, or the weights left, from which on an arm is worse than the dense network."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lth.claims.paired import (
    ACCURACY,
    Absent,
    best_round,
    first_below,
    first_not_above,
    mean_of,
    mean_over,
    measured_down_to,
    measured_until,
    over_dense,
    percent,
    pruned_rounds,
)
from lth.claims.verdict import Measured, interval
from lth.results.tables import Tables


def crosses_back(tables: Tables, *, column: str, round: int) -> Measured:
    """The first round after the ticket's best at which it is worse than the dense network.

    The effect is the ticket's advantage three rounds before the one claimed: the last that every crossing within two rounds leaves ahead.
    """
    rows = tables.rows("lenet")
    measured_until(rows, "ticket", round + 2)
    lead = over_dense(rows, column)
    after = [later for later in pruned_rounds(rows, "ticket") if later > best_round(rows, column)]
    before = max(round - 3, 1)
    of = f"the lead at P_m {percent(rows, before):.3g}"
    return _threshold(rows, first_below(lead, after), first_not_above(lead, after), round, lead(before), of)


def stays_above(
    tables: Tables, *, experiment: str, least_percent: float, column: str = ACCURACY, margin: float = 0, no_longer: bool = False
) -> Measured:
    """How long the ticket stays above the dense accuracy, or at most `margin` points below: until the first round after its best that lies
    lower.

    That round may come at most two before the first below `least_percent`; to stay above for longer is no less, unless the claim is that it
    does so for `no_longer`: then that round comes at most two after it. The effect is the advantage, averaged over the rounds down to
    `least_percent`.
    """
    rows = tables.rows(experiment)
    measured_down_to(rows, "ticket", least_percent)
    lead = over_dense(rows, column)
    inside = pruned_rounds(rows, "ticket", least_percent)
    after = [later for later in pruned_rounds(rows, "ticket") if later > best_round(rows, column)]
    left, by_sign = (first(lambda round: lead(round) + margin, after) for first in (first_below, first_not_above))
    claimed, effects = max(inside, default=0) + 1, mean_over(inside, lead).to_numpy()
    of = f"the lead, mean down to P_m {least_percent:g}"
    if left is None:
        return Measured(f"at every P_m after its best{_by_sign(rows, by_sign)}", not no_longer, effects, none=-margin, of=of)
    near = claimed - 2 <= left and not (no_longer and left > claimed + 2)
    return Measured(f"until P_m {percent(rows, left):.3g}{_by_sign(rows, by_sign)}", near, effects, none=-margin, of=of)


def falls_below(tables: Tables, *, arm: str, round: int) -> Measured:
    """The first round at which an arm lies below the dense network; by the sign of the mean, the first from which on it stays below.

    The effect is how far below the dense network the arm lies at the first round measured that is two or more after the one claimed.
    """
    rows = tables.rows("lenet")
    measured_until(rows, arm, round + 2)
    lead, rounds = over_dense(rows, ACCURACY, arm), pruned_rounds(rows, arm)
    above = [measured for measured in rounds if lead(measured).mean() >= 0]
    by_sign = next((measured for measured in rounds if measured > max(above, default=0)), None)
    later = next(measured for measured in rounds if measured >= round + 2)
    of, coarse = f"what it lacks at P_m {percent(rows, later):.3g}", int(np.diff([0, *rounds]).max())
    return _threshold(rows, first_below(lead, rounds), by_sign, round, -lead(later), of, coarse)


def better_between(tables: Tables, *, experiment: str, column: str, ends: Sequence[float], points: float) -> Measured:
    """Between which P_m the ticket is better than the dense network: the longest run of rounds of which none lies wholly below zero, from its
    first that lies wholly above zero to its last.

    By the sign of the mean it is the longest run of rounds. The effect is the mean over the rounds inside the claimed range. Raises Absent
    where no round is measured within half the tolerance (`points`) of a claimed end: such a grid cannot tell whether the end is met.
    """
    rows = tables.rows(experiment)
    lead, rounds = over_dense(rows, column), pruned_rounds(rows, "ticket")
    percents = {round: percent(rows, round) for round in rounds}
    for end in ends:
        if min(abs(value - end) for value in percents.values()) > points / 2:
            raise Absent(f"{experiment} (ticket within {points / 2:g} points of P_m {end:g})")
    inside = [round for round in rounds if ends[1] <= percents[round] <= ends[0]]
    effects, of = mean_over(inside, lead).to_numpy(), f"the lead, {mean_of(rows, inside)}"
    ahead = pd.Series({round: lead(round).mean() > 0 for round in rounds})
    runs = [run.index for _, run in ahead.groupby((ahead != ahead.shift()).cumsum()) if run.iloc[0]]
    longest = max(runs, key=len, default=())
    sign = f" (by the sign of the mean: P_m {percents[longest[0]]:.3g}–{percents[longest[-1]]:.3g})" if len(longest) else ""
    bounds = {round: interval(lead(round)) for round in rounds}
    below = pd.Series({round: high < 0 for round, (_, high) in bounds.items()})
    parts = [part.index for _, part in below.groupby((below != below.shift()).cumsum()) if not part.iloc[0]]
    surely = [[round for round in part if bounds[round][0] > 0] for part in parts]
    longest = max(surely, key=lambda run: run[-1] - run[0] if run else -1, default=[])
    if not longest:
        return Measured(f"nowhere{sign}", False, effects, of=of)
    ours = percents[longest[0]], percents[longest[-1]]
    near = all(abs(end - claimed) <= points for end, claimed in zip(ours, ends, strict=True))
    return Measured(f"P_m {ours[0]:.3g}–{ours[1]:.3g}{sign}", near, effects, of=of)


def weights_at_crossing(tables: Tables, *, within: Sequence[float], end: str) -> Measured:
    """The weights left where tickets of each starting size fall below the dense accuracy (validation, at early stop), after their best round.

    One effect per starting size, the mean over its trials. end `upper`: the advantage at the size's last pruned round with more weights than
    the tolerance allows, over the sizes that have one; `lower`: how far below it lies at the first round with fewer.
    """
    column = "es_validation_accuracy"
    left, by_sign, effects = [], [], []
    for name in tables:
        rows = tables.rows(name)
        lead, rounds = over_dense(rows, column), pruned_rounds(rows, "ticket")
        weights = rows[rows["arm"] == "ticket"].groupby("round")["weights_remaining"].mean()
        after = [round for round in rounds if round > best_round(rows, column)]
        for found, crossing in ((left, first_below(lead, after)), (by_sign, first_not_above(lead, after))):
            found.append(np.nan if crossing is None else weights[crossing])
        above, below = ([r for r in rounds if weights[r] > within[1]], [r for r in rounds if weights[r] < within[0]])
        if end == "upper" and above:
            effects.append(lead(above[-1]).mean())
        if end == "lower" and below:
            effects.append(-lead(below[0]).mean())
    near = all(within[0] <= count <= within[1] for count in left)
    ours = "some sizes nowhere" if np.isnan(left).any() else f"{min(left):,.0f}–{max(left):,.0f} weights"
    sign = f" (by the sign of the mean: {min(by_sign):,.0f}–{max(by_sign):,.0f})" if not np.isnan(by_sign).any() else ""
    of = {
        "upper": f"the lead, last with more than {within[1]:,} weights left",
        "lower": f"what they lack, first with fewer than {within[0]:,} weights left",
    }
    return Measured(ours + sign, near, np.array(effects), of=of[end])


def _threshold(
    rows: pd.DataFrame, crossing: int | None, by_sign: int | None, claimed: int, effects: pd.Series, of: str, coarse: int = 1
) -> Measured:
    """A threshold counts as reproduced within two rounds; one that falls between measured rounds, `coarse` apart, is read at the later."""
    if crossing is None:
        return Measured(f"nowhere{_by_sign(rows, by_sign)}", False, effects.to_numpy(), of=of)
    near = crossing - (coarse - 1) - 2 <= claimed <= crossing + 2
    return Measured(f"P_m {percent(rows, crossing):.3g}{_by_sign(rows, by_sign)}", near, effects.to_numpy(), of=of)


def _by_sign(rows: pd.DataFrame, crossing: int | None) -> str:
    return "" if crossing is None else f" (by the sign of the mean: P_m {percent(rows, crossing):.3g})"
