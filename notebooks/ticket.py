"""The source of notebooks/ticket.ipynb: edit here, then `dvc repro -s -f notebook-ticket`; it trains, so it needs MNIST."""

# %% [markdown]
# # A winning ticket, found by hand
#
# Frankle & Carbin (ICLR 2019) say: *a randomly initialised, dense network contains a subnetwork which, trained alone **from the values that it had at
# initialisation**, learns at least as fast and as well as the whole.* They call it a **winning ticket**. This notebook finds one, in plain PyTorch,
# with few images and short training; then it shows the same in full, from this repository's committed results.
#
# - **P_m** is the percentage of weights that remain: 100 is the **dense** network, at 20 four of five weights have been *pruned*, set to zero for good.
# - A **ticket** is two things: a *structure* (a mask: which weights remain) and their *initial values* (those that they had before any training).
# - A **reinit** has the ticket's structure with fresh random values. If the structure alone made the ticket good, it would be as good.
#
# The algorithm has five steps: 1. initialise, 2. train, 3. prune, 4. reset, 5. repeat. Each is one cell.
#
# It needs MNIST: run `dvc repro data@mnist` once, which downloads it, or takes it from the folder that `LTH_DATA` names. The whole notebook then takes
# a minute and a half (once, on a busy core of an Intel Xeon, torch 2.15.0).

# %%
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from IPython.display import Markdown, display

import lth  # for the second half
from lth.data import load_data  # the images; all else of the first half is plain PyTorch

torch.set_num_threads(1)  # the same numbers each time
plt.rcParams.update({"figure.dpi": 110, "figure.figsize": (6.75, 2.5), "axes.grid": True})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.3})

mnist = load_data("mnist", "unit")  # pixels from 0 to 1


def first(split, count):
    """So many images of a split, float32 [count, 784], and their labels."""
    return split.inputs[:count].flatten(1), split.labels[:count]


train_images, train_labels = first(mnist.train, 6_000)  # of 55,000, to be quick
validation_images, validation_labels = first(mnist.validation, 5_000)
test_images, test_labels = first(mnist.test, 5_000)

figure, axes = plt.subplots(1, 10, figsize=(6.75, 0.9), layout="constrained")
for ax, image, label in zip(axes, train_images, train_labels, strict=False):
    ax.imshow(image.view(28, 28), cmap="gray_r")
    ax.set(xticks=[], yticks=[], title=int(label))
plt.show()

# %% [markdown]
# ## 1. Initialise
#
# Lenet-300-100, the paper's network for MNIST: three dense layers. Weights are drawn from a normal distribution whose width depends on the layer
# (Gaussian Glorot). **Keep these values:** the ticket will need them.

# %%
SIZES = {"fc1": (300, 784), "fc2": (100, 300), "output": (10, 100)}
COLOURS = {"fc1": "C0", "fc2": "C1", "output": "C2"}


def initialise(seed):
    """Fresh weights by layer."""
    generator = torch.Generator().manual_seed(seed)
    return {
        layer: torch.randn(size, generator=generator) * (2 / sum(size)) ** 0.5
        for layer, size in SIZES.items()
    }


initial = initialise(seed=0)
full = {layer: torch.ones(size, dtype=torch.bool) for layer, size in SIZES.items()}

figure, ax = plt.subplots(layout="constrained")
for layer, weights in initial.items():
    label = f"{layer}: {weights.numel():,} weights"
    ax.hist(
        weights.flatten(),
        100,
        range=(-0.5, 0.5),
        density=True,
        histtype="step",
        color=COLOURS[layer],
        label=label,
    )
ax.set(xlabel="initial weight", ylabel="density")
ax.legend()
plt.show()

# %% [markdown]
# ## 2. Train
#
# Ordinary training by Adam; a pruned weight stays zero. Every 100 iterations the loss on the validation images is measured. **Early stop** is the
# iteration at which it is least: from there the network learns its training images by heart. The earlier, the faster it learns.

# %%
ITERATIONS, BATCH, EVERY = 1_500, 60, 100


def forward(weights, biases, mask, images):
    hidden = images
    for layer in SIZES:
        hidden = F.linear(hidden, weights[layer] * mask[layer], biases[layer])
        hidden = hidden if layer == "output" else torch.relu(hidden)
    return hidden


