"""Training: a plan, a stack of networks, engines that advance it, the loop they share, and executors that spread it."""

from lth.training.checkpoint import Checkpoints, checkpoints
from lth.training.engines.choose import choose_engine
from lth.training.executors import Threads, choose_executor, train_stack
from lth.training.plan import BatchOrder, Plan
from lth.training.stack import Member, Trained

__all__ = [
    "BatchOrder",
    "Checkpoints",
    "Member",
    "Plan",
    "Threads",
    "Trained",
    "checkpoints",
    "choose_engine",
    "choose_executor",
    "train_stack",
]
