"""A ticket as one self-contained file that plain PyTorch reads, without this package.

The safetensors file holds, for each layer, the weights that it starts from, initial ones or those it is rewound to, float32 with pruned ones at
zero (`fc1.weight`), its bias, and its mask, one bit per weight in C order, most significant first (`fc1.weight.mask`, uint8), and batchnorm's
scales, biases and statistics where there are any. Its metadata are strings that say what it is;
`sha256` is that of all tensors' bytes in the order of their names.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from lth.errors import LthError
from lth.storage import write_atomically
from lth.tickets import Ticket

SCALINGS = {
    "unit": "unit: pixels divided by 255",
    "l2": "l2: each image divided by its Euclidean norm",
    "standardised": "standardised: pixels divided by 255, then each channel less its mean over the training images, divided by its deviation",
}

OPTIMISERS = {
    "adam": "Adam, with torch.optim.Adam's defaults beside the rate",
    "sgd": "SGD without momentum",
    "momentum": "SGD with momentum 0.9",
}

READ = """\
import hashlib, numpy as np, torch
from safetensors import safe_open

with safe_open("{name}", "pt") as file:
    about = file.metadata()
    tensors = {name: file.get_tensor(name) for name in file.keys()}
content = b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))
assert hashlib.sha256(content).hexdigest() == about["sha256"], "the file is damaged"
masks = {}
for name in [name for name in tensors if name.endswith(".mask")]:
    shape = tensors[name.removesuffix(".mask")].shape
    bits = np.unpackbits(tensors.pop(name).numpy(), count=shape.numel())
    masks[name.removesuffix(".mask")] = torch.from_numpy(bits).view(shape).bool()
# tensors: a state_dict of the weights, biases and batchnorm that training starts from; masks: bool, by the names of the weights
"""


def how_to_read(file: Path) -> str:
    """Lines of Python that read an exported ticket."""
    return READ.replace("{name}", file.name)


def how_to_train(ticket: Ticket) -> dict[str, str]:
    """What metadata say of training: optimiser, rate, batch, length, and the one rule of a ticket."""
    training = ticket.experiment.training
    optimiser = training.optimiser_of(ticket.variant)
    further = {
        "weight decay": f"{optimiser.weight_decay:g}" if optimiser.weight_decay else "",
        "warmup": f"linear from 0 over {optimiser.warmup:,} iterations" if optimiser.warmup else "",
        "drops": f"divided by 10 at iterations {', '.join(f'{drop:,}' for drop in optimiser.drops)}" if optimiser.drops else "",
        "dropout": f"{ticket.network.dropout:g} of hidden dense units" if ticket.network.dropout else "",
        "augmentation": "random flips and crops" if training.augment else "",
    }
    return {
        "optimiser": OPTIMISERS[optimiser.name],
        "learning rate": f"{optimiser.learning_rate:g}",
        "batch": f"{training.batch_size} images",
        "iterations": f"{training.iterations:,}",
        **{key: value for key, value in further.items() if value},
        "how to train": "cross-entropy on the training images; after every step multiply each weight by its mask, so that pruned ones stay zero",
    }


def refuse_existing(file: Path) -> None:
    """Raises LthError where a file is there already."""
    if file.exists():
        raise LthError(f"{file} is there already; remove it, or export to another name")


def export(ticket: Ticket, file: Path) -> None:
    """Writes a ticket, whole or not at all. Raises LthError where `file` is there already or cannot be written."""
    refuse_existing(file)
    tensors = dict(ticket.start().parameters)
    for name, mask in ticket.mask.items():
        tensors[f"{name}.mask"] = torch.from_numpy(np.packbits(mask.numpy().reshape(-1)))
    content = b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))
    experiment = ticket.experiment
    metadata = {
        "experiment": experiment.folder,
        "network": experiment.network.name,
        "activation": "ReLU after every layer but the last; in a residual block, the second after the sum",
        "layers": ", ".join(f"{layer.name} {'x'.join(map(str, layer.shape))}" for layer in ticket.network.layers),
        "data": experiment.data.name,
        "scaling of images": SCALINGS[experiment.data.scaling],
        "seed": str(ticket.seed),
        "round": str(ticket.round),
        "trial": str(ticket.trial),
        **({} if ticket.variant is None else {"variant": f"{ticket.variant:g}"}),
        **({"rewound to": f"iteration {ticket.rewound.iteration} of the dense network's training"} if ticket.rewound else {}),
        "percent_remaining": f"{ticket.percent_remaining:.6g}",
        "weights_remaining": str(ticket.weights_remaining),
        **how_to_train(ticket),
        "sha256": hashlib.sha256(content).hexdigest(),
        "how to read": how_to_read(file),
    }
    write_atomically(file, lambda temporary: save_file({name: value.contiguous() for name, value in tensors.items()}, temporary, metadata))
