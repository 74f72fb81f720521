"""The Lottery Ticket Hypothesis (Frankle & Carbin, ICLR 2019), reproduced.

The package imports lazily: `import lth` costs nothing until one of the names below is used.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "load_ticket": "lth.tickets",
    "prune_layerwise": "lth.pruning",
    "prune_global": "lth.pruning",
    "load_results": "lth.results.files",
    "load_curves": "lth.results.files",
    "load_claims": "lth.claims.table",
    "load_data": "lth.data",
    "list_experiments": "lth.results.listing",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'lth' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
