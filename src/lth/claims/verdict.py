"""The rule by which a claim is judged.

reproduced       the estimate is within the tolerance, and the 95% interval over trials excludes "no effect" in the claimed direction
direction only   the interval excludes it in the claimed direction; the estimate is outside the tolerance
inconclusive     the interval contains "no effect"
not reproduced   the interval excludes it on the other side
not run          results are missing

Where the claim is that there is no effect ("do not differ", "no better than"), or names a level, from which ours shall not differ: reproduced
where the interval lies wholly within the equivalence bounds, not reproduced where it lies wholly outside them, inconclusive otherwise. The
bounds are ±0.5 points of accuracy for two arms, and the tolerance of a level.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lth.errors import LthError

REPRODUCED, DIRECTION, INCONCLUSIVE, NOT_REPRODUCED, NOT_RUN = (
    "reproduced",
    "direction only",
    "inconclusive",
    "not reproduced",
    "not run",
)
VERDICTS = (REPRODUCED, DIRECTION, INCONCLUSIVE, NOT_REPRODUCED, NOT_RUN)

DIGITS = {"iterations": ",.0f", "iterations per round": ",.0f", "% of the dense early stop": ".1f", "distance of weights": ".3f"}
"""Of an interval's ends, by unit; others are written to two decimals."""


@dataclass(frozen=True)
class Measured:
    """What an estimator found."""

    ours: str
    """The estimate in the words of the paper's value, for people."""
    within: bool
    """Whether it is within the tolerance."""
    effects: np.ndarray
    """float64 [trials]: each trial's effect, larger in the claimed direction; `none` is no effect."""
    none: float = 0.0
    equivalence: float | None = None
    """The claim is that there is no effect, or that a level is `none`: how far from it the interval may reach. Noise alone reproduces nothing so."""
    of: str = ""
    """What the effects are, where `ours` tells of something else."""

    def interval(self) -> tuple[float, float]:
        """The 95% interval of the mean effect over trials, by Student's t."""
        return interval(self.effects)

    def verdict(self) -> str:
        low, high = self.interval()
        if self.equivalence is not None:
            least, most = self.none - self.equivalence, self.none + self.equivalence
            if least < low and high < most:
                return REPRODUCED
            return NOT_REPRODUCED if high < least or low > most else INCONCLUSIVE
        if high < self.none:
            return NOT_REPRODUCED
        if not low > self.none:
            return INCONCLUSIVE
        return REPRODUCED if self.within else DIRECTION


def interval(effects: Sequence[float]) -> tuple[float, float]:
    """95% interval of a mean by Student's t: the mean alone where all effects are equal. Raises LthError for fewer than two."""
    effects = np.asarray(effects, float)
    if len(effects) < 2:
        raise LthError(f"a 95% interval needs two trials, not {len(effects)}: raise `trials` in the experiment's params.yaml")
    from scipy import special  # which nothing waits for that only reads verdicts

    half = special.stdtrit(len(effects) - 1, 0.975) * effects.std(ddof=1) / len(effects) ** 0.5
    return effects.mean() - half, effects.mean() + half


def ends(low: float, high: float, unit: str) -> str:
    """From where to where an interval goes, in the digits of its unit; an end that these would make zero shows on which side of it it lies."""

    def write(end: float) -> str:
        written = f"{end:{DIGITS.get(unit, ',.2f')}}"
        return written if float(written.replace(",", "")) or not end else f"{end:.1g}"

    return f"{write(low)} to {write(high)}".replace("-", "−")
