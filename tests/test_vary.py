"""A sweep is one stack: the networks that an experiment of each value would train, one after another, told apart by their variant."""

import pandas as pd
import pytest
import torch

import tiny
from lth import load_curves, load_results, load_ticket
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.accept import check
from lth.experiments.blocks import train_block
from lth.experiments.rounds import train_round
from lth.results.summary import headline, summarise
from lth.tickets import save_initial

RATES = [0.0005, 0.005, 2.5e-05]


def train(root, name: str, changes: dict) -> None:
    """An experiment of two trials that are not the first, from beginning to end."""
    values = {"name": name, "trials": {"first": 3, "count": 2}, "training.optimiser.warmup": 3, **changes}
    tiny.write_experiment(root, tiny.numbers(values), f"quick/{name}")
    settings, experiment = load_settings(), load_experiment(name)
    save_initial(experiment, settings.seed)
    for round in experiment.rounds:
        train_round(settings, experiment, round)
    for block in experiment.blocks:
        train_block(settings, experiment, block)


@pytest.fixture(params=["auto", "torch"])
def swept(project, request):
    """A project whose experiment `swept` is a sweep."""
    (project / "params.yaml").write_text((project / "params.yaml").read_text().replace("engine: auto", f"engine: {request.param}"))
    train(project, "swept", {"training.vary": {"optimiser.learning_rate": sorted(RATES)}})
    return project


@pytest.mark.parametrize("rate", RATES)
def test_a_variant_is_what_an_experiment_of_its_own_would_be(swept, rate):
    train(swept, "alone", {"training.optimiser.learning_rate": rate})
    for load in (load_results, load_curves):
        rows, alone = load("swept"), load("alone")
        mine = rows[rows["variant"] == rate].drop(columns=["variant"]).reset_index(drop=True)
        unlike = ["experiment"] if "experiment" in alone else []
        pd.testing.assert_frame_equal(mine.drop(columns=unlike), alone.drop(columns=unlike))
    for round in (1, 2):
        ticket, other = (load_ticket(name, round=round, trial=4, **how) for name, how in (("swept", {"variant": rate}), ("alone", {})))
        assert all(torch.equal(ticket.mask[name], mask) for name, mask in other.mask.items())


def test_every_variant_has_rows_a_summary_and_a_headline(swept):
    rows = load_results("swept")
    assert rows.groupby("variant").size().to_dict() == dict.fromkeys(sorted(RATES), 3 * 2 + 2 * 2)
    assert (rows["learning_rate"] == rows["variant"]).all()
    assert summarise(rows).columns[:3].tolist() == ["variant", "arm", "round"]
    assert len(summarise(rows)) == len(RATES) * 4
    assert list(headline(rows)) == [f"{rate:g}: {name}" for rate in sorted(RATES) for name in ("dense", "best ticket")]
    assert check(load_settings(), load_experiment("swept")).endswith("every number the same")


def test_warmup_is_swept_likewise(project):
    train(project, "swept", {"training.vary": {"optimiser.warmup": [0, 20]}})
    rows = load_results("swept").query("round == 0").set_index(["variant", "trial"])
    assert set(rows["learning_rate"]) == {0.005}
    assert (rows.loc[0, "final_train_loss"] != rows.loc[20, "final_train_loss"]).all()


def test_a_variant_that_there_is_not(swept):
    with pytest.raises(LthError, match=r"^quick/swept is a sweep: variant must be one of 2.5e-05, 0.0005, 0.005, not None$"):
        load_ticket("swept", round=0, trial=3)
    with pytest.raises(LthError, match=r"^quick/tiny is no sweep and has no variants, not 0.1$"):
        load_ticket("tiny", round=0, trial=0, variant=0.1)
