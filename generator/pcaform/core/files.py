"""Reads the files that a command names: `-` is standard input, and an unreadable file is a Failure."""

import sys
from pathlib import Path

from pcaform.core.problems import Failure

STDIN = "-"


def display_name(path: str) -> str:
    """Return the name of a file in messages."""
    return "<stdin>" if path == STDIN else path


def base_directory(path: str) -> Path:
    """Return the directory for relative file names in a spec: that of the spec, the current one for `-`."""
    return Path() if path == STDIN else Path(path).parent


def read_bytes(path: str) -> bytes:
    """Return a file's bytes, or those of standard input for `-`."""
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise Failure(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise Failure(f"{path}: this is a directory, name a file in it") from None
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None
