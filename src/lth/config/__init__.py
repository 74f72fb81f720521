"""params.yaml files, parsed once into frozen typed objects.

`params.yaml` at the root holds what all experiments share; `pipelines/<collection>/<experiment>/params.yaml` holds one experiment.
An unknown key or an impossible value is an error of one line that names the file, the key, the value and what is allowed.
"""

from lth.config.blocks import Block
from lth.config.experiment import COLLECTIONS, INITIAL, Experiment, Trials
from lth.config.load import experiment_names, load_experiment, load_settings, named_experiments
from lth.config.network import DataConfig, NetworkConfig
from lth.config.pruning import AT_ONCE, RETRAINED, PruningConfig
from lth.config.settings import Frozen, Precision, Settings
from lth.config.training import EvaluationConfig, OptimiserConfig, TrainingConfig

__all__ = [
    "AT_ONCE",
    "COLLECTIONS",
    "INITIAL",
    "RETRAINED",
    "Block",
    "DataConfig",
    "EvaluationConfig",
    "Experiment",
    "Frozen",
    "NetworkConfig",
    "OptimiserConfig",
    "Precision",
    "PruningConfig",
    "Settings",
    "TrainingConfig",
    "Trials",
    "experiment_names",
    "load_experiment",
    "load_settings",
    "named_experiments",
]
