"""Which engine trains what: a function of params and the kind of device, never of timing or load."""

import torch
import yaml

from lth import paths
from lth.config import Experiment, Settings
from lth.data import DataSet
from lth.errors import LthError
from lth.networks import build
from lth.training.loop import Engine
from lth.training.plan import Plan
from lth.training.torch_engine import TorchEngine


def choose_engine(settings: Settings, experiment: Experiment, data: DataSet, plan: Plan) -> Engine:
    """The engine for an experiment on this machine, with the data on its device.

    Raises LthError where a GPU is asked for and there is none.
    """
    return TorchEngine(build(experiment.network), data, plan, device_kind(settings), settings.precision, settings.chunk_gib)


def device_kind(settings: Settings) -> str:
    """`cpu` or `cuda`."""
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise LthError("params.yaml: device: 'cuda' asks for a GPU, but torch sees none; set it to auto or cpu, or mend the driver")
    if settings.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return settings.device


def numerics_id(network: str, engine: str) -> str:
    """The declared id of an engine's arithmetic for a network; it changes when results do (tests/test_golden.py holds it)."""
    ids = yaml.safe_load((paths.NUMERICS / f"{network}.yaml").read_text())
    return f"{engine}-{ids[engine]}"


def device_name(device: torch.device) -> str:
    """`cpu`, or the GPU's name."""
    return "cpu" if device.type == "cpu" else torch.cuda.get_device_name(device)
