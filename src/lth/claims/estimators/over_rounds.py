"""How much, averaged over rounds; and of the dense network's weights, how far they move."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lth.claims.paired import (
    ACCURACY,
    ES,
    LEAST_PERCENT,
    Effect,
    advantage,
    by_trial,
    mean_of,
    mean_over,
    over_dense,
    percent,
    pruned_rounds,
)
from lth.claims.verdict import NOT_REPRODUCED, Measured
from lth.results.tables import Tables


def beats(tables: Tables, *, arm: str, other: str, column: str, experiment: str = "lenet") -> Measured:
    """An arm's advantage over another, in points of accuracy."""
    rows = tables.rows(experiment)
    return _advantage(rows, arm, rows, other, column)


def do_not_differ(
    tables: Tables, *, arm: str, other: str, column: str, experiment: str, points: float, every_round: bool = False
) -> Measured:
    """The same, where the claim is that there is no difference: the whole interval lies within so many points of zero.

    every_round: at each round that both hold, instead of in the mean over them, in which opposite differences cancel. What is returned is the round
    whose interval reaches furthest, of those that lie wholly outside if there are any: one such round refutes the claim, and its difference is the
    most extreme of many.
    """
    if not every_round:
        return replace(beats(tables, arm=arm, other=other, column=column, experiment=experiment), equivalence=points)
    rows = tables.rows(experiment)
    gain = advantage(rows, arm, rows, other, column)
    judged = []
    for round in _shared(rows, arm, other):
        effects = gain(round)
        judged.append(
            Measured(f"{effects.mean():+.2f} points at P_m {percent(rows, round):.3g}", True, effects.to_numpy(), equivalence=points)
        )
    return max(judged, key=lambda found: (found.verdict() == NOT_REPRODUCED, np.abs(found.interval()).max()))


def beats_experiment(
    tables: Tables,
    *,
    other: str,
    column: str,
    experiment: str = "lenet",
    arm: str = "ticket",
    other_arm: str = "ticket",
    margin: float = 0,
) -> Measured:
    """The advantage of Lenet's tickets, or an arm of an experiment, over those of another experiment, in points of accuracy or iterations.

    margin: where the claim is that it is at least as good, so much below counts as that.
    """
    return replace(_advantage(tables.rows(experiment), arm, tables.rows(other), other_arm, column), none=-margin)


def stops_ever_later(tables: Tables, *, experiment: str, arm: str) -> Measured:
    """By how many iterations an arm's early stop moves with each round of pruning: a trial's least-squares slope from the dense network on,
    over the rounds down to LEAST_PERCENT."""
    rows = tables.rows(experiment)
    rounds = [0, *_down_to(rows, pruned_rounds(rows, arm))]
    stops = np.array([by_trial(rows, arm if round else "ticket", round, ES) for round in rounds])
    slopes = np.polyfit(rounds, stops, deg=1)[0]
    return Measured(f"{slopes.mean():+,.0f} iterations per round", True, slopes)


def gains_over_dense(tables: Tables, *, experiment: str, arm: str, least_percent: float, margin: float = 0) -> Measured:
    """How many points an arm is more accurate than the dense network, averaged over the rounds down to a P_m.

    margin: where the claim is that it holds or rises, so many points below count as held.
    """
    rows = tables.rows(experiment)
    gain = mean_over(pruned_rounds(rows, arm, least_percent), over_dense(rows, ACCURACY, arm))
    return Measured(f"{gain.mean():+.2f} points", True, gain.to_numpy(), none=-margin)


def nearer(tables: Tables, *, arm: str, to: str, than: str) -> Measured:
    """How much nearer, in points of accuracy, an arm lies to one arm than to another: the mean distance over the rounds that all hold."""
    rows = tables.rows("lenet")
    shared = _shared(rows, arm, to, than)

    def distance(other: str) -> Effect:
        return lambda round: advantage(rows, other, rows, arm, ACCURACY)(round).abs()

    near, away = (mean_over(_down_to(rows, shared), distance(other)) for other in (to, than))
    whole = mean_over(shared, lambda round: distance(than)(round) - distance(to)(round))
    ours = f"{near.mean():.2f} points from {to}, {away.mean():.2f} from {than}{_over(rows, shared, f'{whole.mean():+.2f} nearer {to}')}"
    return Measured(ours, True, (away - near).to_numpy(), of=f"how much nearer {to}")


def loses_little(tables: Tables, *, arm: str, other: str, least_percent: float, share: float) -> Measured:
    """What an arm loses against the ticket, held against a share of the ticket's lead over another arm, over the rounds down to a P_m."""
    rows = tables.rows("lenet")
    rounds = [round for round in _shared(rows, "ticket", arm, other) if percent(rows, round) >= least_percent]
    loss, lead = (mean_over(rounds, advantage(rows, "ticket", rows, than, ACCURACY)) for than in (arm, other))
    ours = f"loses {loss.mean():.2f} points of a lead of {lead.mean():.2f}, {mean_of(rows, rounds)}"
    return Measured(ours, loss.mean() < share * lead.mean(), (share * lead - loss).to_numpy(), of=f"{share:.0%} of the lead, less the loss")


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
    return Measured(ours, True, (means["ticket"] - means["rest"]).to_numpy(), of="how much further")


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
    counted, end = _down_to(rows, rounds), percent(rows, rounds[-1])
    return f", {mean_of(rows, counted)}" + (f" (down to {end:.3g}: {whole})" if len(counted) < len(rounds) else "")
