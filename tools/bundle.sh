#!/bin/sh
# `make bundle`: one folder with all that a machine without network needs: this repository at its commit, the prepared data, and the files that
# `make setup` and `make cluster` would download. It is for machines with this one's Python version, system and kind of processor.
set -e
bundle=${BUNDLE:-bundle}
if [ -e "$bundle" ]; then echo "error: $bundle is there already: move it away, or name another with BUNDLE=folder" >&2; exit 1; fi
for name in $(python -c "from lth.config.data_sets import data_sets; print(*data_sets())"); do
  if [ ! -f "data/$name.safetensors" ]; then echo "error: data/$name.safetensors is not there: make it with \`dvc repro data@$name\`" >&2; exit 1; fi
done
git clone --quiet --no-hardlinks . "$bundle"
mkdir "$bundle/data" "$bundle/wheels"
cp -L data/*.safetensors "$bundle/data"
download="python -m pip download --disable-pip-version-check --quiet --only-binary :all: --dest $bundle/wheels"
$download --require-hashes -r requirements.txt -r requirements-cluster.txt
$download "$(python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'])")"
echo "$bundle ($(du -sh "$bundle" | cut -f1)): copy it, and run \`make setup\` in it; \`make cluster\` adds Ray"
