"""Magnitude pruning (paper, section 1, step 3), and the ways to find tickets with it."""

from lth.pruning.ranking import DivergedError, Masks, percent_remaining, prune_global, prune_layerwise

__all__ = ["DivergedError", "Masks", "percent_remaining", "prune_global", "prune_layerwise"]
