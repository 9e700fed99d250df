"""Where the templates and the Terraform modules are: inside the installed package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_CHECKOUT = _PACKAGE.parent.parent


def directory(name: str) -> Path:
    """Return the directory `templates`, `modules` or `examples`; the wheel carries them inside the package."""
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _CHECKOUT / name
