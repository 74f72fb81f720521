"""Estimators of the claims: functions from tidy tables to `Measured`.

Every effect is paired: within a trial, which shares its initialisation and data order among all arms, and averaged over an arm's draws first.
Where several rounds are compared, a trial's effect is its mean over the rounds that both arms hold. "Accuracy" is that of the test set at
early stop unless a column is named; the test set never chooses a round.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lth.claims.verdict import Measured
from lth.results.tables import Tables

ES, ACCURACY = "es_iteration", "es_test_accuracy"


class Absent(Exception):
    """A round that a claim is judged on is not among the results; says which."""


def stops_earlier(tables: Tables, *, round: int, within: Sequence[float]) -> Measured:
    """By how many percent of the dense network's early stop the ticket's comes sooner."""
    rows = tables.rows("lenet")
    percent = 100 * (1 - by_trial(rows, "ticket", round, ES) / by_trial(rows, "ticket", 0, ES))
    return _value(percent, within, f"{percent.mean():.0f}%")


def more_accurate(tables: Tables, *, round: int, within: Sequence[float], other: str = "dense") -> Measured:
    """How many points of accuracy the ticket has more than the dense network, or than another arm of its round."""
    rows = tables.rows("lenet")
    compared = by_trial(rows, "ticket", 0, ACCURACY) if other == "dense" else by_trial(rows, other, round, ACCURACY)
    return _points(100 * (by_trial(rows, "ticket", round, ACCURACY) - compared), within)


def times_sooner(tables: Tables, *, round: int, other: str, within: Sequence[float]) -> Measured:
    """How many times sooner the ticket stops than another arm of its round."""
    rows = tables.rows("lenet")
    return _times(by_trial(rows, other, round, ES) / by_trial(rows, "ticket", round, ES), within)


def lowest_train_accuracy(tables: Tables, *, arms: Sequence[str], least_percent: float, floor: float) -> Measured:
    """The lowest mean training accuracy at the last iteration of any arm and round down to a P_m; the interval is that round's."""
    rows = tables.rows("lenet")
    kept = rows[rows["arm"].isin(arms) & (rows["percent_remaining"] >= least_percent)]
    arm, round = kept.groupby(["arm", "round"])["final_train_accuracy"].mean().idxmin()
    accuracy = 100 * by_trial(rows, arm, round, "final_train_accuracy")
    ours = f"≥ {accuracy.mean():.2f}% ({arm}, P_m {percent(rows, round):.3g})"
    return Measured(ours, accuracy.mean() >= floor, accuracy.to_numpy(), none=floor)


def crosses_back(tables: Tables, *, column: str, round: int) -> Measured:
    """The first round after the best one whose mean is no better than the dense network's.

    The effect is the ticket's advantage three rounds before the one claimed: the last that every crossing within two rounds leaves ahead.
    """
    rows = tables.rows("lenet")
    return _threshold(rows, _back(rows, column), round, _over_dense(rows, max(round - 3, 1), column))


def stays_above(tables: Tables, *, experiment: str, least_percent: float) -> Measured:
    """How long the ticket stays above the dense accuracy: until the first round after its best that is not.

    That round may come at most two before the first below `least_percent`; to stay above for longer is no less. The effect is the
    advantage, averaged over the rounds down to `least_percent`.
    """
    rows = tables.rows(experiment)
    percents = rows.groupby("round")["percent_remaining"].first()
    claimed = percents.index[percents >= least_percent].max() + 1
    back = _back(rows, ACCURACY)
    effects = 100 * _gain_over_dense(rows, "ticket", least_percent)
    if back is None:
        return Measured("at every P_m after its best", True, effects.to_numpy())
    return Measured(f"until P_m {percents[back]:.3g}", back >= claimed - 2, effects.to_numpy())


