"""Speed and memory, measured. `make bench` runs everything; `python -m benchmarks.steps` one of them. No test times anything."""
