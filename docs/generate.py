"""Writes the generated parts of the documentation; `--check` only compares and exits 1 where one is stale."""

import argparse
import ast
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "generator" / "pcaform"
MARK = "<!-- generated: {name} -->"


def modules() -> dict[str, Path]:
    """Return the program's modules: dotted name below the package to path."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[-1] not in {"__init__", "__main__"}:
            found[".".join(parts)] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> set[str]:
    """Return which modules of the program one of them imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.removeprefix("pcaform.") for name in names} & set(known)


def module_table(current: str) -> str:
    """Return one line per module, in the order the page has; modules that are new to it go where they first can."""
    known = modules()
    needs = {name: imports(path, known) for name, path in known.items()}
    listed = [line.split("`")[1] for line in current.splitlines() if line.startswith("| `")]
    ordered = [name for name in listed if name in known]
    for name in sorted(set(known) - set(ordered), key=lambda name: (len(needs[name]), name)):
        after = [ordered.index(other) + 1 for other in needs[name] if other in ordered]
        ordered.insert(max(after, default=0), name)
    rows = [f"| `{name}` | {_summary(known[name])} |" for name in ordered]
    return "\n".join(["| module | what it is for |", "| --- | --- |", *rows])


def _summary(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.split("\n\n")[0].split())


PARTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (("ARCHITECTURE.md", "modules", module_table),)
"""Page, name of the generated part, and what makes it from the part's present text."""


def main() -> int:
    """Write every part, or compare it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for page, name, make in PARTS:
        path = ROOT / page
        before, mark, rest = path.read_text(encoding="utf-8").partition(MARK.format(name=name))
        current, end, after = rest.partition(MARK.format(name="end"))
        text = f"{before}{mark}\n{make(current)}\n{end}{after}"
        if text != path.read_text(encoding="utf-8"):
            stale.append(page)
            if not check:
                path.write_text(text, encoding="utf-8")
    for page in stale:
        sys.stderr.write(f"{page}: {'stale, run make docs' if check else 'written'}\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