def falls_below(tables: Tables, *, arm: str, round: int) -> Measured:
    """The first round from which on the mean accuracy stays below the dense network's.

    The effect is how far below the dense network the arm lies at the first round measured that is two or more after the one claimed.
    """
    rows = tables.rows("lenet")
    below = by_round(rows, arm, ACCURACY) < by_round(rows, "ticket", ACCURACY)[0]
    above = below[~below].index
    crossing = below[below & (below.index > (above.max() if len(above) else 0))].index.min()
    later = by_round(rows, arm, ACCURACY).index
    later = later[later >= round + 2].min() if (later >= round + 2).any() else later.max()
    effects = by_trial(rows, "ticket", 0, ACCURACY) - by_trial(rows, arm, later, ACCURACY)
    return _threshold(rows, None if pd.isna(crossing) else crossing, round, 100 * effects, _gap(rows, arm))


def better_between(tables: Tables, *, experiment: str, column: str, ends: Sequence[float], points: float) -> Measured:
    """The longest run of rounds with a better mean than the dense network's; the effect is the mean over rounds inside the claimed one."""
    rows = tables.rows(experiment)
    sign = better(column)
    means, percents = by_round(rows, "ticket", column), rows.groupby("round")["percent_remaining"].first()
    ahead = (sign * (means - means[0])).iloc[1:] > 0
    runs = [run for _, run in ahead.groupby((ahead != ahead.shift()).cumsum()) if run.iloc[0]]
    inside = [round for round in means.index[1:] if ends[1] <= percents[round] <= ends[0]]
    effects = sum(_over_dense(rows, round, column) for round in inside) / len(inside)
    if not runs:
        return Measured("nowhere", False, effects.to_numpy())
    longest = max(runs, key=len)
    ours = percents[longest.index[0]], percents[longest.index[-1]]
    near = all(abs(end - claimed) <= points for end, claimed in zip(ours, ends, strict=True))
    return Measured(f"P_m {ours[0]:.3g}–{ours[1]:.3g}", near, effects.to_numpy())


def best_speed_up(tables: Tables, *, experiment: str, within: Sequence[float]) -> Measured:
    """How many times sooner than the dense network tickets stop, at the round of earliest mean early stop."""
    rows = tables.rows(experiment)
    best = _best(rows, ES)
    times = by_trial(rows, "ticket", 0, ES) / by_trial(rows, "ticket", best, ES)
    return _times(times, within, f" at P_m {percent(rows, best):.3g}")


def best_gain(tables: Tables, *, experiment: str, within: Sequence[float], column: str = ACCURACY) -> Measured:
    """The ticket's gain in test accuracy over the dense network, at the round of highest validation accuracy at the same moment."""
    rows = tables.rows(experiment)
    best = _best(rows, column)
    return _points(_over_dense(rows, best, column), within, f" at P_m {percent(rows, best):.3g}")


def beats(tables: Tables, *, arm: str, other: str, column: str, experiment: str = "lenet") -> Measured:
    """An arm's advantage over another, in points of accuracy."""
    gain, where = _advantage(tables.rows(experiment), arm, tables.rows(experiment), other, column)
    return Measured(f"{100 * gain.mean():+.2f} points{where}", True, 100 * gain.to_numpy())


def do_not_differ(tables: Tables, *, arm: str, other: str, column: str, experiment: str) -> Measured:
    """The same, where the claim is that there is no difference."""
    return replace(beats(tables, arm=arm, other=other, column=column, experiment=experiment), no_difference=True)


def beats_experiment(tables: Tables, *, other: str, column: str) -> Measured:
    """The advantage of Lenet's tickets over those of another experiment, in points of accuracy or iterations."""
    gain, where = _advantage(tables.rows("lenet"), "ticket", tables.rows(other), "ticket", column)
    if column == ES:
        return Measured(f"{gain.mean():,.0f} iterations sooner{where}", True, gain.to_numpy())
    return Measured(f"{100 * gain.mean():+.2f} points{where}", True, 100 * gain.to_numpy())


