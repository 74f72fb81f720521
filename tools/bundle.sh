#!/bin/sh
# `make bundle`: one folder with all that a machine without network needs: this repository at its commit, the data sets that are prepared, and the
# files that `make setup` and `make cluster` would download. It is for machines with this one's Python version, system and kind of processor.
set -e
bundle=${BUNDLE:-bundle}
if [ -e "$bundle" ]; then echo "error: $bundle is there already: move it away, or name another with BUNDLE=folder" >&2; exit 1; fi
if ! ls data/*.safetensors > /dev/null 2>&1; then echo "error: no data are prepared: \`dvc repro data@mnist data@cifar10\`" >&2; exit 1; fi
git clone --quiet --no-hardlinks . "$bundle"
mkdir "$bundle/data" "$bundle/wheels"
cp -L data/*.safetensors "$bundle/data"
download="python -m pip download --disable-pip-version-check --quiet --dest $bundle/wheels"
$download --require-hashes -r requirements.txt -r requirements-cluster.txt
$download setuptools wheel "$(python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'])")"  # they build
echo "$bundle ($(du -sh "$bundle" | cut -f1)): copy it, and run \`make setup\` in it; \`make cluster\` adds Ray"
