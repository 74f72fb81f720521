"""The trained networks of one arm and round, as sentences read them; and an arm's lead over another, round by round."""

import math
from dataclasses import dataclass

import pandas as pd

from lth.claims.paired import LEAST_PERCENT, Absent, by_trial, percent, pruned_rounds
from lth.config import Experiment, OptimiserConfig, load_experiment
from lth.measures import COLLAPSED
from lth.results.tables import Tables
from lth.sentences.quantity import ACCURACY, ITERATION, Compared, Quantity


@dataclass(frozen=True)
class Networks:
    """An arm of an experiment at one round: `networks("lenet", "reinit", 7)`."""

    folder: str
    rows: pd.DataFrame
    arm: str
    round: int
    variant: float | None = None
    """Of a sweep, the value that they were trained in; their rows are then its alone."""

    @property
    def plan(self) -> Experiment:
        return load_experiment(self.folder)

    @property
    def optimiser(self) -> OptimiserConfig:
        """What they were trained by."""
        return self.plan.training.optimiser_of(self.variant)

    @property
    def P_m(self) -> str:
        return f"{percent(self.rows, self.round):.3g}"

    @property
    def stop(self) -> Quantity:
        """Iteration of early stop."""
        return Quantity(by_trial(self.rows, self.arm, self.round, "es_iteration"), ITERATION)

    @property
    def accuracy(self) -> Quantity:
        """Test accuracy at early stop."""
        return self._accuracy("es_test_accuracy")

    @property
    def validation(self) -> Quantity:
        """Validation accuracy at early stop."""
        return self._accuracy("es_validation_accuracy")

    @property
    def final(self) -> Quantity:
        """Test accuracy at the last iteration."""
        return self._accuracy("final_test_accuracy")

    @property
    def final_validation(self) -> Quantity:
        """Validation accuracy at the last iteration."""
        return self._accuracy("final_validation_accuracy")

    @property
    def count(self) -> int:
        return len(self._rows())

    @property
    def train(self) -> Quantity:
        """Training accuracy at the last iteration."""
        return self._accuracy("final_train_accuracy")

    @property
    def unlearnt(self) -> list[str]:
        """The early stops of those that have learnt next to nothing, earliest first."""
        rows = self._rows()
        return [ITERATION.write(stop) for stop in sorted(rows[rows["es_test_accuracy"] < COLLAPSED]["es_iteration"])]

    def _accuracy(self, column: str) -> Quantity:
        return Quantity(by_trial(self.rows, self.arm, self.round, column), ACCURACY)

    def _rows(self) -> pd.DataFrame:
        return self.rows[(self.rows["arm"] == self.arm) & (self.rows["round"] == self.round)]


@dataclass(frozen=True)
class Lead:
    """How far an arm is ahead of another at every round that both hold, down to the P_m below which networks collapse."""

    by_round: dict[str, Compared]
    """By P_m, in the order of pruning."""

    @property
    def ahead(self) -> list[str]:
        """The P_m at which the interval lies above zero."""
        return [P_m for P_m, compared in self.by_round.items() if compared.ahead]

    @property
    def behind(self) -> list[str]:
        """Those at which it lies below."""
        return [P_m for P_m, compared in self.by_round.items() if compared.behind]

    @property
    def ahead_from(self) -> str | None:
        """The P_m from which on it lies above zero to the last (None: not even there)."""
        found = None
        for P_m, compared in reversed(self.by_round.items()):
            if not compared.ahead:
                break
            found = P_m
        return found

    @property
    def holds_to(self) -> str | None:
        """The P_m down to which it never lies below (None: it does at once)."""
        found = None
        for P_m, compared in self.by_round.items():
            if compared.behind:
                break
            found = P_m
        return found

    @property
    def last(self) -> str:
        return list(self.by_round)[-1]

    @property
    def largest(self) -> Compared:
        return self.by_round[self.largest_at]

    @property
    def largest_at(self) -> str:
        return max(self.by_round, key=lambda P_m: self.by_round[P_m].effects.mean())


@dataclass(frozen=True)
class Apart:
    """Networks of one round of several experiments, as one quantity tells them from those of another."""

    P_m: str
    ahead: list[Networks]
    neither: list[Networks]
    behind: list[Networks]

    @property
    def all(self) -> list[Networks]:
        return sorted([*self.ahead, *self.neither, *self.behind], key=lambda one: one.folder)


def networks(tables: Tables, experiment: str, arm: str = "ticket", round: int = 0) -> Networks:
    """Raises Absent where the experiment has not been run, or lacks these networks."""
    rows = rows_of(tables, experiment)
    if round not in [0, *pruned_rounds(rows, arm)]:
        raise Absent(f"{experiment} ({arm} of r{round:02})")
    return Networks(tables.names[experiment], rows, arm, round)


def nearest(tables: Tables, experiment: str, to: str) -> Networks:
    """The tickets of an experiment whose P_m is nearest, as a ratio, to one written."""
    rows = rows_of(tables, experiment)
    return networks(
        tables, experiment, "ticket", min(set(rows["round"]), key=lambda round: abs(math.log(percent(rows, round) / float(to))))
    )


def lead(tables: Tables, experiment: str, quantity: str, over: str = "dense", arm: str = "ticket", least: float = LEAST_PERCENT) -> Lead:
    """An arm's lead in a quantity of Networks over another arm; `dense` is the unpruned network. least: the lowest P_m that counts."""
    rows = rows_of(tables, experiment)
    rounds = [round for round in pruned_rounds(rows, arm, least) if over == "dense" or round in pruned_rounds(rows, over)]
    if not rounds:
        raise Absent(f"{experiment} ({arm} and {over} of one round)")
    by_round = {}
    for round in rounds:
        mine = networks(tables, experiment, arm, round)
        other = networks(tables, experiment) if over == "dense" else networks(tables, experiment, over, round)
        by_round[mine.P_m] = getattr(mine, quantity).over(getattr(other, quantity))
    return Lead(by_round)


def apart(tables: Tables, prefix: str, quantity: str, round: int, than: str) -> Apart:
    """How a quantity tells tickets of the experiments whose names begin alike from those of another experiment."""
    reference = networks(tables, than, "ticket", round)
    found: dict[str, list[Networks]] = {"ahead": [], "neither": [], "behind": []}
    for name in filter(lambda name: name.startswith(prefix), tables):
        one = networks(tables, name, "ticket", round)
        effect = getattr(one, quantity).over(getattr(reference, quantity))
        found[effect.say("ahead", "behind", "neither")].append(one)
    return Apart(reference.P_m, **found)


def rows_of(tables: Tables, experiment: str) -> pd.DataFrame:
    """An experiment's rows. Raises Absent where it has not been run."""
    if experiment not in tables:
        raise Absent(experiment)
    return tables.rows(experiment)
