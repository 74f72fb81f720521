"""On what a claim is judged: which scaling of the images, and which trials.

The paper does not say how it scales images, so that claims about Lenet are judged on both ways. The first trials had been seen when the rules took
their present form; what they say is exploratory. Fresh trials, by the same rules, confirm it or do not, and all of them together say it best.
"""

from collections.abc import Collection
from dataclasses import dataclass

L2, UNIT = "l2", "unit"
"""Images of unit length, and pixels in [0, 1]."""
FIRST, FRESH, ALL = "first", "fresh", "all"

STAND_INS = {
    (L2, FIRST): {"lenet": "lenet", "lenet-oneshot": "lenet-oneshot", "lenet-continued": "lenet-continued"},
    (L2, FRESH): {"lenet": "lenet-fresh", "lenet-oneshot": "lenet-fresh-oneshot"},
    (UNIT, FIRST): {"lenet": "lenet-unit", "lenet-oneshot": "lenet-unit-oneshot", "lenet-continued": "lenet-unit-continued"},
    (UNIT, FRESH): {"lenet": "lenet-unit-fresh", "lenet-oneshot": "lenet-unit-fresh-oneshot"},
}
"""Experiments that are read in place of those that a claim names."""


SCALINGS = {L2: "images of unit length", UNIT: "pixels in [0, 1]"}
TRIALS = {FRESH: "fresh trials", FIRST: "first trials", ALL: "all trials"}
"""In words, in the order that they are shown in."""


@dataclass(frozen=True)
class Basis:
    """One way to judge a claim."""

    scaling: str = ""
    """Of Lenet's images, L2 or UNIT; empty for a claim about other networks."""
    trials: str = FIRST
    """FIRST, FRESH, or ALL: both together."""

    def experiments(self, name: str) -> list[str]:
        """Those that are read for one that a claim names."""
        parts = (FIRST, FRESH) if self.trials == ALL else (self.trials,)
        return [STAND_INS.get((self.scaling, part), {}).get(name, name) for part in parts]


PLAIN = Basis()
"""On the very experiments that a claim names."""


def bases(id: str, needs: Collection[str], collection: str = "paper") -> list[Basis]:
    """All ways to judge a claim. The fresh trials are for the claims of the paper's section 2, whose names begin with lenet-; what came after the
    paper is judged on the very experiments that it names."""
    if collection != "paper" or not all(name.startswith("lenet") for name in needs):
        return [PLAIN]
    trials = (FIRST, FRESH, ALL) if id.startswith("lenet-") else (FIRST,)
    return [
        Basis(scaling, part)
        for scaling in (L2, UNIT)
        for part in trials
        if (scaling, part) == (L2, FIRST) or set(needs) <= set(STAND_INS[scaling, FRESH if part == ALL else part])
    ]
