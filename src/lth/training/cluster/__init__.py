"""Training on the machines of a Ray cluster. Ray is an extra: nothing else imports it."""
