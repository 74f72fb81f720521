"""The prepared data sets as torchvision offers them: one PIL image at a time, transformed when it is asked for."""

import struct
from pathlib import Path

import torch
from PIL import Image
from safetensors import safe_open
from torch import Tensor
from torch.utils.data import Dataset, Subset
from torchvision import datasets, transforms

from lth import paths

CIFAR10_MOMENTS = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
FLIP_CROP = (transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip())


def training_and_validation(name: str, folder: Path, augment: str | None = None) -> tuple[Dataset, Dataset]:
    """The training set in the same two parts as `lth.data` splits it. folder: where MNIST's files may be written.

    augment: whether CIFAR10's training images are mirrored and cropped at random.
    """
    with safe_open(paths.DATA / f"{name}.safetensors", "pt") as file:
        stored = {key: file.get_tensor(key) for key in ("train_images", "train_labels", "train", "validation")}
    images, labels = stored["train_images"], stored["train_labels"]
    if name == "mnist":
        _write_mnist(folder, images, labels)
        whole = varied = datasets.MNIST(folder, train=True, transform=transforms.ToTensor())
    else:
        whole, varied = Cifar10(images, labels), Cifar10(images, labels, FLIP_CROP if augment else ())
    return Subset(varied, stored["train"].tolist()), Subset(whole, stored["validation"].tolist())


class Cifar10(Dataset):
    """As torchvision's CIFAR10 with the usual transform; that class itself accepts nothing but the original archive."""

    def __init__(self, images: Tensor, labels: Tensor, augmentation: tuple = ()):
        self.images, self.labels = images.permute(0, 2, 3, 1).contiguous().numpy(), labels.tolist()
        self.transform = transforms.Compose([*augmentation, transforms.ToTensor(), transforms.Normalize(*CIFAR10_MOMENTS)])

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, position: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[position])), self.labels[position]


def _write_mnist(folder: Path, images: Tensor, labels: Tensor) -> None:
    """The uncompressed files in torchvision's layout; those of the test set, which it only looks for, are empty."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        kept = torch.arange(len(labels)) if part == "train" else torch.arange(0)
        shape = struct.pack(">IIII", 2051, len(kept), *images.shape[2:])
        (raw / f"{part}-images-idx3-ubyte").write_bytes(shape + images[kept].numpy().tobytes())
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 2049, len(kept)) + labels[kept].numpy().tobytes())
