"""A crawler and archive for news blogs."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("newsarchive")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
