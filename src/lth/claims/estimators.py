"""Estimators of the claims: functions from tidy tables to `Measured`.

Every effect is paired: within a trial, and averaged over an arm's draws first; `lth.claims.paired` says what pairing removes. Where several
rounds are compared, a trial's effect is its mean over the rounds that both arms hold down to `LEAST_PERCENT`, and the mean over all of them is
named beside it. A threshold is the first round whose interval lies wholly on the other side; the one read by the sign of the mean is named
beside it. "Accuracy" is that of the test set at early stop unless a column is named; the test set never chooses a round.
Where an arm ends before a rule can tell, nothing is judged.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lth.claims.paired import (
    ACCURACY,
    ES,
    LEAST_PERCENT,
    Absent,
    Effect,
    advantage,
    best_round,
    by_trial,
    first_below,
    first_not_above,
    mean_over,
    measured_down_to,
    measured_until,
    over_dense,
    percent,
    pruned_rounds,
)
from lth.claims.verdict import Measured, interval
from lth.results.tables import Tables


def stops_earlier(tables: Tables, *, round: int, within: Sequence[float]) -> Measured:
    """By how many percent of the dense network's early stop the ticket's comes sooner."""
    rows = tables.rows("lenet")
    percent = 100 * (1 - by_trial(rows, "ticket", round, ES) / by_trial(rows, "ticket", 0, ES))
    return _value(percent, within, f"{percent.mean():.0f}%")


def more_accurate(tables: Tables, *, round: int, within: Sequence[float], other: str = "dense") -> Measured:
    """How many points of accuracy the ticket has more than the dense network, or than another arm of its round."""
    rows = tables.rows("lenet")
    gain = over_dense(rows, ACCURACY) if other == "dense" else advantage(rows, "ticket", rows, other, ACCURACY)
    return _points(gain(round), within)


def times_sooner(tables: Tables, *, round: int, other: str, within: Sequence[float]) -> Measured:
    """How many times sooner the ticket stops than another arm of its round."""
    rows = tables.rows("lenet")
    return _times(by_trial(rows, other, round, ES) / by_trial(rows, "ticket", round, ES), within)


def lowest_train_accuracy(tables: Tables, *, arms: Sequence[str], least_percent: float, floor: float) -> Measured:
    """The lowest mean training accuracy at the last iteration of any arm and round down to a P_m, in any of the experiments read.

    The interval is that round's.
    """
    lowest = {}
    for name in tables:
        rows = tables.rows(name)
        for arm in set(arms) & set(rows["arm"]):
            measured_down_to(rows, arm, least_percent)
        kept = rows[rows["arm"].isin(arms) & (rows["percent_remaining"] >= least_percent)]
        means = kept.groupby(["arm", "round"])["final_train_accuracy"].mean()
        lowest[name, *means.idxmin()] = means.min()
    name, arm, round = min(lowest, key=lowest.get)
    rows = tables.rows(name)
    where = f" of {rows['experiment'].iloc[0]}" if len(tables.names) > 1 else ""
    accuracy = 100 * by_trial(rows, arm, round, "final_train_accuracy")
    ours = f"≥ {accuracy.mean():.2f}% ({arm}{where}, P_m {percent(rows, round):.3g})"
    return Measured(ours, accuracy.mean() >= floor, accuracy.to_numpy(), none=floor)


def crosses_back(tables: Tables, *, column: str, round: int) -> Measured:
    """The first round after the ticket's best at which it is worse than the dense network.

    The effect is the ticket's advantage three rounds before the one claimed: the last that every crossing within two rounds leaves ahead.
    """
    rows = tables.rows("lenet")
    measured_until(rows, "ticket", round + 2)
    lead = over_dense(rows, column)
    after = [later for later in pruned_rounds(rows, "ticket") if later > best_round(rows, column)]
    return _threshold(rows, first_below(lead, after), first_not_above(lead, after), round, lead(max(round - 3, 1)))


def stays_above(tables: Tables, *, experiment: str, least_percent: float) -> Measured:
    """How long the ticket stays above the dense accuracy: until the first round after its best that lies below.

    That round may come at most two before the first below `least_percent`; to stay above for longer is no less. The effect is the
    advantage, averaged over the rounds down to `least_percent`.
    """
    rows = tables.rows(experiment)
    measured_down_to(rows, "ticket", least_percent)
    lead = over_dense(rows, ACCURACY)
    inside = pruned_rounds(rows, "ticket", least_percent)
    after = [later for later in pruned_rounds(rows, "ticket") if later > best_round(rows, ACCURACY)]
    left, by_sign = first_below(lead, after), first_not_above(lead, after)
    effects = mean_over(inside, lead).to_numpy()
    if left is None:
        return Measured(f"at every P_m after its best{_by_sign(rows, by_sign)}", True, effects)
    return Measured(f"until P_m {percent(rows, left):.3g}{_by_sign(rows, by_sign)}", left >= max(inside) + 1 - 2, effects)


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
    coarse = int(np.diff([0, *rounds]).max())
    return _threshold(rows, first_below(lead, rounds), by_sign, round, -lead(later), coarse)


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
    effects = mean_over([round for round in rounds if ends[1] <= percents[round] <= ends[0]], lead).to_numpy()
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
        return Measured(f"nowhere{sign}", False, effects)
    ours = percents[longest[0]], percents[longest[-1]]
    near = all(abs(end - claimed) <= points for end, claimed in zip(ours, ends, strict=True))
    return Measured(f"P_m {ours[0]:.3g}–{ours[1]:.3g}{sign}", near, effects)


def best_speed_up(tables: Tables, *, experiment: str, within: Sequence[float]) -> Measured:
    """How many times sooner than the dense network tickets stop, at the round of earliest mean early stop."""
    rows = tables.rows(experiment)
    best = best_round(rows, ES)
    times = by_trial(rows, "ticket", 0, ES) / by_trial(rows, "ticket", best, ES)
    return _times(times, within, f" at P_m {percent(rows, best):.3g}")


def best_gain(tables: Tables, *, experiment: str, within: Sequence[float], column: str = ACCURACY) -> Measured:
    """The ticket's gain in test accuracy over the dense network, at the round of highest validation accuracy at the same moment."""
    rows = tables.rows(experiment)
    best = best_round(rows, column)
    return _points(over_dense(rows, column)(best), within, f" at P_m {percent(rows, best):.3g}")