def train(start, mask):
    """Trains from given weights under a mask: the trained weights, and what was measured on the way."""
    weights = {layer: values.clone().requires_grad_() for layer, values in start.items()}
    biases = {layer: torch.zeros(size[0], requires_grad=True) for layer, size in SIZES.items()}
    optimiser = torch.optim.Adam([*weights.values(), *biases.values()], lr=1.2e-3)
    order = torch.Generator().manual_seed(1)  # all networks see the same batches
    curve, batches = [], []
    for iteration in range(ITERATIONS + 1):
        if iteration % EVERY == 0:
            with torch.no_grad():
                loss = F.cross_entropy(
                    forward(weights, biases, mask, validation_images), validation_labels
                )
                right = forward(weights, biases, mask, test_images).argmax(1) == test_labels
            curve.append((iteration, loss.item(), 100 * right.float().mean().item()))
        batches = batches or list(
            torch.randperm(len(train_labels), generator=order).split(BATCH)
        )
        batch = batches.pop()
        optimiser.zero_grad()
        F.cross_entropy(
            forward(weights, biases, mask, train_images[batch]), train_labels[batch]
        ).backward()
        optimiser.step()
    return {layer: (weights[layer] * mask[layer]).detach() for layer in SIZES}, curve


def early_stop(curve):
    """Iteration, validation loss and test accuracy (%) where the validation loss is least."""
    return min(curve, key=lambda point: point[1])


def percent_remaining(mask):
    """P_m."""
    return (
        100
        * sum(int(kept.sum()) for kept in mask.values())
        / sum(kept.numel() for kept in mask.values())
    )


trained, curve = train(initial, full)

figure, ax = plt.subplots(layout="constrained")
iterations, losses, _ = zip(*curve, strict=True)
ax.plot(iterations, losses, color="C0")
ax.plot(*early_stop(curve)[:2], "o", color="C0")
ax.annotate(
    "early stop", early_stop(curve)[:2], xytext=(0, 12), textcoords="offset points", ha="center"
)
ax.set(xlabel="training iterations", ylabel="validation loss", ylim=(0, 0.6))
plt.show()
display(
    Markdown(
        "The dense network stops at iteration **{0:,}** with **{2:.1f}%** of the test images right.".format(
            *early_stop(curve)
        )
    )
)

# %% [markdown]
# ## 3. Prune
#
# In each layer the surviving weights that training has left *smallest in magnitude* go: 40% of them at a time here (half as many in the output
# layer), where the paper takes 20% and has more rounds.

# %%
RATES = {"fc1": 0.4, "fc2": 0.4, "output": 0.2}


def prune(weights, mask):
    """The mask without the smallest of each layer's survivors."""
    smaller = {}
    for layer, kept in mask.items():
        magnitudes = weights[layer].abs().masked_fill(~kept, torch.inf).flatten()
        gone = magnitudes.argsort(stable=True)[: round(RATES[layer] * int(kept.sum()))]
        smaller[layer] = kept.flatten().index_fill(0, gone, False).view_as(kept)
    return smaller


mask = prune(trained, full)

figure, ax = plt.subplots(layout="constrained")
final, kept = trained["fc1"], mask["fc1"]
ax.hist(
    [final[~kept], final[kept]],
    120,
    range=(-0.25, 0.25),
    stacked=True,
    color=["0.75", "C0"],
    label=["pruned", "survive"],
)
ax.set(xlabel="weight of fc1 after training", ylabel="weights")
ax.legend()
plt.show()
display(Markdown(f"P_m falls from 100 to **{percent_remaining(mask):.1f}**."))

# %% [markdown]
# ## 4. Reset
#
# The survivors go back to their **initial** values; training is forgotten but for the choice of who survives. This, mask and initial values, is the
# ticket of the first round.

# %%
ticket = {layer: initial[layer] * mask[layer] for layer in SIZES}

