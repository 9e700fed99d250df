"""Locates the templates and the Terraform modules: inside the installed package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_CHECKOUT = _PACKAGE.parent.parent


def directory(name: str) -> Path:
    """Return the directory `templates`, `modules` or `examples`; the wheel contains them inside the package."""
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _CHECKOUT / name