def stops_ever_later(tables: Tables, *, experiment: str, arm: str) -> Measured:
    """By how many iterations an arm's early stop moves with each round of pruning: a trial's least-squares slope from the dense network on."""
    rows = tables.rows(experiment)
    rounds = [0, *_rounds(rows, arm)]
    stops = np.array([by_trial(rows, arm if round else "ticket", round, ES) for round in rounds])
    slopes = np.polyfit(rounds, stops, deg=1)[0]
    return Measured(f"{slopes.mean():+,.0f} iterations a round", True, slopes)


def gains_over_dense(tables: Tables, *, experiment: str, arm: str, least_percent: float) -> Measured:
    """How many points an arm is more accurate than the dense network, averaged over the rounds down to a P_m.

    The claim is that it holds or rises; by the rule, only a rise is told from chance.
    """
    gain = 100 * _gain_over_dense(tables.rows(experiment), arm, least_percent)
    return Measured(f"{gain.mean():+.2f} points", True, gain.to_numpy())


def nearer(tables: Tables, *, arm: str, to: str, than: str) -> Measured:
    """How much nearer, in points of accuracy, an arm lies to one arm than to another: the mean distance over the rounds that all hold."""
    rows = tables.rows("lenet")
    shared = [round for round in _rounds(rows, arm) if round in _rounds(rows, to) and round in _rounds(rows, than)]
    near, away = (
        100 * sum((by_trial(rows, other, round, ACCURACY) - by_trial(rows, arm, round, ACCURACY)).abs() for round in shared) / len(shared)
        for other in (to, than)
    )
    return Measured(
        f"{near.mean():.2f} points from {to}, {away.mean():.2f} from {than}{_over(rows, shared)}", True, (away - near).to_numpy()
    )


def moves_further(tables: Tables, *, quantity: str) -> Measured:
    """How much further weights of the eventual ticket move than the rest, averaged over layers: the ticket's share of each differs."""
    moved = tables.extra("lenet", "mean_movement")
    means = moved[moved["quantity"] == quantity].pivot_table(index="trial", columns="part", values="mean")
    gain = means["ticket"] - means["rest"]
    return Measured(f"{means['ticket'].mean():.3g}, the rest {means['rest'].mean():.3g}", True, gain.to_numpy())


def weights_at_crossing(tables: Tables, *, within: Sequence[float]) -> Measured:
    """The weights left where tickets of each starting size fall back to the dense accuracy (validation, at early stop).

    That is the first round after a size's best one that is no better than its dense network, whether or not the best was. The effect is the
    advantage at a size's last pruned round with more weights than the tolerance allows, averaged over the sizes that have one.
    """
    column = "es_validation_accuracy"
    left, effects = [], []
    for name in tables:
        rows = tables.rows(name)
        weights = rows[rows["arm"] == "ticket"].groupby("round")["weights_remaining"].mean()
        back = _back(rows, column)
        left.append(np.nan if back is None else weights[back])
        larger = weights.index[(weights.index > 0) & (weights > within[1])]
        if len(larger):
            effects.append(_over_dense(rows, larger.max(), column).iloc[:3].to_numpy())
    near = all(within[0] <= count <= within[1] for count in left)
    ours = "some sizes nowhere" if np.isnan(left).any() else f"{min(left):,.0f}–{max(left):,.0f} weights"
    return Measured(ours, near, np.mean(effects, axis=0))


def by_trial(rows: pd.DataFrame, arm: str, round: int, column: str) -> pd.Series:
    """A column by trial, the mean over an arm's draws. Raises Absent where the arm has no such round."""
    values = rows[(rows["arm"] == arm) & (rows["round"] == round)].groupby("trial")[column].mean()
    if values.empty:
        raise Absent(f"{rows['experiment'].iloc[0]} ({arm} of r{round:02})")
    return values


def by_round(rows: pd.DataFrame, arm: str, column: str) -> pd.Series:
    """A column's mean over all networks of an arm, by round."""
    return rows[rows["arm"] == arm].groupby("round")[column].mean()


def percent(rows: pd.DataFrame, round: int) -> float:
    """A round's P_m."""
    return float(rows[rows["round"] == round]["percent_remaining"].iloc[0])


