"""The source of notebooks/cifar10.ipynb: edit here, then `dvc repro -s -f notebook@cifar10`."""

# %% [markdown]
# # Lottery tickets in Conv-2, Conv-4 and Conv-6
#
# A companion to section 3 of Frankle & Carbin (ICLR 2019), on this repository's committed results: no training, no data, a minute.

# %%
import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

import lth
from lth.claims.verdict import interval
from lth.config import load_experiment
from lth.figures import FIGURES
from lth.plots import style
from lth.results.files import has_results
from lth.results.tables import Tables

mpl.rcParams.update(style.RC | {"figure.dpi": 110, "figure.figsize": (6.75, 2.6)})
NAMES = ("conv2", "conv4", "conv6")
FOUND = {
    name: [f"{of}/{name}" for of in ("paper", "quick") if has_results(f"{of}/{name}")]
    for name in NAMES
}
EXPERIMENTS = {name: folders[0] for name, folders in FOUND.items() if folders}
for folder in EXPERIMENTS.values():
    plan = load_experiment(folder)
    display(
        Markdown(
            f"**`{folder}`: {plan.collection} scale, {plan.trials.count} trials of {plan.training.iterations:,} iterations, width {plan.network.width:g}.**"
        )
    )

# %% [markdown]
# ## The tables
#
# One row a trained network. Accuracies are shares; *es_* is measured at early stop, the iteration of minimum validation loss.

# %%
rows = pd.concat(
    [lth.load_results(folder).assign(network=name) for name, folder in EXPERIMENTS.items()]
)
columns = ["percent_remaining", "es_iteration", "es_validation_accuracy", "es_test_accuracy"]
rows.groupby(["network", "arm", "round"])[columns].mean().round(3)

# %% [markdown]
# ## How much sooner, how much better
#
# Against the dense network of the same trial: how many times sooner a ticket stops, and how many points of test accuracy it gains there.

# %%
figure, (left, right) = plt.subplots(1, 2, layout="constrained")
for name, colour in zip(EXPERIMENTS, ("blue", "orange", "green"), strict=False):
    table = rows[(rows["network"] == name) & (rows["arm"] == "ticket")].set_index(
        ["round", "trial"]
    )
    dense = table.loc[0]
    sooner = (
        (dense["es_iteration"] / table["es_iteration"].clip(lower=1)).groupby("round").mean()
    )
    gain = 100 * (table["es_test_accuracy"] - dense["es_test_accuracy"]).groupby("round").mean()
    percents = table["percent_remaining"].groupby("round").first()
    left.plot(percents, sooner, marker="o", color=style.COLOURS[colour], label=name)
    right.plot(percents, gain, marker="o", color=style.COLOURS[colour], label=name)
for ax, label in (
    (left, "times sooner than the dense network"),
    (right, "points of test accuracy gained"),
):
    ax.set(xscale="log", xlabel="weights remaining $P_m$ (%)", ylabel=label)
    ax.invert_xaxis()
    ax.minorticks_off()
    ax.set_xticks(percents, [f"{percent:.0f}" for percent in percents])
left.legend()
plt.show()
# %% [markdown]
# ## A ticket and its reinitialisation, pair by pair
#
# Within a trial both see the images in the same order. The interval is over trials (95%, Student's t).

# %%
for name in EXPERIMENTS:
    table = rows[
        (rows["network"] == name)
        & (
            rows["round"]
            == rows[(rows["network"] == name) & (rows["arm"] == "reinit")]["round"].max()
        )
    ]
    pairs = table[table["arm"].isin(["ticket", "reinit"])].pivot_table(
        index="trial", columns="arm", values="es_test_accuracy"
    )
    difference = 100 * (pairs["ticket"] - pairs["reinit"])
    low, high = interval(difference)
    print(
        f"{name} at P_m {table['percent_remaining'].iloc[0]:.1f}: ticket minus reinit {difference.mean():+.2f} points, interval {low:+.2f} to {high:+.2f}"
    )

# %% [markdown]
# ## Inside a ticket
#
# How much of each layer survives: convolutions are pruned more slowly than dense layers.

# %%
run = next(iter(EXPERIMENTS.values()))
last = load_experiment(run).last_round
ticket = lth.load_ticket(run, round=last, trial=0)
shares = pd.Series(
    {name: 100 * mask.float().mean().item() for name, mask in ticket.mask.items()},
    name="% that survives",
)
display(shares.round(1).to_frame())
print(
    f"{run}, round {last}: {ticket.weights_remaining:,} of {ticket.network.weight_count:,} weights, P_m {ticket.percent_remaining:.1f}"
)

# %% [markdown]
# `module()` is the ticket as a plain `torch.nn.Module`, its mask held by `torch.nn.utils.prune`.

# %%
print(ticket.module())

# %% [markdown]
# ## Change a figure
#
# A figure is a function of the tables. Draw one, and change it with matplotlib; `drawn.numbers` holds what is plotted.

# %%
drawn = FIGURES["figure5"].draw(Tables(EXPERIMENTS))
drawn.figure.axes[1].set_title("test accuracy at early stop: what tickets gain")
drawn.figure