def beats(tables: Tables, *, arm: str, other: str, column: str, experiment: str = "lenet") -> Measured:
    """An arm's advantage over another, in points of accuracy."""
    rows = tables.rows(experiment)
    return _advantage(rows, arm, rows, other, column)


def do_not_differ(tables: Tables, *, arm: str, other: str, column: str, experiment: str, points: float) -> Measured:
    """The same, where the claim is that there is no difference: the whole interval lies within so many points of zero."""
    return replace(beats(tables, arm=arm, other=other, column=column, experiment=experiment), equivalence=points)


def beats_experiment(tables: Tables, *, other: str, column: str) -> Measured:
    """The advantage of Lenet's tickets over those of another experiment, in points of accuracy or iterations."""
    return _advantage(tables.rows("lenet"), "ticket", tables.rows(other), "ticket", column)


def stops_ever_later(tables: Tables, *, experiment: str, arm: str) -> Measured:
    """By how many iterations an arm's early stop moves with each round of pruning: a trial's least-squares slope from the dense network on,
    over the rounds down to LEAST_PERCENT."""
    rows = tables.rows(experiment)
    rounds = [0, *_down_to(rows, pruned_rounds(rows, arm))]
    stops = np.array([by_trial(rows, arm if round else "ticket", round, ES) for round in rounds])
    slopes = np.polyfit(rounds, stops, deg=1)[0]
    return Measured(f"{slopes.mean():+,.0f} iterations per round", True, slopes)


def gains_over_dense(tables: Tables, *, experiment: str, arm: str, least_percent: float) -> Measured:
    """How many points an arm is more accurate than the dense network, averaged over the rounds down to a P_m.

    The claim is that it holds or rises; by the rule, only a rise is told from chance.
    """
    rows = tables.rows(experiment)
    gain = mean_over(pruned_rounds(rows, arm, least_percent), over_dense(rows, ACCURACY, arm))
    return Measured(f"{gain.mean():+.2f} points", True, gain.to_numpy())


def nearer(tables: Tables, *, arm: str, to: str, than: str) -> Measured:
    """How much nearer, in points of accuracy, an arm lies to one arm than to another: the mean distance over the rounds that all hold."""
    rows = tables.rows("lenet")
    shared = _shared(rows, arm, to, than)

    def distance(other: str) -> Effect:
        return lambda round: advantage(rows, other, rows, arm, ACCURACY)(round).abs()

    near, away = (mean_over(_down_to(rows, shared), distance(other)) for other in (to, than))
    whole = mean_over(shared, lambda round: distance(than)(round) - distance(to)(round))
    ours = f"{near.mean():.2f} points from {to}, {away.mean():.2f} from {than}{_over(rows, shared, f'{whole.mean():+.2f} nearer {to}')}"
    return Measured(ours, True, (away - near).to_numpy())