def better(column: str) -> int:
    """1 where more is better, -1 where less is."""
    return 1 if column.endswith("accuracy") else -1


def _rounds(rows: pd.DataFrame, arm: str) -> list[int]:
    """The pruned rounds that an arm holds."""
    return sorted(set(rows[(rows["arm"] == arm) & (rows["round"] > 0)]["round"]))


def _gap(rows: pd.DataFrame, arm: str) -> int:
    """The most rounds between two that an arm holds: how coarsely a threshold can be read."""
    return int(np.diff([0, *_rounds(rows, arm)]).max())


def _best(rows: pd.DataFrame, column: str) -> int:
    """The pruned round at which the ticket's validation accuracy is highest, or its early stop earliest."""
    return (better(column) * by_round(rows, "ticket", column.replace("test", "validation"))).iloc[1:].idxmax()


def _back(rows: pd.DataFrame, column: str) -> int | None:
    """The first round after the ticket's best whose mean is no better than the dense network's (None: none is)."""
    means = better(column) * by_round(rows, "ticket", column)
    back = means.index[(means.index > _best(rows, column)) & (means <= means[0])]
    return back.min() if len(back) else None


def _over_dense(rows: pd.DataFrame, round: int, column: str) -> pd.Series:
    """The ticket's advantage over the dense network by trial, in points of accuracy or in iterations."""
    unit = 100 if column.endswith("accuracy") else 1
    return unit * better(column) * (by_trial(rows, "ticket", round, column) - by_trial(rows, "ticket", 0, column))


def _gain_over_dense(rows: pd.DataFrame, arm: str, least_percent: float) -> pd.Series:
    """An arm's gain in accuracy over the dense network by trial, averaged over its pruned rounds down to a P_m."""
    kept = _rounds(rows[rows["percent_remaining"] >= least_percent], arm)
    return sum(by_trial(rows, arm, round, ACCURACY) - by_trial(rows, "ticket", 0, ACCURACY) for round in kept) / len(kept)


def _advantage(rows: pd.DataFrame, arm: str, others: pd.DataFrame, other: str, column: str) -> tuple[pd.Series, str]:
    """An arm's advantage over another by trial, averaged over the pruned rounds that both hold, and their P_m in words."""
    shared = [round for round in _rounds(rows, arm) if round in _rounds(others, other)]
    if not shared:
        raise Absent(f"{rows['experiment'].iloc[0]} (any round of both {arm} and {other})")
    gains = [by_trial(rows, arm, round, column) - by_trial(others, other, round, column) for round in shared]
    return better(column) * sum(gains) / len(gains), _over(rows, shared)


def _over(rows: pd.DataFrame, rounds: Sequence[int]) -> str:
    """What a mean over rounds is over, in words."""
    return f", mean over P_m {percent(rows, rounds[0]):.3g}–{percent(rows, rounds[-1]):.3g}"


def _value(effects: pd.Series, within: Sequence[float], ours: str) -> Measured:
    return Measured(ours, within[0] <= effects.mean() <= within[1], effects.to_numpy())


def _points(effects: pd.Series, within: Sequence[float], where: str = "") -> Measured:
    return _value(effects, within, f"{effects.mean():+.2f} points{where}")


def _times(times: pd.Series, within: Sequence[float], where: str = "") -> Measured:
    return Measured(f"{times.mean():.2f} times{where}", within[0] <= times.mean() <= within[1], times.to_numpy(), none=1.0)


def _threshold(rows: pd.DataFrame, crossing: int | None, claimed: int, effects: pd.Series, gap: int = 1) -> Measured:
    """A threshold counts as reproduced within two rounds; one that falls between measured rounds is read at the later."""
    if crossing is None:
        return Measured("nowhere", False, effects.to_numpy())
    near = crossing - (gap - 1) - 2 <= claimed <= crossing + 2
    return Measured(f"P_m {percent(rows, crossing):.3g}", near, effects.to_numpy())