figure, (left, right) = plt.subplots(1, 2, sharex=True, layout="constrained")
bins = {"bins": 100, "range": (-0.25, 0.25), "histtype": "stepfilled"}
left.hist(initial["fc1"].flatten(), color="0.75", label="all", **bins)
left.hist(initial["fc1"][kept], color="C0", label="in the ticket", **bins)
left.set(xlabel="initial weight of fc1", ylabel="weights", title="what the ticket starts from")
left.margins(y=0.4)
left.legend(fontsize=8)
some = torch.arange(0, int(kept.sum()), 40)
right.plot(initial["fc1"][kept][some], final[kept][some], ".", markersize=1.5, color="C0")
right.axline((0, 0), slope=1, color="0.5", linewidth=0.8)
right.set(
    xlabel="initial weight of a survivor",
    ylabel="after training",
    ylim=(-0.25, 0.25),
    title="what is undone",
)
plt.show()

# %% [markdown]
# ## 5. Repeat
#
# Train the ticket, prune what it became, reset what is left, and so on. Each curve is one round's ticket, trained from the same initial values.

# %%
ROUNDS = 6
masks, curves = [full, mask], [curve]
for _ in range(1, ROUNDS):
    trained, curve = train(
        {layer: initial[layer] * masks[-1][layer] for layer in SIZES}, masks[-1]
    )
    curves.append(curve)
    masks.append(prune(trained, masks[-1]))
masks = masks[:ROUNDS]

figure, ax = plt.subplots(layout="constrained")
for number, (kept, curve) in enumerate(zip(masks, curves, strict=True)):
    colour = plt.cm.viridis(0.9 * number / (ROUNDS - 1))
    iterations, losses, _ = zip(*curve, strict=True)
    ax.plot(
        iterations,
        losses,
        color=colour,
        linewidth=1.2,
        label=f"$P_m$ {percent_remaining(kept):.1f}",
    )
    ax.plot(*early_stop(curve)[:2], "o", color=colour, markersize=4)
ax.set(xlabel="training iterations", ylabel="validation loss", ylim=(0.15, 0.6))
ax.legend(ncols=2)
plt.show()

# %% [markdown]
# ## The ticket, its reinits and the dense network
#
# Now the test: the last ticket, the same mask with fresh values (three draws), and the dense network. Same images, same batches; only the start differs.

# %%
draws = [
    {layer: initialise(seed)[layer] * masks[-1][layer] for layer in SIZES}
    for seed in range(10, 13)
]
reinits = [train(start, masks[-1])[1] for start in draws]
shown = {
    "dense": ([curves[0]], "0.4"),
    "winning ticket": ([curves[-1]], "C0"),
    "random reinit": (reinits, "C1"),
}

figure, (left, right) = plt.subplots(1, 2, layout="constrained")
for label, (group, colour) in shown.items():
    for number, curve in enumerate(group):
        iterations, losses, accuracies = zip(*curve, strict=True)
        style = {"color": colour, "linewidth": 1.2 if len(group) == 1 else 0.7}
        left.plot(iterations, losses, label=label if number == 0 else None, **style)
        left.plot(*early_stop(curve)[:2], "o", color=colour, markersize=4)
        right.plot(iterations, accuracies, **style)
left.set(xlabel="training iterations", ylabel="validation loss", ylim=(0.15, 0.6))
right.set(xlabel="training iterations", ylabel="test accuracy (%)", ylim=(86, 96))
left.legend()
plt.show()

stops = {label: [early_stop(curve) for curve in group] for label, (group, _) in shown.items()}
lines = [
    f"| at P_m {percent_remaining(masks[-1]):.1f} | early stop | test accuracy there |",
    "|---|---|---|",
]
for label, points in stops.items():
    iteration, _, accuracy = torch.tensor(points, dtype=torch.float64).mean(0).tolist()
    lines.append(f"| {label} | {iteration:,.0f} | {accuracy:.2f}% |")
better = sum(
    stops["winning ticket"][0][2] > accuracy for _, _, accuracy in stops["random reinit"]
)
sooner = sum(
    stops["winning ticket"][0][0] < iteration for iteration, _, _ in stops["random reinit"]
)
display(Markdown("\n".join(lines)))
display(
    Markdown(
        f"Of {len(reinits)} reinits the ticket is more accurate than **{better}** and stops earlier than **{sooner}**."
    )
)

