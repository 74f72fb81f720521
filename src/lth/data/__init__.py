"""The data sets: fetched, verified, split once, kept as one tensor file each."""

from lth.data.dataset import DataSet, Split, is_split_by, load_data, prepare

__all__ = ["DataSet", "Split", "is_split_by", "load_data", "prepare"]
