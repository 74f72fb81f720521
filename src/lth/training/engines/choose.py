"""Which engine trains what: a function of params and the kind of device, never of timing or load."""

from dataclasses import dataclass

import torch

from lth import paths
from lth.config import Settings
from lth.config.grammar import parse_yaml
from lth.data import DataSet
from lth.errors import LthError
from lth.machine import hardware
from lth.networks import Network
from lth.storage import read
from lth.training.engines.torch import TorchEngine
from lth.training.loop import Engine
from lth.training.plan import Plan

CONVOLUTIONAL = ("conv2", "conv4", "conv6")
"""What the sparse kernels of convolutions train."""


@dataclass(frozen=True)
class Equipment:
    """What trains: rows and provenance say it."""

    engine: str
    device: str
    """`cpu`, or the GPU's name."""
    library: str
    chunk_size: int
    """How many networks are trained together; a GPU's kernels, and so how it rounds, depend on it."""
    hardware: str

    @classmethod
    def of(cls, engine: Engine) -> "Equipment":
        """That of an engine in this process."""
        return cls(engine.name, device_name(engine.device), engine.library, engine.chunk_size, hardware())


def choose_engine(settings: Settings, network: Network, data: DataSet, plan: Plan) -> Engine:
    """The engine for a network on this machine, with the data on its device.

    Raises LthError where a GPU is asked for and there is none, or the sparse kernels for what they cannot train.
    """
    device = device_kind(settings)
    if is_sparse(settings, network, plan, device):
        return _sparse_engine(network, data, plan)
    return TorchEngine(network, data, plan, device, plan.training.precision_under(settings), settings.chunk_gib)


def is_sparse(settings: Settings, network: Network, plan: Plan, device: str) -> bool:
    """Whether the sparse kernels train a network: `auto` takes them on the CPU for what they can train, and torch for all else.

    Raises LthError where they are asked for and cannot.
    """
    sparse = device == "cpu" and can_be_sparse(network) and not plan.training.augment
    if settings.engine == "sparse" and not sparse:
        able = "Lenet without dropout, Conv-2, Conv-4 and Conv-6 on the CPU, none with augmentation"
        raise LthError(f"params.yaml: engine: 'sparse' trains {able}; set it to auto or torch for anything else")
    return settings.engine != "torch" and sparse


def can_be_sparse(network: Network) -> bool:
    """Whether there are sparse kernels for a network, on a CPU."""
    return network.name in CONVOLUTIONAL or (network.name == "lenet" and not network.dropout)


def _sparse_engine(network: Network, data: DataSet, plan: Plan) -> Engine:
    """Imports the kernels, which compiles them, or loads what was compiled before."""
    if network.name == "lenet":
        from lth.training.engines.sparse import SparseEngine as engine
    else:
        from lth.training.engines.sparse_convolution import SparseConvolutionEngine as engine
    return engine(network, data, plan)


def device_kind(settings: Settings) -> str:
    """`cpu` or `cuda`."""
    if settings.device == "cpu":
        return "cpu"
    if has_gpu(settings):
        return "cuda"
    if settings.device == "cuda":
        seen = "torch sees none" if settings.executor == "threads" else "no node of the Ray cluster has one"
        raise LthError(f"params.yaml: device: 'cuda' asks for a GPU, but {seen}; set it to auto or cpu, or mend the driver")
    return "cpu"


def has_gpu(settings: Settings) -> bool:
    """Whether there is one where training is done."""
    if settings.executor == "ray":
        from lth.training.cluster.nodes import has_gpus

        return has_gpus()
    return torch.cuda.is_available()


def numerics_id(network: str, engine: str) -> str:
    """The declared id of an engine's arithmetic for a network; it changes when results do (tests/test_golden.py holds it)."""
    file = paths.NUMERICS / f"{network}.yaml"
    ids = read(file, lambda content: dict(parse_yaml(content)), "write it for a network of your own (docs/extending.md)")
    if not isinstance(ids.get(engine), int):
        raise LthError(
            f"{paths.shown(file)}: {engine} must be declared with a whole number, not {ids.get(engine)!s:.60}; restore it with git"
        )
    return f"{engine}-{ids[engine]}"


def device_name(device: torch.device) -> str:
    """`cpu`, or the GPU's name."""
    return "cpu" if device.type == "cpu" else torch.cuda.get_device_name(device)
