"""SparseProp (Nikdan et al. 2023, https://github.com/IST-DASLab/sparseprop) as a side: a preloaded torch loop with its sparse layers.

It is no requirement; where `import sparseprop` fails the side is left out. Every layer is what SparseProp's own trial finds fastest
for its mask: dense, or sparse in one of its two loops. A batch has 64 images, because one of those leaves out what is beyond a
multiple of 8; a step's time is reduced to as many images as the others' steps have.
"""

import contextlib
import importlib.util
import io
import os
from collections.abc import Iterator

import torch
import torch.nn.functional as F

from benchmarks.structures import tickets
from lth.config import Experiment
from lth.data import load_data

BATCH = 64


def installed() -> bool:
    """Whether SparseProp is there. It is told to use one thread, which it reads when it is first imported."""
    os.environ["OMP_NUM_THREADS"] = "1"
    return importlib.util.find_spec("sparseprop") is not None


class SparsePropLoop:
    """One network of an experiment on one thread."""

    def __init__(self, experiment: Experiment):
        self.experiment = experiment
        self.train_split = load_data(experiment.data.name, experiment.data.scaling).train

    def prepare(self, round: int) -> None:
        """The first trial's network of a round, before training."""
        from sparseprop.modules import sparsify_if_faster
        from sparseprop.utils import generate_intermediate_shapes

        ticket = tickets(self.experiment, round)[0]
        start = ticket.start()
        self.model = ticket.network.module()
        self.model.load_state_dict(start.parameters)
        shapes, _ = generate_intermediate_shapes(self.model, self.train_split.inputs.shape[1:])
        if round > 0:
            with contextlib.redirect_stdout(io.StringIO()):
                for name, shape in shapes.items():
                    setattr(self.model, name, sparsify_if_faster(getattr(self.model, name), (BATCH, *shape), verbose=False))
        parameters = dict(self.model.named_parameters())
        self.masked = [(parameters[name], mask.float()) for name, mask in start.mask.items() if name in parameters]
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=self.experiment.training.optimiser.learning_rate)
        self.batches = self._batches()

    def train(self, iterations: int) -> None:
        """Trains so many iterations more."""
        self.model.train()
        for _ in range(iterations):
            batch = next(self.batches)
            loss = F.cross_entropy(self.model(self.train_split.inputs[batch]), self.train_split.labels[batch])
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            with torch.no_grad():
                for weight, mask in self.masked:
                    weight.mul_(mask)

    def _batches(self) -> Iterator[torch.Tensor]:
        images = len(self.train_split.labels)
        while True:
            yield from torch.randperm(images)[: images // BATCH * BATCH].split(BATCH)
