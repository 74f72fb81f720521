"""The source of notebooks/cifar10.ipynb: edit here, then `dvc repro -s -f notebook@cifar10`."""

# %% [markdown]
# # Lottery tickets in Conv-2, Conv-4 and Conv-6
#
# A companion to section 3 of Frankle & Carbin (ICLR 2019), on this repository's committed results: no training, no data, a minute.
#
# *Quick* networks are small and trained for minutes, *desk* networks are narrow and trained as long as the paper's. Neither gets a verdict: they show which
# way results point.

# %%
import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display
from matplotlib.ticker import LogLocator

import lth
from lth.config import experiment_names, load_experiment
from lth.figures import FIGURES
from lth.plots import style
from lth.results.files import arms_of
from lth.results.tables import Tables
from lth.sentences import fill

mpl.rcParams.update(style.RC | {"figure.dpi": 110, "figure.figsize": (6.75, 2.6)})
LABELS = {"conv2": "Conv-2", "conv4": "Conv-4", "conv6": "Conv-6"}
COLOURS = dict(zip(LABELS, ("blue", "orange", "green"), strict=True))
MAKE = {"quick": "make quick-cifar", "desk": "make desk", "paper": "make paper"}
FOUND = {}
for collection, command in MAKE.items():
    there = [
        folder for folder in experiment_names(collection) if folder.split("/")[1] in LABELS
    ]
    run = {folder.split("/")[1]: folder for folder in there if "ticket" in arms_of(folder)}
    if run:
        FOUND[collection] = Tables(run)
    for plan in map(load_experiment, run.values()):
        display(
            Markdown(
                f"**`{plan.folder}`**: {plan.trials.count} trials of {plan.training.iterations:,} iterations, width {plan.network.width:g} of the paper's."
            )
        )
    if missing := [f"`{folder}`" for folder in there if folder not in run.values()]:
        display(
            Markdown(
                f"Not run: {', '.join(missing)}. `{command}` trains them, `lth plan {' '.join(missing).replace('`', '')}` says what that takes."
            )
        )

# %% [markdown]
# ## What they show
#
# Does the ticket stop earlier than the dense network, is it more accurate there, and is it ahead of its reinitialisation? Test accuracy is compared
# within each trial, where all see the images in the same order, and a word such as *earlier* stands where the 95% interval over trials (Student's t)
# excludes zero; *at best* is the round of the largest mean on the test images, which chance favours (README takes the round that validation chooses). The
# sentences are templates, filled from the tables.

# %%
SENTENCES = (
    """
    {% set stop, accuracy = lead(name, "stop"), lead(name, "accuracy") %}
    {% set soon, good = stop.largest, accuracy.largest %}
    At best, at P_m {{ stop.largest_at }}, the ticket stops {{ soon }} than the dense network (by {{ soon.signed }}, interval {{ soon.interval }}); at P_m
    {{ accuracy.largest_at }} it is {{ good }} (by {{ good.signed }}, interval {{ good.interval }}).
    """,
    """
    {% set stop, accuracy = lead(name, "stop"), lead(name, "accuracy") %}
    Of {{ stop.by_round|length }} rounds, it stops earlier {{ stop.ahead|at }} and later {{ stop.behind|at }}; it is more accurate
    {{ accuracy.ahead|at }} and less accurate {{ accuracy.behind|at }}.
    """,
    """
    {% set stop, accuracy = lead(name, "stop", over="reinit"), lead(name, "accuracy", over="reinit") %}
    {% set soon, good = stop.largest, accuracy.largest %}
    At best, at P_m {{ stop.largest_at }}, it stops {{ soon }} than its reinitialisation (by {{ soon.signed }}, interval {{ soon.interval }}); at P_m
    {{ accuracy.largest_at }} it is {{ good }} (by {{ good.signed }}, interval {{ good.interval }}).
    """,
    """
    {% set final = lead(name, "final", arm="reinit", over="sparsity") %}
    What its structure is worth: of {{ final.by_round|length }} rounds, its reinitialisation ends more accurate than random sparsity {{ final.ahead|at }}
    and less accurate {{ final.behind|at }}.
    """,
)
for collection, tables in FOUND.items():
    lines = [f"### {collection.title()} scale"]
    for name in tables:
        said = [fill([sentence], tables, name=name) for sentence in SENTENCES]
        lines += ["", f"**{LABELS[name]}**", "", *(f"- {words}" for words in said if words)]
    display(Markdown("\n".join(lines)))

# %% [markdown]
# ## How much sooner, how much better
#
# Against the dense network of the same trial: how many times sooner a ticket stops, and how many points of test accuracy it gains there (means over
# trials). Dotted, its reinitialisations.

# %%
for collection, tables in FOUND.items():
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.75, 3.1), layout="constrained")
    figure.suptitle(f"{collection} scale", fontsize=8)
    for name in tables:
        rows = tables.rows(name)
        dense = rows[rows["round"] == 0].set_index("trial")
        for arm, line in (("ticket", "-"), ("reinit", ":")):
            table = rows[rows["arm"] == arm].join(dense, on="trial", suffixes=("", "_dense"))
            table["sooner"] = table["es_iteration_dense"] / table["es_iteration"].clip(lower=1)
            table["gain"] = 100 * (table["es_test_accuracy"] - table["es_test_accuracy_dense"])
            means = table.groupby("percent_remaining")[["sooner", "gain"]].mean()
            look = {"color": style.COLOURS[COLOURS[name]], "linestyle": line, "marker": "."}
            left.plot(means["sooner"], label=f"{LABELS[name]} {arm}", **look)
            right.plot(means["gain"], **look)
    left.set_ylabel("times sooner than the dense network")
    right.set_ylabel("points of test accuracy gained")
    for ax in (left, right):
        ax.set(xscale="log", xlabel="weights remaining $P_m$ (%)")
        ax.invert_xaxis()
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.minorticks_off()
    figure.legend(loc="outside lower center", ncols=len(tables.names))
    plt.show()
# %% [markdown]
# ## The tables
#
# One row a trained network. Accuracies are shares; *es_* is measured at early stop, the iteration of minimum validation loss.

# %%
columns = ["percent_remaining", "es_iteration", "es_validation_accuracy", "es_test_accuracy"]
rows = pd.concat(
    tables.rows(name).assign(collection=collection)
    for collection, tables in FOUND.items()
    for name in tables
)
rows.groupby(["collection", "experiment", "arm", "round"])[columns].mean().round(3)

# %% [markdown]
# ## Inside a ticket
#
# How much of each layer survives: convolutions are pruned more slowly than dense layers.

# %%
largest = list(FOUND.values())[-1]
folder = next(iter(largest.names.values()))
last = load_experiment(folder).last_round
ticket = lth.load_ticket(folder, round=last, trial=0)
shares = pd.Series(
    {name: 100 * mask.float().mean().item() for name, mask in ticket.mask.items()},
    name="% that survives",
)
display(shares.round(1).to_frame())
print(
    f"{folder}, round {last}: {ticket.weights_remaining:,} of {ticket.network.weight_count:,} weights, P_m {ticket.percent_remaining:.1f}"
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
drawn = FIGURES["figure5"].draw(largest)
drawn.figure.axes[1].set_title("test accuracy at early stop: what tickets gain")
drawn.figure
