"""What is measured of a trained network, and what tells one from another."""

SPLITS = ("validation", "test", "train")


SCORES = tuple(f"{point}_{split}_{score}" for point in ("es", "final") for split in SPLITS for score in ("loss", "accuracy"))
"""Measured of every network, at its early stop and at its last iteration: mean cross-entropy in nats, accuracy as a share."""


IDENTITY = ["arm", "round", "trial", "draw"]
"""What tells one network of an experiment from another."""
