"""The source of notebooks/mnist.ipynb: edit here, then `dvc repro -s -f notebook@mnist`."""

# %% [markdown]
# # Lottery tickets in Lenet
#
# A companion to section 2 of Frankle & Carbin (ICLR 2019), on this repository's committed results: no training, no data, a minute.
# Every cell reads tidy tables or tickets that you can use the same way in your own work.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display

import lth  # all that you need; the others make this repository's figures and sentences
from lth.claims.table import load_verdicts
from lth.figures import FIGURES
from lth.reports.found import findings
from lth.results.tables import Tables
from lth.sentences import fill
from lth.sentences.reasons import reason

plt.rcParams.update({"figure.dpi": 110, "figure.figsize": (6.75, 2.6), "font.size": 8})
plt.rcParams.update(
    {"axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True, "lines.markersize": 3}
)
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

EXPERIMENT = "paper/lenet"  # or another of lth.list_experiments() that has been run
about = lth.list_experiments().set_index("experiment").loc[EXPERIMENT]
tables = Tables.of(about["collection"])
display(
    Markdown(
        f"**This notebook shows `{EXPERIMENT}`: {about['network']} on {about['data']}, {about['trials']} trials of {about['rounds']} rounds.**"
    )
)

# %% [markdown]
# ## What was found
#
# A *ticket* is what is left of a network when the smallest of its trained weights have been pruned and the others set back to their initial values; P_m
# is the percentage that is left. [`ticket.ipynb`](ticket.ipynb) finds one step by step. Of those in the tables, at the paper's scale:

# %%
for compared, ends in findings(load_verdicts()):
    display(Markdown(f"- **{compared}:** {ends}"))

# %% [markdown]
# ## The tables
#
# `load_results` has one row per trained network, `load_curves` one row per network and evaluation. An *arm* is the ticket or one of its controls;
# *round* counts prunings, so round 0 is the dense network; *es_* is measured at early stop, the iteration of minimum validation loss.

# %%
rows = lth.load_results(EXPERIMENT)
curves = lth.load_curves(EXPERIMENT)
print(
    f"{len(rows)} networks, {len(curves):,} points of curves; arms: {', '.join(sorted(rows['arm'].unique()))}"
)
tickets = rows[rows["arm"] == "ticket"]
SHOWN = [number for number in (0, 3, 7, 9, 12, 15, 20, 27) if number in set(tickets["round"])]
columns = [
    "percent_remaining",
    "es_iteration",
    "es_validation_accuracy",
    "es_test_accuracy",
    "final_test_accuracy",
]
tickets.groupby("round")[columns].mean().loc[SHOWN].round(4)

# %% [markdown]
# ## Learning, early stop and accuracy
#
# On the left, validation loss in one trial, of the dense network, of a ticket and of its structure with fresh values (*reinit*): the dot, where it is
# least, is the early stop. On the right, the early stop of all tickets: mean, and range over trials.

# %%
ROUND = 7
networks = {"dense": ("ticket", 0), "ticket": ("ticket", ROUND), "reinit": ("reinit", ROUND)}
figure, (left, right) = plt.subplots(1, 2, layout="constrained")
for label, (arm, number) in networks.items():
    curve = lth.load_curves(EXPERIMENT, arm, number, trial=0)
    curve = curve[curve["draw"] == 0]
    stop = curve.loc[curve["validation_loss"].idxmin()]
    (line,) = left.plot(
        curve["iteration"], curve["validation_loss"], linewidth=0.8, label=label
    )
    left.plot(stop["iteration"], stop["validation_loss"], "o", color=line.get_color())
least = curves[curves["arm"] == "ticket"]["validation_loss"].min()
remaining = tickets.groupby("round")["percent_remaining"].first()
left.set(
    title=f"first trial, dense and $P_m$ {remaining[ROUND]:.1f}%",
    xlabel="training iteration",
    ylabel="validation loss (nats)",
    ylim=(0.9 * least, 3 * least),
)
left.legend()
stops = tickets.groupby("percent_remaining")["es_iteration"].agg(["mean", "min", "max"])
right.plot(stops["mean"], "o-")
right.fill_between(stops.index, stops["min"], stops["max"], alpha=0.2)
right.set(xscale="log", xlabel="weights remaining $P_m$ (%)", ylabel="early-stop iteration")
right.xaxis.set_major_formatter("{x:g}")
right.invert_xaxis()
plt.show()

# %% [markdown]
# ## A ticket and its reinitialisations, pair by pair
#
# A ticket and its controls share the trial's data order, so they are compared within a trial. `lth.compare` subtracts the mean over a control's draws
# from the ticket, which stands here for `yours`, a method of your own; `low` to `high` is the interval over trials (95%, Student's t).

# %%
at_round = tickets[tickets["round"] == ROUND].set_index("trial")
for column, unit in {
    "es_iteration": "iterations earlier",
    "es_test_accuracy": "points of accuracy",
}.items():
    print(f"{column}, ahead in {unit}")
    display(
        lth.compare(at_round[column], EXPERIMENT, round=ROUND, column=column)
        .drop("ticket")
        .round(2)
    )

# %% [markdown]
# ## Inside a ticket
#
# A ticket is a seed and a mask. Its initial weights are drawn again from the seed and checked against a recorded hash.

# %%
ticket = lth.load_ticket(EXPERIMENT, round=ROUND, trial=0)
pd.DataFrame(
    {
        "weights": {name: mask.numel() for name, mask in ticket.mask.items()},
        "survive": {name: int(mask.sum()) for name, mask in ticket.mask.items()},
        "share %": {
            name: round(100 * mask.float().mean().item(), 1)
            for name, mask in ticket.mask.items()
        },
    }
)

# %% [markdown]
# Where do the first layer's survivors look? The number of surviving connections of each pixel; what is said of all trials is filled from the
# tables, as everywhere in this repository (`lth.sentences`).

# %%
display(Markdown(fill(FIGURES["beyond_maps"].ours, tables)))
figure, axes = plt.subplots(1, 3, layout="constrained")
for ax, number in zip(axes, (0, 3, ROUND), strict=True):
    mask = lth.load_ticket(EXPERIMENT, round=number, trial=0).mask["fc1.weight"]
    picture = ax.imshow(mask.sum(0).reshape(28, 28), cmap="cividis", vmin=0, vmax=len(mask))
    ax.set(
        title=f"round {number}: {100 * mask.float().mean():.0f}% survive", xticks=[], yticks=[]
    )
figure.colorbar(picture, ax=axes, label="surviving connections", shrink=0.8)
plt.show()
# %% [markdown]
# Which initial values survive magnitude pruning *after* training? The first hidden layer, of one trial:

# %%
display(Markdown(fill(FIGURES["figure15"].ours, tables)))
initial = ticket.initial_parameters()["fc1.weight"].numpy()
kept = ticket.mask["fc1.weight"].numpy()
bins = np.linspace(-4, 4, 61) * initial.std()
figure, ax = plt.subplots(layout="constrained")
ax.hist(
    initial.ravel(),
    bins,
    density=True,
    histtype="step",
    color="0.5",
    label="all initial weights of fc1",
)
ax.hist(
    initial[kept],
    bins,
    density=True,
    histtype="step",
    label="those in the ticket",
)
ax.set(xlabel="initial weight", ylabel="density")
ax.legend()
plt.show()
# %% [markdown]
# `module()` is the ticket as a plain `torch.nn.Module` with its mask held by `torch.nn.utils.prune`: train it with any loop of yours.

# %%
network = ticket.module()
print(network)
print(
    f"{sum(int((layer.weight != 0).sum()) for layer in network if hasattr(layer, 'weight')):,} weights are not zero"
)

# %% [markdown]
# ## Change a figure
#
# A figure is a function of the tables. Draw one, and change it with matplotlib; `drawn.numbers` holds what is plotted.

# %%
drawn = FIGURES["figure4"].draw(tables.named({"lenet": EXPERIMENT}))
ax = drawn.figure.axes[0]
ax.set_yscale("log")
ax.set_title("early-stop iteration, on a log axis")
drawn.figure

# %%
drawn.numbers.head()

# %% [markdown]
# ## The paper's claims, and ours
#
# Each claim about Lenet with the paper's value, ours and the verdict. It is judged on images of unit length and on pixels in [0, 1], since the paper
# does not say how it scales them; on the first trials, which had been seen when the rules took their present form, and on fresh ones, which confirm
# what those showed or do not. Claims are judged at paper scale alone.

# %%
claims = lth.load_claims()
lenet = claims[(claims["scaling"] != "") & (claims["verdict"] != "not run")]
lenet[lenet["trials"] != "all"].set_index(["id", "part", "scaling", "trials"])[
    ["paper", "tolerance", "ours", "n", "verdict"]
] if len(lenet) else print("no claim has been judged")

# %% [markdown]
# ### Where ours differs, by how much, and what could explain it
#
# Three looks at the tables first. Early stop is the minimum of validation loss, wherever around it the loss is flat. So beside the two early
# stops, the iteration at which a ticket first gets below the dense network's *lowest* loss: the same target for both, on the same curves.


# %%
def sooner(round: int, table: pd.DataFrame = curves) -> pd.DataFrame:
    """Early stop of the dense network and a ticket, when the ticket first beats the dense minimum, and the span in which its loss is near its own least."""
    loss = table[table["arm"] == "ticket"].set_index(["round", "trial", "iteration"])[
        "validation_loss"
    ]
    parts = {}
    for trial, dense in loss[0].groupby("trial"):
        mine = loss[round][trial]
        near = mine[mine <= 1.05 * mine.min()].index
        parts[trial] = {
            "dense early stop": dense.idxmin()[1],
            "ticket early stop": mine.idxmin(),
            "ticket below dense minimum": mine[mine <= dense.min()].index.min(),
            "sooner %": 100 * (1 - mine[mine <= dense.min()].index.min() / dense.idxmin()[1]),
            "ticket's loss flat from": near.min(),
            "to": near.max(),
        }
    return pd.DataFrame(parts).T.rename_axis("trial").round(0)


sooner(ROUND)

# %% [markdown]
# The paper does not say how it scales images. `lenet` has each image at unit length, as the first author's released code does; `lenet-unit` has
# pixels in [0, 1]: the same networks, the same batches. Early stop and test accuracy there (in %) of dense network and tickets:

# %%
scaled = {
    name: lth.load_results(f"paper/{name}", "ticket").query("round in @SHOWN")
    for name in ("lenet", "lenet-unit")
}
display(
    pd.concat(
        {
            name: table.assign(accuracy=100 * table["es_test_accuracy"])
            .groupby("percent_remaining")[["es_iteration", "accuracy"]]
            .mean()
            for name, table in scaled.items()
        },
        axis=1,
    )
    .sort_index(ascending=False)
    .round(2)
)

# %% [markdown]
# And how far values drawn again from the ticket's own distribution lie from the ticket and from fresh ones, round by round (points of test accuracy):

# %%
arms = rows[rows["arm"].isin(["ticket", "reinit", "resampled"])].pivot_table(
    index="percent_remaining", columns="arm", values="es_test_accuracy"
)
display(
    pd.DataFrame(
        {
            "resampled minus reinit": arms["resampled"] - arms["reinit"],
            "ticket minus resampled": arms["ticket"] - arms["resampled"],
        }
    )
    .dropna()
    .sort_index(ascending=False)
    .mul(100)
    .round(2)
) if "resampled" in arms else print("resampled values have not been run")

# %% [markdown]
# What could explain the verdicts other than *reproduced* on the first trials with images of unit length, as far as the tables say so:

# %%
first = lenet[(lenet["scaling"] == "l2") & (lenet["trials"] == "first")]
for claim in first[first["verdict"] != "reproduced"].itertuples():
    name = f"{claim.title} ({claim.part})" if claim.part else claim.title
    low, high = (f"{float(end):,.4g}".replace("-", "−") for end in (claim.low, claim.high))
    display(
        Markdown(
            f"**{name}.** Paper: {claim.paper}, tolerance {claim.tolerance}. Ours: {claim.ours}; paired effect over trials "
            f"{low} to {high} {claim.unit} (95%): *{claim.verdict}*. {reason(tables, claim.id, claim.part)}"
        )
    )
