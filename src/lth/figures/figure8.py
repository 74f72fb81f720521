"""Figure 8: Resnet-18 at a high rate, a low one, and with warmup, at three iterations of its training."""

from lth.plots.schedules import against_reinit

FIGURE = against_reinit(
    "resnet18",
    finding=(
        "At rate 0.1 no tickets are found. At 0.01 they learn faster at first, but the best have 89.5% (41.7 ≥ P_m ≥ 21.9), less than the dense network at "
        "0.1 (90.5%). At 0.03 with warmup they have 90.5% at P_m 27.1, and are found down to 11.8."
    ),
)
