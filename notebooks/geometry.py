"""The source of notebooks/geometry.ipynb: edit here, then `dvc repro -s -f notebook@geometry`."""

# %% [markdown]
# # Where a ticket sits
#
# After the paper, readers asked what a ticket is by where its training ends. Do two orders of the images lead one ticket into one basin? Does it end where
# the network ended that it was pruned from? Is the loss flat there? All on Lenet and this repository's committed results: no training, no data, a minute.

# %%
import matplotlib as mpl
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from lth.claims.estimators.connectivity import apart, barriers
from lth.config import experiment_names, load_experiment
from lth.figures import FIGURES, title
from lth.plots import style
from lth.results.tables import Tables, command, missing
from lth.sentences import fill

plt.switch_backend(mpl.get_backend())  # now, or the first figure is shown as words
mpl.rcParams.update(style.RC | {"figure.dpi": 110, "figure.figsize": (6.75, 2.6)})
FOLDERS = {folder.split("/")[1]: folder for folder in experiment_names("beyond")}
TABLES = Tables.of("beyond")


def lacking(name: str) -> dict[str, list[str]]:
    """What a figure lacks, by experiment."""
    needs = FIGURES[name].experiments
    found = {FOLDERS[of]: missing(FOLDERS[of], needs[of]) for of in needs if of in FOLDERS}
    return {folder: arms for folder, arms in found.items() if arms}


def show(name: str) -> None:
    """A figure, what is plotted and what we find there; where it has not been run, what makes it."""
    figure, absent = FIGURES[name], lacking(name)
    there = {
        of: FOLDERS[of]
        for of in figure.experiments
        if of in FOLDERS and FOLDERS[of] not in absent
    }
    display(Markdown(f"**{title(name)}**"))
    if absent:
        display(Markdown(f"Not run: {', '.join(absent)}. `{command(absent)}` makes it."))
    if figure.drawable(there):
        display(figure.draw(TABLES.named(there)).figure)
        display(Markdown(f"*{figure.captioned(there)}*"))
        if ours := fill(figure.ours, TABLES):
            display(Markdown(f"**Ours:** {ours}"))


def run(*tables: str) -> bool:
    """Whether these tables of the copies from the initial weights are there."""
    return "lenet-copies" in TABLES and not missing("beyond/lenet-copies", tables)


# %% [markdown]
# ## Two orders of the images
#
# A network is trained twice from one start, and nothing differs but the order of the images. On the straight line between the two ends the error rises, or
# it does not: then both lie in one basin, and the network is called *stable* (Frankle et al., arXiv 1912.05671).

# %%
show("beyond_instability")

# %%
copies = load_experiment("beyond/lenet-copies").copies
display(
    Markdown(
        f"Tickets are those of `{copies.of}`, of rounds {', '.join(copies.rounds)}; each line has {copies.points} even points."
    )
)

# %% [markdown]
# One trial's lines, from one copy to the other: is it the middle that is worst?

# %%
if run("lines"):
    lines = TABLES.extra("lenet-copies", "lines").query(
        "line == 'orders' and round == 15 and trial == 0"
    )
    axes = plt.figure(layout="constrained").subplots(1, 2)
    for ax, split in zip(axes, ("train", "test"), strict=True):
        for arm, points in lines.groupby("arm"):
            ax.plot(points["share"], 100 * points[f"{split}_error"], label=arm)
        ax.set(xlabel="share of the first copy", ylabel=f"{split} error (%)")
    axes[0].legend()
    plt.show()

# %% [markdown]
# By trial, at the P_m of the claims: points of test error, tickets beside their controls.

# %%
if run("lines"):
    for arm in ("ticket", "reinit", "reshuffle", "random"):
        print(
            f"{arm:>10}", barriers(TABLES, "lenet-copies", "orders", arm, 15).round(2).tolist()
        )

# %% [markdown]
# ## How far apart
#
# Distance says less than the line does: two networks may be far apart in one valley.

# %%
show("beyond_distances")

# %%
if run("distances"):
    for line in ("orders", "dense"):
        far, near = (
            apart(TABLES, "lenet-copies", line, arm, 10) for arm in ("random", "ticket")
        )
        print(f"{line}: random pruning is {(far / near).mean():.2f} times as far as the ticket")

# %% [markdown]
# ## The network that it was pruned from
#
# Pruning keeps weights of a trained network and resets them; the ticket is trained from there. Does it come back?

# %%
show("beyond_basin")

# %% [markdown]
# ## The loss around

# %%
show("beyond_surface")

# %%
show("beyond_landscape")

# %%
show("beyond_plane")

# %%
show("beyond_curvature")

# %% [markdown]
# ## Values without the mask
#
# The weights that survive began large, with either sign. Are those values worth something on other structures, or only where they stood?

# %%
show("beyond_bimodal")

# %% [markdown]
# ## Ways to retrain
#
# A pruned network may also train on from where it is. Whether that beats going back to its initial values is a question of the learning rate.

# %%
show("beyond_retraining")

# %% [markdown]
# ## Where rewinding is needed
#
# Deep networks at high rates need an iteration to go back to other than the first. Does Lenet, at some rate above the paper's?

# %%
show("beyond_rates")
if "lenet-late" in FOLDERS:
    show("beyond_rewinding")