# %% [markdown]
# That was one trial, with few images and short training: an anecdote. Change a seed and run it again.
#
# # The same in full
#
# The repository has this for the paper's full length, 50,000 iterations on 55,000 images, in several trials, round by round. Nothing is trained
# below, and images are scaled to unit length, as the first author's code does. `load_results` has one row per trained network, `arm` says whether it is the ticket or a control, `round` counts prunings.

# %%
rows = lth.load_results("paper/lenet")
rows.groupby("arm").agg(
    networks=("trial", "size"),
    trials=("trial", "nunique"),
    rounds=("round", "nunique"),
    least_P_m=("percent_remaining", "min"),
).round(2)

# %%
figure, axes = plt.subplots(1, 2, layout="constrained")
for ax, column, ylabel, unit in zip(
    axes,
    ("es_iteration", "es_test_accuracy"),
    ("early stop (iterations)", "test accuracy there (%)"),
    (1, 100),
    strict=True,
):
    for arm, label, colour in (
        ("ticket", "winning ticket", "C0"),
        ("reinit", "random reinit", "C1"),
    ):
        by_percent = (
            unit * rows[rows["arm"] == arm].set_index("percent_remaining")[column]
        ).groupby(level=0)
        ax.plot(by_percent.mean(), "o-", markersize=3, linewidth=1, color=colour, label=label)
        ax.fill_between(
            by_percent.mean().index,
            by_percent.min(),
            by_percent.max(),
            color=colour,
            alpha=0.2,
            linewidth=0,
        )
    ax.set(xlabel="$P_m$", ylabel=ylabel, xscale="log", xticks=[100, 30, 10, 3, 1])
    ax.set(xticklabels=["100", "30", "10", "3", "1"], xlim=(110, 1))
    ax.minorticks_off()
axes[1].set(ylim=(95, 98.7))
axes[0].legend()
plt.show()

# %% [markdown]
# The mean over networks; the band is the range. At the round whose P_m is nearest to yours, paired by trial (a trial's ticket and reinits share
# initialisation, batches and mask):

# %%
controlled = rows[rows["arm"] == "reinit"]
nearest = (controlled["percent_remaining"] - percent_remaining(masks[-1])).abs().idxmin()
ROUND = int(controlled.loc[nearest, "round"])
ours = rows[rows["round"] == ROUND].pivot_table(
    index="trial", columns="arm", values=["es_iteration", "es_test_accuracy"]
)
difference = ours.xs("ticket", axis=1, level=1) - ours.xs("reinit", axis=1, level=1)
display(
    Markdown(
        f"At P_m {controlled.loc[nearest, 'percent_remaining']:.1f} (round {ROUND}) the ticket is more accurate than the mean of its reinits in "
        f"**{(difference['es_test_accuracy'] > 0).sum()} of {len(difference)}** trials, by "
        f"{100 * difference['es_test_accuracy'].mean():+.2f} points on average, and stops earlier in "
        f"**{(difference['es_iteration'] < 0).sum()} of {len(difference)}**; on average it stops {-difference['es_iteration'].mean():,.0f} iterations earlier."
    )
)

# %% [markdown]
# `load_ticket` is one committed ticket: the same two things that yours is, a mask and initial values. Which pixels do its surviving connections come
# from? Yours, found from fewer images in fewer rounds, beside it:

# %%
committed = lth.load_ticket("paper/lenet", round=ROUND, trial=0)
pictures = {
    f"yours, $P_m$ {percent_remaining(masks[-1]):.1f}": masks[-1]["fc1"],
    f"paper/lenet, $P_m$ {committed.percent_remaining:.1f}": committed.mask["fc1.weight"],
}
figure, axes = plt.subplots(1, 2, figsize=(6.75, 3), layout="constrained")
for ax, (title, kept) in zip(axes, pictures.items(), strict=True):
    picture = ax.imshow(
        100 * kept.float().mean(0).view(28, 28), cmap="cividis", vmin=0, vmax=25
    )
    ax.set(title=title, xticks=[], yticks=[])
    ax.grid(visible=False)
figure.colorbar(picture, ax=axes, label="surviving connections (%)", shrink=0.8)
plt.show()

# %% [markdown]
# `committed.module()` is a plain `torch.nn.Module` to train with a loop of your own. `notebooks/mnist.ipynb` goes on from here, with every control and
# the paper's claims; `docs/your-method.md` puts a method of yours beside these tickets.
