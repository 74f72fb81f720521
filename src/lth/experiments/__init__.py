"""The paper's algorithm, stage by stage: what an experiment's params.yaml describes is trained, pruned and written."""
