"""Named random streams: every random number of the project comes from one of these.

A stream is named by words and numbers: `stream(seed, "init", "lenet-mnist", trial)`. Its generator is NumPy's Philox, keyed by the
SHA-256 of the name, so streams are independent and a draw never depends on what was drawn before it elsewhere.
The streams in use (family = network and data set):

    split(data set)                               the validation images
    init(family, trial)                           a trial's initial weights
    order(family, trial, round, epoch)            the order of the training images, shared by all arms of a trial and round
    augment(family, trial, round, epoch)          how each image of an epoch is mirrored and cropped, shared likewise
    order/copy 1, augment/copy 1 (…)              the same for another copy of a network
    reinit(family, trial, round, draw)            fresh weights of a random reinitialisation
    reshuffle(family, trial, round, draw)         where a ticket's connections move to
    sparsity(family, trial, round, draw)          structure and weights of a random sparse network
    resample(family, trial, round, draw)          which of a ticket's own values a connection gets
    noise(family, trial, round, draw)             what is added to a ticket's values
    gaussian(family, trial, round, draw)          values of a ticket's deviation, in all places (`lth.tickets.values`)
    drawn(family, trial, round, draw)             which of a ticket's own values each place gets
    signs(family, trial, round, draw)             the signs of values of a ticket's deviation
    dropout(family, arm, trial, round, draw)      the units that dropout drops
    direction(family, trial, draw)                the plane through a network on which a loss landscape is drawn
    lanczos(family, trial)                        where the search for a Hessian's eigenvalues begins
    accept(experiment)                            the networks that `make accept` trains again
"""

import hashlib

import numpy as np


def stream(seed: int, *name: str | int) -> np.random.Generator:
    """The generator of one named stream, at its beginning."""
    return np.random.Generator(np.random.Philox(key=_key(seed, name)))


def torch_seed(seed: int, *name: str | int) -> int:
    """A 63-bit seed for a torch generator on the named stream (dropout, where masks are drawn on the device)."""
    return _key(seed, name) >> 65


def _key(seed: int, name: tuple[str | int, ...]) -> int:
    text = "/".join(str(part) for part in (seed, *name))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
