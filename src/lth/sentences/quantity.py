"""What a sentence reads: a quantity by trial, which writes its mean, and two of them compared within trials, which say what the interval allows."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from lth.claims.paired import Absent
from lth.claims.verdict import interval


@dataclass(frozen=True)
class Unit:
    """How a quantity is written and compared."""

    write: Callable[[float], str]
    write_gap: Callable[[float], str]
    ahead: str
    behind: str
    neither: str
    sign: int = 1
    """1 where more is ahead, -1 where less is."""


ITERATION = Unit(
    write=lambda x: f"{round(x, -2):,.0f}",
    write_gap=lambda x: f"{round(x, -1):,.0f} iterations",
    ahead="earlier",
    behind="later",
    neither="neither measurably earlier nor later",
    sign=-1,
)
ACCURACY = Unit(
    write=lambda x: f"{100 * x:.1f}%",
    write_gap=lambda x: f"{100 * x:.2f} points",
    ahead="more accurate",
    behind="less accurate",
    neither="neither measurably more nor less accurate",
)
LOSS = Unit(
    write=lambda x: f"{x:.3f}",
    write_gap=lambda x: f"{x:.3f}",
    ahead="lower",
    behind="higher",
    neither="neither measurably lower nor higher",
    sign=-1,
)
SHARE = Unit(
    write=lambda x: f"{100 * x:.0f}%",
    write_gap=lambda x: f"{100 * x:.0f}%",
    ahead="more",
    behind="less",
    neither="neither measurably more nor less",
)
COUNT = Unit(
    write=lambda x: f"{x:,.0f}" if x >= 10 else f"{x:.1f}",
    write_gap=lambda x: f"{x:,.1f}",
    ahead="more",
    behind="fewer",
    neither="neither measurably more nor fewer",
)


@dataclass(frozen=True)
class Compared:
    """A paired difference: how far one is ahead of another, by trial.

    Written, it is one of three words: the unit's `ahead` where the 95% interval over trials lies above zero, `behind` where it lies below,
    `neither` where it contains zero.
    """

    effects: pd.Series
    unit: Unit

    @property
    def ahead(self) -> bool:
        return self._interval()[0] > 0

    @property
    def behind(self) -> bool:
        return self._interval()[1] < 0

    @property
    def gap(self) -> str:
        """The mean difference, without its sign."""
        return self.unit.write_gap(abs(self.effects.mean()))

    @property
    def signed(self) -> str:
        """The same, with a minus where it is behind."""
        return self._signed(self.effects.mean())

    @property
    def interval(self) -> str:
        """From where to where the 95% interval goes."""
        return " to ".join(map(self._signed, self._interval()))

    def say(self, ahead: str, behind: str, neither: str) -> str:
        """One of three texts, as the interval has it."""
        return ahead if self.ahead else behind if self.behind else neither

    def __str__(self) -> str:
        return self.say(self.unit.ahead, self.unit.behind, self.unit.neither)

    def _signed(self, effect: float) -> str:
        return ("−" if effect < 0 else "") + self.unit.write_gap(abs(effect))

    def _interval(self) -> tuple[float, float]:
        return interval(self.effects)


@dataclass(frozen=True)
class Quantity:
    """One number a trial; written, it is their mean."""

    by_trial: pd.Series
    unit: Unit

    def over(self, other: "Quantity") -> Compared:
        """How far it is ahead of another, over the trials that both have. Raises Absent where these are fewer than two."""
        effects = self.unit.sign * (self.by_trial - other.by_trial).dropna()
        if len(effects) < 2:
            raise Absent("two trials that both have")
        return Compared(effects, self.unit)

    def times(self, other: "Quantity") -> str:
        """How many times as large as another it is, in the mean."""
        return f"{self.by_trial.mean() / other.by_trial.mean():.2f}"

    @property
    def within(self) -> str:
        """The mean and its 95% interval over trials: `0.34 points (0.11 to 0.57)`."""
        bounds = (self.unit.write(bound).partition(" ")[0].replace("-", "−") for bound in interval(self.by_trial))
        return f"{self} ({' to '.join(bounds)})"

    def __str__(self) -> str:
        return self.unit.write(self.by_trial.mean())
