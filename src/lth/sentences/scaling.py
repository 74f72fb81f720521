"""A claim about Lenet on both scalings of its images, and whether the scaling can be told to matter."""

from dataclasses import dataclass

import pandas as pd

from lth.claims import estimators
from lth.claims.basis import FIRST, L2, SCALINGS, STAND_INS, UNIT
from lth.claims.judge import CLAIMS
from lth.claims.paired import Absent
from lth.results.tables import Tables, missing
from lth.sentences.quantity import Compared, Unit

EFFECT = Unit(
    write=lambda x: f"{x:,.0f}" if x >= 100 else f"{x:.2g}",
    write_gap=lambda x: f"{x:,.0f}" if x >= 100 else f"{x:.2g}",
    ahead="larger",
    behind="smaller",
    neither="neither measurably larger nor smaller",
)


@dataclass(frozen=True)
class Scaled:
    """What a claim's estimator finds with pixels in [0, 1], and how much larger the effect is there, by trial."""

    ours: str
    effect: Compared


def scaled(tables: Tables, id: str, part: str = "") -> Scaled:
    """Both experiments have the same initial weights and batches in a trial. Raises Absent where one has not been run, or where the claim is not on Lenet's experiments alone."""
    claim = next(claim for claim in CLAIMS if (claim.id, claim.part) == (id, part))
    found = []
    for scaling in (L2, UNIT):
        stand_ins = STAND_INS[scaling, FIRST]
        for name, of in claim.needs.items():
            if name not in stand_ins or stand_ins[name] not in tables or missing(tables.names[stand_ins[name]], tuple(of)):
                raise Absent(f"{id} with {SCALINGS[scaling]}")
        read = tables.named({name: tables.names[stand_ins[name]] for name in claim.needs})
        found.append(getattr(estimators, claim.estimator)(read, **claim.options))
    length, unit = found
    if len(length.effects) != len(unit.effects):
        raise Absent(f"{id} of the same trials with both scalings")
    return Scaled(unit.ours, Compared(pd.Series(unit.effects - length.effects), EFFECT))
