"""How tickets are found: by pruning round after round (paper, section 1), or all at once from the dense networks.

| `pruning.method`      | what is pruned at each level                                                                     |
|---|---|
| layerwise, global     | the ticket of that round, trained from its initial weights: iterative pruning with resetting;    |
|                       | by each layer's rate, or all convolutions ranked together (paper, section 4)                     |
| oneshot               | the trained dense network, at once (paper, section 2, one-shot pruning)                          |
| continued             | the network that was trained on, never reset (paper, appendix B, strategy 2)                     |
| iteration0            | the untrained network, by the magnitude of its initial weights (paper, appendix F.4)             |
| borrowed              | nothing: the masks are those that another experiment has found                                   |
| fine-tuning           | the network that was trained on at the schedule's last rate, measured itself (arXiv 2003.02389)  |
| rate-rewinding        | the same, trained on by the whole schedule again                                                 |

All masks and weights here are stacked: [R, *shape] for R trials. What is trained in between is in `lth.experiments`.
"""

from collections.abc import Callable, Sequence

from lth.config import Experiment
from lth.errors import LthError
from lth.networks import Layer, Parameters
from lth.pruning import DivergedError, Masks, prune_global, prune_layerwise
from lth.pruning.criteria import CRITERIA, Initial


def prune(experiment: Experiment, layers: Sequence[Layer], parameters: Parameters, masks: Masks, initial: Initial | None = None) -> Masks:
    """The masks of the next round, from the final parameters of this one (paper, section 1, step 3).

    layers: the network's. initial: gives the dense networks' initial parameters, which criteria of round after round may ask for.
    Raises LthError where a network has diverged.
    """
    rates = experiment.pruning
    if rates.method == "global":
        ranked = {layer.weight: masks[layer.weight] for layer in layers if layer.group == "conv"}
        return masks | _checked(experiment, prune_global, parameters, ranked, rates.conv, initial)
    shares = {layer.weight: getattr(rates, layer.group) if layer.group else 0.0 for layer in layers}
    return _checked(experiment, prune_layerwise, parameters, masks, shares, initial)


def prune_levels(experiment: Experiment, layers: Sequence[Layer], parameters: Parameters, masks: Masks) -> list[Masks]:
    """The masks of all the experiment's levels of pruning, from one network's parameters. masks: those of the dense networks."""
    levels = [masks]
    for level in range(1, experiment.pruning.levels + 1):
        if experiment.pruning.shares_of_dense:
            shares = {layer.weight: experiment.pruning.share(layer.group, level) if layer.group else 0.0 for layer in layers}
            levels.append(_checked(experiment, prune_layerwise, parameters, masks, shares))
        else:
            levels.append(prune(experiment, layers, parameters, levels[-1]))
    return levels[1:]


def _checked(experiment: Experiment, ranking: Callable[..., Masks], parameters: Parameters, masks: Masks, rates, initial=None) -> Masks:
    """What a ranking by the experiment's criterion prunes of the weights that the masks name."""
    scores = CRITERIA[experiment.pruning.criterion]({name: parameters[name] for name in masks}, initial)
    try:
        return ranking(scores, masks, rates, signed=True)
    except DivergedError as error:
        raise LthError(f"{experiment.folder}: {error}; lower training.optimiser.learning_rate or weight_decay") from error
