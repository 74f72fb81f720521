"""The original files of the data sets: where they come from, and proof that they are the right ones.

With `LTH_DATA=/some/folder` in torchvision's layout nothing is downloaded; without it torchvision downloads into data/downloads, and what it does
not know is copied there by hand.
Every file is read once, and its bytes are checked against their checksum before anything opens them: CIFAR10's are pickles.
"""

import contextlib
import gzip
import hashlib
import io
import os
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lth import paths
from lth.config.data_sets import FILE, DataSource, data_sets, entry
from lth.errors import LthError, one_line

CHECKSUMS = {"sha256": "SHA-256", "md5": "MD5"}


def read_originals(name: str) -> dict[str, np.ndarray]:
    """The four uint8 arrays of a data set: train_images and test_images [N, C, H, W], train_labels and test_labels [N].

    name: one of `lth.config.data_sets`. Raises LthError naming the file or entry that is missing or wrong, and what to do.
    """
    if name not in (known := data_sets()):
        raise LthError(f"unknown data set {name!r}; there are: {', '.join(known)}; docs/extending.md adds another")
    source = known[name]
    if source.format not in FORMATS:
        raise LthError(f"{entry(name)}.format: {source.format!r} is unknown, allowed: {', '.join(FORMATS)}")
    folder = _folder(name, source)
    originals = {Path(file).name: _verified(folder / file, source, expected) for file, expected in source.files.items()}
    try:
        return FORMATS[source.format](originals)
    except Exception as error:  # of as many kinds as there are readers
        raise LthError(
            f"{entry(name)}.format: {source.format} cannot read its files ({one_line(error)}): name another, or mend the files"
        ) from error


def _folder(name: str, source: DataSource) -> Path:
    """The folder that holds the files: LTH_DATA where it is set, otherwise data/downloads, into which torchvision downloads what is lacking."""
    if given := os.environ.get("LTH_DATA"):
        return Path(given)
    folder = paths.DATA / "downloads"
    if source.torchvision and not all((folder / file).is_file() for file in source.files):
        try:
            with contextlib.redirect_stdout(sys.stderr):
                _download(name, source.torchvision, folder)
        except (OSError, RuntimeError) as error:
            raise LthError(
                f"could not download {name}: {error}; run again with network, or set LTH_DATA to a folder in torchvision's layout"
            ) from error
    return folder


def _download(name: str, torchvision: str, folder: Path) -> None:
    """torchvision's download, with its checksums; nothing is opened but CIFAR10's archive."""
    from torchvision import datasets  # slow to import, and needed here alone
    from torchvision.datasets.utils import download_and_extract_archive, download_url

    known = getattr(datasets, torchvision, None)
    if hasattr(known, "tgz_md5"):
        download_and_extract_archive(known.url, str(folder), md5=known.tgz_md5)
        return
    if not hasattr(known, "mirrors"):
        raise LthError(
            f"{entry(name)}.torchvision: {torchvision!r} is no class of torchvision.datasets that downloads as MNIST or CIFAR10 does: "
            "leave the key out and bring the files"
        )
    for file, md5 in known.resources:
        for mirror in known.mirrors:
            try:
                download_url(f"{mirror}{file}", str(folder / torchvision / "raw"), md5=md5)
                break
            except (OSError, RuntimeError):
                if mirror == known.mirrors[-1]:
                    raise


def _verified(file: Path, source: DataSource, expected: str) -> bytes:
    """A file's bytes, which have the checksum that is expected. Raises LthError where they have another, or cannot be read."""
    absent, differs = _remedies(source)
    try:
        content = file.read_bytes()
    except OSError as error:
        wrong = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise LthError(f"{file} {wrong}: {absent}") from error
    if hashlib.new(source.checksum, content).hexdigest() != expected:
        checksum = f"{CHECKSUMS[source.checksum]} in {paths.shown(FILE)}"
        raise LthError(f"{file} is damaged ({len(content):,} bytes, not the {checksum}): {differs}")
    return content


def _remedies(source: DataSource) -> tuple[str, str]:
    """What mends a file that is not there, and one with another checksum."""
    if source.torchvision is None:
        absent = f"copy it there, set LTH_DATA to the folder that holds it, or mend its path in {paths.shown(FILE)}"
        return absent, "copy it again, or mend its checksum there"
    if os.environ.get("LTH_DATA"):
        absent = "LTH_DATA must hold torchvision's layout; copy the file there, or unset LTH_DATA to download"
        return absent, "copy it again, or unset LTH_DATA to download"
    return f"run again; where that does not help, mend its path in {paths.shown(FILE)}", "delete it and run again, which downloads it"


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


def _read_npz(originals: Mapping[str, bytes]) -> dict[str, np.ndarray]:
    (content,) = originals.values()
    if not content.startswith(b"PK"):
        raise ValueError("it is no npz, as np.savez writes it")
    with np.load(io.BytesIO(content)) as arrays:
        return dict(arrays)


FORMATS = {"idx": _read_idx, "cifar": _read_cifar, "npz": _read_npz}
"""By `DataSource.format`: the bytes of the files by their names -> the four arrays."""
