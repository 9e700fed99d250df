"""Python's garbage collector, paused where many values are made that live as long as the command does."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Run no collection inside the block, and skip the block's values in later ones.

    Each collection would go through all of them, which makes large specs take superlinear time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.enable()
