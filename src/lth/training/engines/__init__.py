"""The engines that advance stacks of networks."""
