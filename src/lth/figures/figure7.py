"""Figure 7: VGG-19 at a high rate, a low one, and with warmup, at three iterations of its training."""

from lth.plots.schedules import against_reinit

FIGURE = against_reinit(
    "vgg19",
    finding=(
        "At rate 0.1 tickets are no better than their reinitialisations. At 0.01 they are, and stay within a point of the dense network while P_m "
        "≥ 3.5. With warmup, rate 0.1 finds tickets above the dense accuracy while P_m ≥ 1.5."
    ),
)
