"""Which experiments there are, and which have results."""

from itertools import chain

import pandas as pd

from lth import paths
from lth.config import COLLECTIONS, experiment_names, load_experiment
from lth.results.expected import arms_of_stages
from lth.results.files import arms_of


def list_experiments() -> pd.DataFrame:
    """One row per experiment, in the order of the collections: its folder, what it trains, and which of its arms have been run whole.

    Columns: experiment (`paper/lenet`), collection, network, data, rounds, trials, arms run, arms (all that it has); the last two are tuples.
    """
    paths.check_clone()
    rows = []
    for experiment in map(load_experiment, (name for collection in COLLECTIONS for name in experiment_names(collection))):
        arms = tuple(dict.fromkeys(chain(*arms_of_stages(experiment).values())))
        run = arms_of(experiment.folder)
        rows.append(
            {
                "experiment": experiment.folder,
                "collection": experiment.collection,
                "network": experiment.network.name,
                "data": experiment.data.name,
                "rounds": experiment.last_round,
                "trials": experiment.trials.count,
                "arms run": tuple(arm for arm in arms if arm in run),
                "arms": arms,
            }
        )
    return pd.DataFrame(rows)
