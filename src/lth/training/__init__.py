"""Training: a plan, a stack of networks, engines that advance it, and the loop they share."""

from lth.training.checkpoint import Checkpoints, checkpoints
from lth.training.engines.choose import choose_engine
from lth.training.loop import train_stack
from lth.training.plan import BatchOrder, Plan
from lth.training.stack import Member, Trained

__all__ = ["BatchOrder", "Checkpoints", "Member", "Plan", "Trained", "checkpoints", "choose_engine", "train_stack"]
