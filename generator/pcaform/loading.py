"""A file's path -> the spec in it, read and judged: the front half of every command that takes a spec."""

import sys
from pathlib import Path

from pcaform.document import parse
from pcaform.problems import Failure
from pcaform.rules.catalog import judge
from pcaform.spec.reading import read
from pcaform.spec.stack import Spec

STDIN = "-"


def load(path: str) -> Spec:
    """Return the spec in a file, or on standard input for `-`.

    Raises Invalid with every problem in it, Failure where the file cannot be read.
    """
    return judged(content(path), "<stdin>" if path == STDIN else path)


def judged(text: bytes, name: str) -> Spec:
    """Return the spec in a file's bytes; raises Invalid with every problem in it, located under `name`."""
    document = parse(text, name)
    spec = read(document)
    judge(spec, document)
    return spec


def content(path: str) -> bytes:
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
