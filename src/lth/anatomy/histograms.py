"""Histograms as tables: columns low, high and count, one row per bin."""

import math

import numpy as np
import pandas as pd

FRACTION_BINS = 50


def multiples(values: np.ndarray, step: float) -> np.ndarray:
    """Edges of bins that hold all values: multiples of `step`, 0 among them where values lie on both sides of it."""
    return np.arange(math.floor(values.min() / step), math.floor(values.max() / step) + 2) * step


def histogram(values: np.ndarray, edges: np.ndarray) -> pd.DataFrame:
    """Counts of values between ascending edges; those outside count in the first or last bin."""
    counts, _ = np.histogram(values.clip(edges[0], edges[-1]), edges)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": counts})


def fractions(parts: np.ndarray, whole: int) -> pd.DataFrame:
    """Counts of the fractions parts / whole, for integers, in FRACTION_BINS equal bins from 0 to 1."""
    bins = np.minimum(parts * FRACTION_BINS // whole, FRACTION_BINS - 1)
    edges = np.arange(FRACTION_BINS + 1) / FRACTION_BINS
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": np.bincount(bins, minlength=FRACTION_BINS)})
