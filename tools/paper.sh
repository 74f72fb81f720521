#!/bin/sh
# `make paper`: a table of what training takes, then everything at paper scale; without a GPU the table ends with what can be trained here.
set -e
lth plan
gpu='from lth.config import load_settings; from lth.training.engines.choose import device_kind; print(device_kind(load_settings()))'
if [ "$(python -c "$gpu")" != cpu ]; then
  dvc repro
  python -m lth.stages.readme
fi
