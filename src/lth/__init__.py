"""The Lottery Ticket Hypothesis (Frankle & Carbin, ICLR 2019), reproduced.

The package imports lazily: `import lth` costs nothing until one of the names below is used.
"""

from importlib import import_module

__version__ = "0.3.0"

_HOMES = {
    "LthError": "lth.errors",
    "load_ticket": "lth.tickets",
    "rewind": "lth.experiments.rewinding",
    "prune_layerwise": "lth.pruning",
    "prune_global": "lth.pruning",
    "load_results": "lth.results.files",
    "load_curves": "lth.results.files",
    "load_claims": "lth.claims.table:load_verdicts",
    "load_data": "lth.data",
    "list_experiments": "lth.results.listing",
    "BatchOrder": "lth.training.plan",
    "compare": "lth.claims.compare",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str):
    if name in _HOMES:
        module, _, there = _HOMES[name].partition(":")
        return getattr(import_module(module), there or name)
    raise AttributeError(f"module 'lth' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
