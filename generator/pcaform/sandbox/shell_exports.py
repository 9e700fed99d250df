"""How to point a shell at the sandbox: the environment in the words of bash, zsh, fish and PowerShell."""

from __future__ import annotations

from collections.abc import Mapping

_FORMS = {"fish": "set -gx {} {}", "powershell": '$Env:{} = "{}"'}
_POSIX = "export {}={}"
SHELLS = ("bash", "zsh", "fish", "powershell")


def exports(environment: Mapping[str, str], *, shell: str) -> str:
    """Write one line for each variable; `shell` is one of SHELLS, and anything else is taken for a POSIX shell.

    The sandbox's values are URLs, names and keys without spaces or signs that a shell would read.
    """
    form = _FORMS.get(shell, _POSIX)
    return "\n".join(form.format(name, value) for name, value in sorted(environment.items()))


def shell_of(environment: Mapping[str, str]) -> str:
    """Guess the caller's shell: what SHELL names, PowerShell where only its own variable is set, else bash."""
    name = environment.get("SHELL", "").rpartition("/")[2]
    if name in SHELLS:
        return name
    return "powershell" if "PSModulePath" in environment and not name else "bash"