def loses_little(tables: Tables, *, arm: str, other: str, least_percent: float, share: float) -> Measured:
    """What an arm loses against the ticket, held against a share of the ticket's lead over another arm, over the rounds down to a P_m."""
    rows = tables.rows("lenet")
    rounds = [round for round in _shared(rows, "ticket", arm, other) if percent(rows, round) >= least_percent]
    loss, lead = (mean_over(rounds, advantage(rows, "ticket", rows, than, ACCURACY)) for than in (arm, other))
    where = f"mean over P_m {percent(rows, rounds[0]):.3g}–{percent(rows, rounds[-1]):.3g}"
    ours = f"loses {loss.mean():.2f} points of a lead of {lead.mean():.2f}, {where}"
    return Measured(ours, loss.mean() < share * lead.mean(), (share * lead - loss).to_numpy())


def moves_further(tables: Tables, *, quantity: str) -> Measured:
    """How much further weights of the eventual ticket move than the rest: means over a layer's weights, then over layers, so that small layers
    count like large ones and the ticket's share of each does not matter. The means over all weights are named beside them."""
    moved = tables.extra("lenet", "mean_movement")
    moved = moved[moved["quantity"] == quantity]
    means = moved.pivot_table(index="trial", columns="part", values="mean")
    sums = moved.assign(sum=moved["mean"] * moved["weights"]).groupby("part")[["sum", "weights"]].sum()
    whole = sums["sum"] / sums["weights"]
    ours = f"{means['ticket'].mean():.3g}, the rest {means['rest'].mean():.3g}, mean over layers"
    ours += f" (over weights {whole['ticket']:.3g}, {whole['rest']:.3g})"
    return Measured(ours, True, (means["ticket"] - means["rest"]).to_numpy())


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
    return Measured(ours + sign, near, np.array(effects))


def _advantage(rows: pd.DataFrame, arm: str, others: pd.DataFrame, other: str, column: str) -> Measured:
    """An arm's advantage over another, averaged over the rounds that both hold."""
    shared = [round for round in pruned_rounds(rows, arm) if round in pruned_rounds(others, other)]
    gain = advantage(rows, arm, others, other, column)
    effects, whole = mean_over(_down_to(rows, shared), gain), mean_over(shared, gain)
    say: Callable[[float], str] = (lambda x: f"{x:,.0f} iterations sooner") if column == ES else (lambda x: f"{x:+.2f} points")
    return Measured(f"{say(effects.mean())}{_over(rows, shared, say(whole.mean()))}", True, effects.to_numpy())


def _shared(rows: pd.DataFrame, *arms: str) -> list[int]:
    """The pruned rounds that all arms hold."""
    return sorted(set.intersection(*(set(pruned_rounds(rows, arm)) for arm in arms)))


def _down_to(rows: pd.DataFrame, rounds: Sequence[int]) -> list[int]:
    return [round for round in rounds if percent(rows, round) >= LEAST_PERCENT]


def _over(rows: pd.DataFrame, rounds: Sequence[int], whole: str) -> str:
    """What a mean over rounds is over, in words, and what it is over all of them."""
    first, last, end = (percent(rows, round) for round in (rounds[0], _down_to(rows, rounds)[-1], rounds[-1]))
    return f", mean over P_m {first:.3g}–{last:.3g}" + (f" (down to {end:.3g}: {whole})" if end < last else "")


def _value(effects: pd.Series, within: Sequence[float], ours: str) -> Measured:
    return Measured(ours, within[0] <= effects.mean() <= within[1], effects.to_numpy())


def _points(effects: pd.Series, within: Sequence[float], where: str = "") -> Measured:
    return _value(effects, within, f"{effects.mean():+.2f} points{where}")


def _times(times: pd.Series, within: Sequence[float], where: str = "") -> Measured:
    return Measured(f"{times.mean():.2f} times{where}", within[0] <= times.mean() <= within[1], times.to_numpy(), none=1.0)


def _threshold(
    rows: pd.DataFrame, crossing: int | None, by_sign: int | None, claimed: int, effects: pd.Series, coarse: int = 1
) -> Measured:
    """A threshold counts as reproduced within two rounds; one that falls between measured rounds, `coarse` apart, is read at the later."""
    if crossing is None:
        return Measured(f"nowhere{_by_sign(rows, by_sign)}", False, effects.to_numpy())
    near = crossing - (coarse - 1) - 2 <= claimed <= crossing + 2
    return Measured(f"P_m {percent(rows, crossing):.3g}{_by_sign(rows, by_sign)}", near, effects.to_numpy())


def _by_sign(rows: pd.DataFrame, crossing: int | None) -> str:
    return "" if crossing is None else f" (by the sign of the mean: P_m {percent(rows, crossing):.3g})"
