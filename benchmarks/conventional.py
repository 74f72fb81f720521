"""The conventional loop: how public reproductions of the paper train, written for comparison.

A torch.nn.Module, a DataLoader in the same process over torchvision's data set, with its flip and crop where the experiment augments, torch's
optimiser, masks applied again after every step, and an evaluation that walks a second DataLoader and adds up .item()s. One network at a time.
"""

import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader

from benchmarks.structures import tickets
from benchmarks.torchvision_data import training_and_validation
from lth.config import Experiment, OptimiserConfig, load_experiment, load_settings
from lth.training.engines.torch import set_precision
from lth.training.optimisers import MOMENTUM

EVALUATION_BATCH = 500


def optimiser(model: torch.nn.Module, config: OptimiserConfig) -> torch.optim.Optimizer:
    """torch's own, at the learning rate before any drop."""
    settings = {"lr": config.learning_rate, "weight_decay": config.weight_decay}
    if config.name == "adam":
        return torch.optim.Adam(model.parameters(), **settings)
    return torch.optim.SGD(model.parameters(), momentum=MOMENTUM if config.name == "momentum" else 0, **settings)


class Conventional:
    """One network of an experiment. threads: torch's, None for its default. device: `cpu` or `cuda`."""

    def __init__(self, experiment: str | Experiment, threads: int | None = None, device: str = "cpu"):
        if threads is not None:
            torch.set_num_threads(threads)
        self.experiment = load_experiment(experiment) if isinstance(experiment, str) else experiment
        self.device = device
        set_precision(self.experiment.training.precision_under(load_settings()))  # as the engines; on a CPU of no effect
        with tempfile.TemporaryDirectory() as folder:
            training, validation = training_and_validation(self.experiment.data.name, Path(folder), self.experiment.training.augment)
        self.loader = DataLoader(training, self.experiment.training.batch_size, shuffle=True, drop_last=True)
        self.validation = DataLoader(validation, EVALUATION_BATCH)

    def prepare(self, round: int) -> None:
        """The first trial's network of a round, before training."""
        ticket = tickets(self.experiment, round)[0]
        start = ticket.start()
        self.model = ticket.network.module()
        self.model.load_state_dict(start.parameters)
        self.model.to(self.device)
        self.masks = {name: mask.float().to(self.device) for name, mask in start.mask.items()}
        self.optimiser = optimiser(self.model, self.experiment.training.optimiser)
        self.batches = self._batches()

    def train(self, iterations: int) -> float:
        """Trains so many iterations more; returns their mean loss."""
        self.model.train()
        total = 0.0
        for _ in range(iterations):
            images, labels = next(self.batches)
            images, labels = images.to(self.device), labels.to(self.device)
            loss = F.cross_entropy(self.model(images), labels)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            with torch.no_grad():
                for name, parameter in self.model.named_parameters():
                    if name in self.masks:
                        parameter.mul_(self.masks[name])
            total += loss.item()
        return total / iterations

    def evaluate(self) -> tuple[float, float]:
        """Mean loss and accuracy on the validation images."""
        self.model.eval()
        loss, correct, count = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in self.validation:
                images, labels = images.to(self.device), labels.to(self.device)
                logits = self.model(images)
                loss += F.cross_entropy(logits, labels, reduction="sum").item()
                correct += (logits.argmax(1) == labels).sum().item()
                count += len(labels)
        return loss / count, correct / count

    def _batches(self):
        while True:
            yield from self.loader
