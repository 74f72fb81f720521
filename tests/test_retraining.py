"""Pruned networks trained on: where each level starts, at which rates, and what is kept of it."""

import numpy as np
import pytest
import torch

import tiny
from lth import load_results, load_ticket
from lth.config import load_experiment, load_settings
from lth.experiments import stage as stages
from lth.experiments.retraining import at_the_last_rate
from lth.experiments.rounds import train_round
from lth.results.files import arms_of, load_curves
from lth.tickets import save_initial, ticket_file
from lth.training.plan import learning_rates

CHANGES = {"rounds": {"r00": "initial"}, "blocks": {}, "training.optimiser.drops": [20, 30]}


def project(root, method: str) -> None:
    pruning = {"method": method, "levels": 2, "conv": 0.0, "fc": 0.2, "output": 0.1}
    tiny.write_project(root, {"pruning": pruning, **CHANGES})
    save_initial(load_experiment("tiny"), 0)


@pytest.fixture
def trained(monkeypatch):
    """What every stack was trained from and to, in order: members, and the parameters they ended with."""
    seen, train_stack = [], stages.train_stack

    def train(engine, plan, members, *rest, **options):
        found = train_stack(engine, plan, members, *rest, **options)
        seen.append((members, found.parameters))
        return found

    monkeypatch.setattr(stages, "train_stack", train)
    return seen


@pytest.mark.parametrize(("method", "rates"), [("fine-tuning", [5e-5]), ("rate-rewinding", [5e-5, 5e-4, 5e-3])])
def test_every_level_goes_on_from_where_the_one_before_ended(root, trained, method, rates):
    project(root, method)
    train_round(load_settings(), load_experiment("tiny"), "r00")
    assert len(trained) == 3
    for level in (1, 2):
        (members, _), (_, before) = trained[level], trained[level - 1]
        for position, member in enumerate(members):
            start, ticket = member.start(), load_ticket("tiny", round=level, trial=member.trial)
            assert (member.arm, member.round, member.first, member.order.round) == ("retrained", level, 0, level)
            for name, mask in ticket.mask.items():
                assert torch.equal(start.mask[name], mask)
                assert torch.equal(start.parameters[name], before[name][position] * mask), "pruned, and not reset"
            assert sorted(set(learning_rates(member.optimiser, 0, 40))) == pytest.approx(rates)


@pytest.mark.parametrize("method", ["fine-tuning", "rate-rewinding"])
def test_all_levels_are_rows_of_the_one_stage(root, method):
    project(root, method)
    train_round(load_settings(), load_experiment("tiny"), "r00")
    rows, curves = load_results("tiny"), load_curves("tiny")
    assert sorted(set(zip(rows["arm"], rows["round"], strict=True))) == [("retrained", 1), ("retrained", 2), ("ticket", 0)]
    assert arms_of("quick/tiny") == {"ticket", "retrained"}
    assert set(load_results("tiny", "ticket")["arm"]) == {"ticket"}
    assert len(curves) == 3 * 2 * 5
    for _, row in rows.iterrows():
        assert row["weights_remaining"] == load_ticket("tiny", round=row["round"], trial=row["trial"]).weights_remaining
        assert row["learning_rate"] == pytest.approx(5e-5 if method == "fine-tuning" and row["arm"] == "retrained" else 5e-3)


def test_it_goes_on_at_the_level_where_it_was_stopped(root, monkeypatch):
    project(root, "rate-rewinding")
    settings, experiment = load_settings(), load_experiment("tiny")
    train_round(settings, experiment, "r00")
    files = [ticket_file(experiment, "r00"), root / "results/quick/tiny/runs/r00.csv", root / "results/quick/tiny/runs/r00.curves.parquet"]
    written = [file.read_bytes() for file in files]
    train_stack, begun = stages.train_stack, []

    def train(*stack, title, **options):
        begun.append(title)
        if begun == ["quick/tiny r00", "quick/tiny level 1/2", "quick/tiny level 2/2"]:
            raise KeyboardInterrupt
        return train_stack(*stack, title=title, **options)

    monkeypatch.setattr(stages, "train_stack", train)
    with pytest.raises(KeyboardInterrupt):
        train_round(settings, experiment, "r00")
    for file in files:
        file.unlink()
    train_round(settings, experiment, "r00")
    assert [file.read_bytes() for file in files] == written
    assert not list(root.glob(".checkpoints/**/*.finished"))


def test_the_last_rate_of_a_schedule():
    optimiser = tiny.experiment(changes={"training.optimiser": {"name": "sgd", "learning_rate": 0.8, "warmup": 5, "drops": [9]}})
    last = at_the_last_rate(optimiser.training.optimiser)
    np.testing.assert_allclose(learning_rates(last, 0, 12), 0.08)
    constant = tiny.experiment().training.optimiser
    assert at_the_last_rate(constant) == constant, "without drops fine-tuning is learning-rate rewinding"
