"""The original files of the data sets: where they come from, and proof that they are the right ones.

With `LTH_DATA=/some/folder` in torchvision's layout nothing is downloaded; without it torchvision downloads into data/downloads.
Every file is read once, and its bytes are checked against their checksum before anything opens them: CIFAR10's are pickles.
"""

import contextlib
import gzip
import hashlib
import os
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lth import paths
from lth.config.data_sets import DataSource, data_sets
from lth.errors import LthError

CHECKSUMS = {"sha256": "SHA-256", "md5": "MD5"}


def read_originals(name: str) -> dict[str, np.ndarray]:
    """The four uint8 arrays of a data set: train_images and test_images [N, C, H, W], train_labels and test_labels [N].

    name: one of `lth.config.data_sets`. Raises LthError naming the file that is missing or wrong, and what to do.
    """
    if name not in (known := data_sets()):
        raise LthError(f"unknown data set {name!r}; there are: {', '.join(known)}")
    source = known[name]
    folder = _folder(name, source)
    originals = {Path(file).name: _verified(folder / file, source.checksum, expected) for file, expected in source.files.items()}
    return FORMATS[source.format](originals)


def _folder(name: str, source: DataSource) -> Path:
    """The folder in torchvision's layout: LTH_DATA where it is set, otherwise a fresh or earlier download."""
    if given := os.environ.get("LTH_DATA"):
        return Path(given)
    folder = paths.DATA / "downloads"
    if not all((folder / file).is_file() for file in source.files):
        try:
            with contextlib.redirect_stdout(sys.stderr):
                _download(source, folder)
        except (OSError, RuntimeError) as error:
            raise LthError(
                f"could not download {name}: {error}; run again with network, or set LTH_DATA to a folder in torchvision's layout"
            ) from error
    return folder


def _download(source: DataSource, folder: Path) -> None:
    """torchvision's download, with its checksums; nothing is opened but CIFAR10's archive."""
    from torchvision import datasets  # slow to import, and needed here alone
    from torchvision.datasets.utils import download_and_extract_archive, download_url

    known = getattr(datasets, source.torchvision)
    if hasattr(known, "tgz_md5"):
        download_and_extract_archive(known.url, str(folder), md5=known.tgz_md5)
        return
    for file, md5 in known.resources:
        for mirror in known.mirrors:
            try:
                download_url(f"{mirror}{file}", str(folder / source.torchvision / "raw"), md5=md5)
                break
            except (OSError, RuntimeError):
                if mirror == known.mirrors[-1]:
                    raise


def _verified(file: Path, checksum: str, expected: str) -> bytes:
    """A file's bytes, which have the checksum that is expected. Raises LthError where they have another, or cannot be read."""
    given = bool(os.environ.get("LTH_DATA"))
    try:
        content = file.read_bytes()
    except OSError as error:
        remedy = "LTH_DATA must hold torchvision's layout; copy the file there, or unset LTH_DATA to download" if given else "run again"
        wrong = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise LthError(f"{file} {wrong}: {remedy}") from error
    if hashlib.new(checksum, content).hexdigest() != expected:
        remedy = "copy it again, or unset LTH_DATA to download" if given else "delete it and run again, which downloads it"
        raise LthError(f"{file} is damaged ({len(content):,} bytes, wrong {CHECKSUMS[checksum]}): {remedy}")
    return content


def _read_idx(originals: Mapping[str, bytes]) -> dict[str, np.ndarray]:
    def read(file: str, header: int) -> np.ndarray:
        return np.frombuffer(gzip.decompress(originals[file]), np.uint8, offset=header)

    return {
        "train_images": read("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28),
        "train_labels": read("train-labels-idx1-ubyte.gz", 8),
        "test_images": read("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28),
        "test_labels": read("t10k-labels-idx1-ubyte.gz", 8),
    }


def _read_cifar(originals: Mapping[str, bytes]) -> dict[str, np.ndarray]:
    def read(file: str) -> tuple[np.ndarray, np.ndarray]:
        batch = pickle.loads(originals[file], encoding="bytes")  # the very bytes that were verified
        return batch[b"data"].reshape(-1, 3, 32, 32), np.asarray(batch[b"labels"], np.uint8)

    images, labels = zip(*(read(f"data_batch_{n}") for n in range(1, 6)), strict=True)
    test_images, test_labels = read("test_batch")
    return {
        "train_images": np.concatenate(images),
        "train_labels": np.concatenate(labels),
        "test_images": test_images,
        "test_labels": test_labels,
    }


FORMATS = {"idx": _read_idx, "cifar": _read_cifar}
"""By `DataSource.format`: the bytes of the files by their names -> the four arrays."""
