"""What is measured of a trained network, and what tells one from another: whoever stores, tabulates or compares it reads the names here."""

from collections.abc import Sequence

SPLITS = ("validation", "test", "train")


KINDS = {"loss": "mean cross-entropy, nats,", "accuracy": "share classified correctly"}
"""What evaluating a network on a split gives, in this order."""


POINTS = {"es": "at the early stop", "final": "at the last iteration"}
"""The weights that a network is measured with."""


SCORES = {
    f"{point}_{split}_{kind}": f"{text} on the {split} images {when}"
    for point, when in POINTS.items()
    for split in SPLITS
    for kind, text in KINDS.items()
}
"""What the evaluations at these points give."""


MEASURED = {"es_iteration": "early stop: iteration of minimum validation loss, the first on ties", **SCORES}
"""All that is one number a network."""


CURVES = {
    "validation_loss": "mean cross-entropy on the validation images, nats, float32",
    "validation_accuracy": "share of the validation images classified correctly, float32",
    "test_accuracy": "share of the test images, float32; missing where not measured",
}
"""All that is one number a network and evaluation point, named by split and kind."""


IDENTITY = ["arm", "round", "trial", "draw"]
"""What tells one network of an experiment from another; in a sweep (`training.vary`) its VARIANT does too."""

VARIANT = "variant"


def barrier(errors: Sequence[float]) -> float:
    """How far the highest error on a line between two networks rises above the mean of its ends (arXiv 1912.05671, section 2).

    errors: [points], those of the two ends first and last. Between copies of one network it is the network's instability.
    """
    return max(errors) - (errors[0] + errors[-1]) / 2


COLLAPSED = 0.2
"""Test accuracy below which a network of ten classes has collapsed: it has learnt next to nothing, and its early stop means little."""
