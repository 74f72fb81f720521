"""DVC stage: fetch, verify and split one data set."""

from lth import paths
from lth.config import load_settings
from lth.data import prepare
from lth.entry import run


def main(name: str) -> None:
    prepare(name, load_settings().seed, paths.DATA / f"{name}.safetensors")


if __name__ == "__main__":
    run(main)
