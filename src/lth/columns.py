"""The columns of the tidy tables: what is measured of every network, and how it is told from the others."""

SPLITS = ("validation", "test", "train")
SCORES = tuple(f"{point}_{split}_{score}" for point in ("es", "final") for split in SPLITS for score in ("loss", "accuracy"))
"""Measured of every network, at its early stop and at its last iteration: mean cross-entropy in nats, accuracy as a share."""

IDENTITY = ["arm", "round", "trial", "draw"]
"""What tells one network of an experiment from another."""

COLUMNS = {
    "experiment": "folder under pipelines/",
    "scale": "paper or quick",
    "arm": "ticket, or the control: reinit, reshuffle, sparsity, resampled, noise-0.5, …",
    "round": "prunings behind it, or the level of pruning at once; 0 is the dense network",
    "trial": "0, 1, …; each has its own initialisation",
    "draw": "0, 1, … among a control's networks of one trial and round; 0 for tickets",
    "percent_remaining": "P_m: percentage of all weights that remain",
    "weights_remaining": "the same as a count",
    "iterations": "length of the training",
    "learning_rate": "base learning rate",
    "es_iteration": "early stop: iteration of minimum validation loss, the first on ties",
    **{
        f"{point}_{split}_{score}": f"{text} on the {split} images {when}"
        for point, when in (("es", "at the early stop"), ("final", "at the last iteration"))
        for split in SPLITS
        for score, text in (("loss", "mean cross-entropy, nats,"), ("accuracy", "share classified correctly"))
    },
    "engine": "engine and the id of its arithmetic",
    "device": "cpu, or the GPU's name",
    "library": "library that computed, and its version",
}

CURVES = {
    **{name: COLUMNS[name] for name in IDENTITY},
    "iteration": "mini-batches trained",
    "validation_loss": "mean cross-entropy on the validation images, nats, float32",
    "validation_accuracy": "share of the validation images classified correctly, float32",
    "test_accuracy": "share of the test images, float32; missing where not measured",
}
