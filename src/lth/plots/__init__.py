"""How figures are drawn: one style, lines of mean and range, panels that several figures share."""
