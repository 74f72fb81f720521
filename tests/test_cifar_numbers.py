"""CIFAR10's experiments hold the paper's numbers: its Figure 2, section 4, and the lists of the sweeps of its appendices."""

import pytest

from lth.config import load_experiment

CONV = {
    "conv2": (20_000, 2e-4, 0.1, 21),
    "conv4": (25_000, 3e-4, 0.1, 26),
    "conv6": (30_000, 3e-4, 0.15, 25),
}
"""Iterations, Adam's rate, share of a convolution that a round prunes, rounds."""
DROPOUT = {"conv2": (60_000, 3e-4), "conv4": (75_000, 2e-4), "conv6": (90_000, 2e-4)}
DEEP = {"resnet18": (30_000, 128, (20_000, 25_000), 14), "vgg19": (112_480, 64, (80 * 703, 120 * 703), 32)}
"""Iterations, batch, drops (VGG-19's after epochs 80 and 120 of 160), rounds."""
SCHEDULES = {
    "resnet18": {"": (0.1, 0), "-low": (0.01, 0), "-warmup": (0.03, 20_000)},
    "vgg19": {"": (0.1, 0), "-low": (0.01, 0), "-warmup": (0.1, 10_000)},
}
"""Rate and iterations of warmup."""

ADAM_RATES = [1e-4, 2e-4, 3e-4, 4e-4, 5e-4, 6e-4, 7e-4, 8e-4]
MOMENTUM_RATES = [1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 8e-3]
DEEP_RATES = [0.01, 0.02, 0.03, 0.05, 0.1]
SWEEPS = {
    **{f"{name}-adam-rates": ("adam", ADAM_RATES) for name in CONV},
    "conv2-sgd-rates": ("sgd", [1e-4, 5e-4, 8e-4, 1e-3, 1.5e-3, 2.5e-3]),
    "conv4-sgd-rates": ("sgd", [1e-3, 2e-3, 3e-3, 5e-3, 1e-2]),
    "conv6-sgd-rates": ("sgd", [0.0025, 0.005, 0.01, 0.02, 0.025, 0.03, 0.035]),
    "conv2-momentum-rates": ("momentum", [1e-4, 3e-4, 5e-4, 7e-4, 1e-3, 1.5e-3]),
    **{f"{name}-momentum-rates": ("momentum", MOMENTUM_RATES) for name in ("conv4", "conv6")},
    **{f"{name}-dropout-adam-rates": ("adam", [1e-4, 2e-4, 3e-4, 4e-4, 5e-4]) for name in CONV},
    **{f"{name}-rates": ("momentum", DEEP_RATES) for name in DEEP},
}
WARMUPS = {
    "resnet18-warmups": (0.03, [0, 500, 1000, 5000, 10_000, 20_000]),
    "vgg19-warmups": (0.1, [0, 1000, 5000, 10_000, 20_000, 50_000]),
}


@pytest.mark.parametrize("name", CONV)
def test_convolutional_networks(name):
    iterations, rate, share, rounds = CONV[name]
    plan = load_experiment(f"paper/{name}")
    assert (plan.training.iterations, plan.training.batch_size, plan.trials.count, plan.last_round) == (iterations, 60, 5, rounds)
    assert (plan.training.optimiser.name, plan.training.optimiser.learning_rate, plan.training.augment) == ("adam", rate, None)
    assert (plan.pruning.method, plan.pruning.conv, plan.pruning.fc, plan.pruning.output) == ("layerwise", share, 0.2, 0.1)
    continued = load_experiment(f"paper/{name}-continued")
    assert continued.training == plan.training
    assert (continued.pruning.method, continued.pruning.levels, continued.pruning.conv) == ("continued", rounds, share)


@pytest.mark.parametrize("name", DROPOUT)
def test_dropout(name):
    iterations, rate = DROPOUT[name]
    plain, plan = load_experiment(f"paper/{name}"), load_experiment(f"paper/{name}-dropout")
    assert (plan.network.dropout, plan.training.iterations, plan.training.optimiser.learning_rate) == (0.5, iterations, rate)
    assert (plan.pruning, plan.rounds) == (plain.pruning, plain.rounds)


@pytest.mark.parametrize(("network", "end"), [(network, end) for network, ends in SCHEDULES.items() for end in ends])
@pytest.mark.parametrize("pruned", ["", "-layerwise"])
def test_deep_networks(network, end, pruned):
    iterations, batch_size, drops, rounds = DEEP[network]
    plan = load_experiment(f"paper/{network}{end}{pruned}")
    optimiser = plan.training.optimiser
    assert (plan.training.iterations, plan.training.batch_size, plan.training.augment) == (iterations, batch_size, "flip-crop")
    assert (optimiser.name, optimiser.weight_decay, optimiser.drops) == ("momentum", 1e-4, drops)
    assert (optimiser.learning_rate, optimiser.warmup) == SCHEDULES[network][end]
    assert (plan.pruning.method, plan.pruning.conv, plan.last_round) == ("layerwise" if pruned else "global", 0.2, rounds)
    assert plan.evaluation.test_at[-1] == iterations


@pytest.mark.parametrize(("network", "iteration"), [(network, k) for network in DEEP for k in (100, 500, 1000, 2000)])
def test_rewound_deep_networks(network, iteration):
    plain, plan = load_experiment(f"paper/{network}"), load_experiment(f"paper/{network}-rewind-{iteration}")
    assert plan.training == plain.training.model_copy(update={"rewind": iteration})
    assert (plan.pruning, plan.rounds) == (plain.pruning, plain.rounds)


@pytest.mark.parametrize("name", SWEEPS)
def test_learning_rates(name):
    optimiser, rates = SWEEPS[name]
    training = load_experiment(f"paper/{name}").training
    assert (training.optimiser.name, [training.optimiser_of(variant).learning_rate for variant in training.variants]) == (optimiser, rates)


@pytest.mark.parametrize("name", WARMUPS)
def test_warmups(name):
    rate, warmups = WARMUPS[name]
    training = load_experiment(f"paper/{name}").training
    assert (training.optimiser.learning_rate, [training.optimiser_of(variant).warmup for variant in training.variants]) == (rate, warmups)


@pytest.mark.parametrize("name", CONV)
def test_pruning_rates(name):
    own = CONV[name][2]
    for share in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3):
        plan = load_experiment(f"paper/{name}" if share == own else f"paper/{name}-rate-{share}")
        assert (plan.pruning.conv, plan.pruning.fc, plan.pruning.output) == (share, 0.2, 0.1)
    alone = {end: load_experiment(f"paper/{name}-only-{end}").pruning for end in ("conv", "fc")}
    assert (alone["conv"].conv, alone["conv"].fc, alone["fc"].conv, alone["fc"].fc) == (own, 0, 0, 0.2)
