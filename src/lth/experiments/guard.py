"""Held back on a CPU: a stage that would train for more hours than params.yaml's `cpu_hours` allows, before it reads or trains anything."""

from collections.abc import Sequence

from lth.config import Experiment, Settings
from lth.errors import LthError
from lth.experiments.budget import Alike, copied_networks, stage_budget, stage_networks
from lth.machine import cores
from lth.training import Plan
from lth.training.engines.choose import device_kind


def refuse_what_takes_days(settings: Settings, experiment: Experiment, name: str, plan: Plan, rounds: Sequence[int]) -> None:
    """Raises LthError where a stage would train on a CPU, and for longer than allowed.

    Hours of one core are counted, so that a stage that is held back on one machine is held back on all; how long the cores of this one
    would take is said too. plan, rounds: of the networks that a stage trains which is neither a round nor a block, such as movement.
    """
    if device_kind(settings) != "cpu":
        return
    networks = (stage_networks(experiment) | copied_networks(experiment)).get(name) or [Alike(1, round, plan) for round in rounds]
    took = stage_budget(experiment, settings, cores(), networks)
    hours, here = took.core_seconds / 3600, took.cpu_seconds / 3600
    if hours > settings.cpu_hours:
        raise LthError(
            f"{experiment.folder} {name} would train for about {hours:,.3g} hours of one core, {here:,.3g} on the {cores()} here, and "
            f"cpu_hours in params.yaml allows {settings.cpu_hours:g}: train it on a GPU (`lth plan` shows what that takes), "
            "look at `make desk`, which trains narrower networks here, or raise cpu_hours"
        )
