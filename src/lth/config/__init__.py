"""params.yaml files, parsed once into frozen typed objects.

`params.yaml` at the root holds what all experiments share; `pipelines/<collection>/<experiment>/params.yaml` holds one experiment.
An unknown key or an impossible value is an error of one line that names the file, the key, the value and what is allowed.
"""

from lth.config.experiment import (
    AT_ONCE,
    COLLECTIONS,
    INITIAL,
    Block,
    DataConfig,
    EvaluationConfig,
    Experiment,
    NetworkConfig,
    OptimiserConfig,
    PruningConfig,
    TrainingConfig,
    Trials,
)
from lth.config.load import experiment_names, load_experiment, load_settings
from lth.config.settings import Frozen, Precision, Settings

__all__ = [
    "AT_ONCE",
    "COLLECTIONS",
    "INITIAL",
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
]
