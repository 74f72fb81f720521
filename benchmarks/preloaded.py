"""A plain torch loop without a DataLoader: the whole data set is one tensor in memory, and a batch is an index into it."""

import torch
import torch.nn.functional as F

from benchmarks.structures import tickets
from lth.config import load_experiment
from lth.data import load_data


class Preloaded:
    """One network of an experiment, on torch's default number of threads."""

    def __init__(self, experiment: str):
        self.experiment = load_experiment(experiment)
        self.data = load_data(self.experiment.data.name, self.experiment.data.scaling)

    def prepare(self, round: int) -> None:
        """The first trial's network of a round, before training."""
        ticket = tickets(self.experiment, round)[0]
        start = ticket.start()
        self.model = ticket.network.module()
        self.model.load_state_dict(start.parameters)
        weights = dict(self.model.named_parameters())
        self.masked = [(weights[name], mask.float()) for name, mask in start.mask.items()]
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=self.experiment.training.optimiser.learning_rate)

    def train(self, iterations: int) -> None:
        """Trains so many iterations more, on batches drawn from a fresh permutation."""
        size, train = self.experiment.training.batch_size, self.data.train
        order = torch.randperm(len(train.labels))
        for batch in order.repeat(-(-iterations * size // len(order)))[: iterations * size].split(size):
            loss = F.cross_entropy(self.model(train.inputs[batch]), train.labels[batch])
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            with torch.no_grad():
                for weight, mask in self.masked:
                    weight.mul_(mask)

    @torch.no_grad()
    def evaluate(self) -> tuple[float, float]:
        """Mean loss and accuracy on the validation images, in one forward pass."""
        logits, labels = self.model(self.data.validation.inputs), self.data.validation.labels
        return F.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()
