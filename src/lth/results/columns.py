"""The columns of the tidy tables: what is measured of every network, and how it is told from the others."""

from lth import measures
from lth.measures import IDENTITY, MEASURED, VARIANT

COLUMNS = {
    "experiment": "its folder's name under pipelines/<collection>/",
    "scale": "its collection: paper, quick, desk or beyond",
    "arm": "ticket, the control (reinit, reshuffle, sparsity, resampled, noise-0.5, …), or retrained: pruned and trained on",
    "round": "prunings behind it, or the level of pruning at once; 0 is the dense network",
    "trial": "0, 1, …; each has its own initialisation",
    "draw": "0, 1, … among a control's networks of one trial and round; 0 for tickets",
    "percent_remaining": "P_m: percentage of all weights that remain; of controls named …-dense, in the ticket whose values they have",
    "weights_remaining": "the same as a count",
    "iterations": "length of the training",
    "learning_rate": "base learning rate",
    **MEASURED,
    "engine": "engine and the id of its arithmetic",
    "device": "cpu, or the GPU's name",
    "library": "library that computed, its version, and on a GPU the precision of its float32 products",
}

SWEEP = {VARIANT: "in a sweep alone: the value of the key that training.vary names"}

RANGES = {
    **{name: (0, 1) for name in MEASURED if name.endswith("accuracy")},
    **{name: (0, 1) for name in measures.CURVES if name.endswith("accuracy")},
    "percent_remaining": (0, 100),
}
"""Least and most of a column; those of the others, which are numbers too, are 0 and whatever is finite."""

TEXT = ("experiment", "scale", "arm", "engine", "device", "library")
"""The columns that hold words; all others hold numbers."""

CURVES = {
    **{name: COLUMNS[name] for name in IDENTITY},
    "iteration": "mini-batches trained",
    **measures.CURVES,
}

_TICKET = {
    "round": COLUMNS["round"],
    "percent_remaining": COLUMNS["percent_remaining"],
    "trial": COLUMNS["trial"],
}
_BIN = {
    "low": "lower edge of the bin, which belongs to it",
    "high": "upper edge; that of the last bin belongs to it",
    "count": "how many lie in the bin",
}

STRUCTURE = {
    **_TICKET,
    "layer": "layer of the network: its weights, their outputs (incoming) or their inputs (outgoing)",
    "quantity": "value: initial values of the surviving weights; incoming, outgoing: share of each unit's connections that survive",
    **_BIN,
}
"""structure.parquet: histograms of every ticket, one row per bin."""

MAPS = {
    **_TICKET,
    "row": "row of the pixel, 0 at the top",
    "column": "column of the pixel, 0 at the left",
    "survivors": "surviving connections of the first layer that read the pixel",
}
"""maps.parquet: where in the image the tickets of a network of dense layers look, one row per pixel."""

OVERLAP = {
    "round": COLUMNS["round"],
    "percent_remaining": COLUMNS["percent_remaining"],
    "layer": "layer of the network",
    "trial": "the one trial",
    "other": "the other trial",
    "jaccard": "connections that survive in both, as a share of those that survive in either",
    "chance": "the same, expected of random masks with as many connections in the layer",
    "chance_by_input": "the same, expected of random masks with as many connections from each input of the layer",
}
"""overlap.parquet: how alike the masks of every two trials are, one row per layer."""

COST = {
    **_TICKET,
    "connections": "surviving weights",
    "connected": "those of them that lie on a path from a pixel to an output",
    "multiply_adds": "multiplications and additions, counted together, for one image: one a surviving weight and place it is used at",
    "ticket_bytes": "size of the committed files that the ticket is read from, a trial: seed, and the prunings of all rounds before",
    "least_bytes": "log2 of the number of masks with as many survivors in each layer, the least that such a mask takes on average",
    "dense_bytes": "size of the dense network's weights and biases as float32",
}
"""cost.parquet: what tickets cost to run and to keep, one row per ticket."""

_MOVED = {
    "round": "the round whose ticket is the eventual one",
    "percent_remaining": "P_m of that ticket",
    "trial": COLUMNS["trial"],
    "part": "ticket: weights that survive in the eventual ticket; rest: the others",
    "quantity": "distance: |final - initial| of a weight of the dense network; growth: |final| - |initial|",
}

MOVEMENT = {**_MOVED, "layer": "layer of the network", **_BIN}
"""movement.parquet: histograms of how far the dense networks' weights move in training, one row per bin."""

MEAN_MOVEMENT = {
    **_MOVED,
    "layer": "layer of the network",
    "weights": "how many weights the mean is of",
    "mean": "mean of the quantity",
}
"""mean_movement.parquet: the means, one row per trial, layer, part and quantity."""

_PAIR = {
    "line": "what is joined: orders, two copies of a network; parent, pruned and reinit, the ticket with the network of the round before, with what "
    "pruning left of it, with fresh values; dense, the same weights there",
    "arm": "dense, ticket, reinit, reshuffle, or random: a random structure over the dense network's own values",
    **_TICKET,
}

LINES = {
    **_PAIR,
    "share": "of the first network on the line, from 0 to 1; the second has the rest",
    "train_error": "share of the training images classified wrongly",
    "train_loss": "mean cross-entropy on the training images, nats",
    "test_error": "share of the test images",
    "test_loss": "mean cross-entropy on the test images, nats",
}
"""lines.parquet: the straight lines between trained networks, one row per point."""

DISTANCES = {**_PAIR, "distance": "L2 distance of the two networks, over surviving weights"}
"""distances.parquet: how far trained networks are apart, one row per pair."""

_DRAWN_AROUND = {
    "network": "dense, ticket, or ticket in full: of directions that leave the ticket's subspace",
    **_TICKET,
    "draw": "0, 1, … among the trial's directions",
}

LANDSCAPE = {
    **_DRAWN_AROUND,
    "x": "how far along the first direction, in norms of each unit's weights",
    "y": "how far along the second",
    "loss": "mean cross-entropy on the first training images, nats",
}
"""landscape.parquet: the loss around networks at the end of training, one row per point."""

PLANE = {
    "trial": COLUMNS["trial"],
    "round": COLUMNS["round"],
    "network": "dense, ticket or reinit where the point is one of these; else nothing",
    "x": "from the pruned dense network towards the ticket, L2",
    "y": "across, towards the reinit",
    "loss": LANDSCAPE["loss"],
    "error": "share of the first training images classified wrongly",
}
"""plane.parquet: the plane through three networks of one structure."""

CURVATURE = {
    "arm": "dense, ticket or reinit",
    **_TICKET,
    "place": "0 for the largest eigenvalue, 1 for the next, …; -1 for the smallest",
    "eigenvalue": "of the Hessian of the loss over surviving weights and biases",
    "residual": "norm of what the eigenvector lacks to be one",
    "loss": LANDSCAPE["loss"],
}
"""curvature.parquet: the ends of the Hessian's spectrum, one row per eigenvalue."""
