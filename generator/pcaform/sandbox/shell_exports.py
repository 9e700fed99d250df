"""The sandbox's environment variables in the syntax of bash, zsh, fish and PowerShell."""

from __future__ import annotations

from collections.abc import Mapping

_FORMS = {"fish": "set -gx {} {}", "powershell": '$Env:{} = "{}"'}
_POSIX = "export {}={}"
SHELLS = ("bash", "zsh", "fish", "powershell")


def format_exports(environment: Mapping[str, str], *, shell: str) -> str:
    """Format one line for each variable; a `shell` that is not in SHELLS is treated as a POSIX shell.

    The sandbox's values are URLs, names and keys without spaces or characters that need quoting.
    """
    form = _FORMS.get(shell, _POSIX)
    return "\n".join(form.format(name, value) for name, value in sorted(environment.items()))


def detect_shell(environment: Mapping[str, str]) -> str:
    """Detect the caller's shell: from SHELL, PowerShell if only PSModulePath is set, else bash."""
    name = environment.get("SHELL", "").rpartition("/")[2]
    if name in SHELLS:
        return name
    return "powershell" if "PSModulePath" in environment and not name else "bash"
