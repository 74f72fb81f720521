"""The original files of MNIST and CIFAR10: where they come from, and proof that they are the right ones.

With `LTH_DATA=/some/folder` in torchvision's layout nothing is downloaded; without it torchvision downloads into data/downloads.
Every file is read once, and its bytes are checked against their SHA-256 before anything opens them: CIFAR10's are pickles.
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
from lth.errors import LthError

SHA256 = {
    "mnist": {
        "MNIST/raw/train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "MNIST/raw/train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "MNIST/raw/t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "MNIST/raw/t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    "cifar10": {
        "cifar-10-batches-py/data_batch_1": "54636561a3ce25bd3e19253c6b0d8538147b0ae398331ac4a2d86c6d987368cd",
        "cifar-10-batches-py/data_batch_2": "766b2cef9fbc745cf056b3152224f7cf77163b330ea9a15f9392beb8b89bc5a8",
        "cifar-10-batches-py/data_batch_3": "0f00d98ebfb30b3ec0ad19f9756dc2630b89003e10525f5e148445e82aa6a1f9",
        "cifar-10-batches-py/data_batch_4": "3f7bb240661948b8f4d53e36ec720d8306f5668bd0071dcb4e6c947f78e9682b",
        "cifar-10-batches-py/data_batch_5": "d91802434d8376bbaeeadf58a737e3a1b12ac839077e931237e0dcd43adcb154",
        "cifar-10-batches-py/test_batch": "f53d8d457504f7cff4ea9e021afcf0e0ad8e24a91f3fc42091b8adef61157831",
    },
}


def read_originals(name: str) -> dict[str, np.ndarray]:
    """The four uint8 arrays of a data set: train_images and test_images [N, C, H, W], train_labels and test_labels [N].

    name: `mnist` or `cifar10`. Raises LthError naming the file that is missing or wrong, and what to do.
    """
    if name not in SHA256:
        raise LthError(f"unknown data set {name!r}; there are: {', '.join(SHA256)}")
    folder = _folder(name)
    originals = {Path(file).name: _verified(folder / file, expected) for file, expected in SHA256[name].items()}
    return _read_mnist(originals) if name == "mnist" else _read_cifar10(originals)


def _folder(name: str) -> Path:
    """The folder in torchvision's layout: LTH_DATA where it is set, otherwise a fresh or earlier download."""
    if given := os.environ.get("LTH_DATA"):
        return Path(given)
    folder = paths.DATA / "downloads"
    if not all((folder / file).is_file() for file in SHA256[name]):
        try:
            with contextlib.redirect_stdout(sys.stderr):
                _download(name, folder)
        except (OSError, RuntimeError) as error:
            raise LthError(
                f"could not download {name}: {error}; run again with network, or set LTH_DATA to a folder in torchvision's layout"
            ) from error
    return folder


def _download(name: str, folder: Path) -> None:
    """torchvision's download, with its checksums; nothing is opened but CIFAR10's archive."""
    from torchvision.datasets import CIFAR10, MNIST  # slow to import, and needed here alone
    from torchvision.datasets.utils import download_and_extract_archive, download_url

    if name == "cifar10":
        download_and_extract_archive(CIFAR10.url, str(folder), md5=CIFAR10.tgz_md5)
        return
    for file, md5 in MNIST.resources:
        for mirror in MNIST.mirrors:
            try:
                download_url(f"{mirror}{file}", str(folder / "MNIST/raw"), md5=md5)
                break
            except (OSError, RuntimeError):
                if mirror == MNIST.mirrors[-1]:
                    raise


def _verified(file: Path, expected: str) -> bytes:
    """A file's bytes, which have the SHA-256 that is expected. Raises LthError where they have another, or cannot be read."""
    given = bool(os.environ.get("LTH_DATA"))
    try:
        content = file.read_bytes()
    except OSError as error:
        remedy = "LTH_DATA must hold torchvision's layout; copy the file there, or unset LTH_DATA to download" if given else "run again"
        wrong = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise LthError(f"{file} {wrong}: {remedy}") from error
    if hashlib.sha256(content).hexdigest() != expected:
        remedy = "copy it again, or unset LTH_DATA to download" if given else "delete it and run again, which downloads it"
        raise LthError(f"{file} is damaged ({len(content):,} bytes, wrong SHA-256): {remedy}")
    return content


def _read_mnist(originals: Mapping[str, bytes]) -> dict[str, np.ndarray]:
    def read(file: str, header: int) -> np.ndarray:
        return np.frombuffer(gzip.decompress(originals[file]), np.uint8, offset=header)

    return {
        "train_images": read("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28),
        "train_labels": read("train-labels-idx1-ubyte.gz", 8),
        "test_images": read("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28),
        "test_labels": read("t10k-labels-idx1-ubyte.gz", 8),
    }


def _read_cifar10(originals: Mapping[str, bytes]) -> dict[str, np.ndarray]:
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
