"""MNIST and CIFAR10: fetched, verified, split once, kept as one tensor file per data set."""

from lth.data.dataset import DataSet, Split, is_split_by, load_data, prepare

__all__ = ["DataSet", "Split", "is_split_by", "load_data", "prepare"]
