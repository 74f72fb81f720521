"""Filling templates from tables."""

import json
from collections.abc import Iterable, Sequence
from functools import partial

import jinja2

from lth.claims.paired import Absent
from lth.errors import LthError
from lth.results.tables import Tables
from lth.sentences.copies import barrier, rise, sharpness
from lth.sentences.lost import lost_ticket
from lth.sentences.masks import cost, least_connected, overlap, ring
from lth.sentences.networks import apart, lead, nearest, networks
from lth.sentences.scaling import scaled
from lth.sentences.structure import initial, units
from lth.sentences.sweeps import best
from lth.sentences.training import training

READERS = (
    networks,
    nearest,
    lead,
    apart,
    best,
    training,
    initial,
    units,
    ring,
    overlap,
    cost,
    least_connected,
    lost_ticket,
    scaled,
    barrier,
    rise,
    sharpness,
)
"""What a template can call, each without its first argument, the tables; `tables` says which experiments have been run."""


def fill(sentences: Iterable[str], tables: Tables, **names: object) -> str:
    """Templates of sentences as one text.

    A sentence whose networks or tables are not there falls away, and one that a condition leaves empty. Raises LthError for a name that does
    not exist.

    names: what the templates read besides READERS.
    """
    known = names | {reader.__name__: partial(reader, tables) for reader in READERS} | {"tables": tables}
    filled = []
    for sentence in sentences:
        try:
            filled.append(" ".join(ENVIRONMENT.from_string(sentence).render(known).split()))
        except Absent:
            continue
        except (jinja2.TemplateError, AttributeError) as error:
            raise LthError(f"{error}, in the sentence {' '.join(sentence.split())!r}") from error
    return " ".join(filter(None, filled))


def given(template: str, **names: object) -> str:
    """A template that several sentences share, with the names that one of them is about."""
    return "".join(f"{{% set {name} = {json.dumps(value)} %}}" for name, value in names.items()) + template


def listed(things: Iterable[object]) -> str:
    """`none`, `a`, `a and b`, `a, b and c`."""
    *most, last = list(map(str, things)) or ["none"]
    return f"{', '.join(most)} and {last}" if most else last


def once(things: Iterable[object]) -> str:
    """The same word is said once."""
    return listed(dict.fromkeys(map(str, things)))


def at(percents: Sequence[str]) -> str:
    """`at P_m 51.3 and 21.1`, or `at no P_m`."""
    return f"at P_m {listed(percents)}" if percents else "at no P_m"


ENVIRONMENT = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
ENVIRONMENT.filters |= {"listed": listed, "once": once, "at": at}
