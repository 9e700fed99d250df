"""Pages of the reference that are generated as a whole: a page for each group of rules, the commands, the schemas."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import get_args

from pcaform.core import facts
from pcaform.rules.load import RULES
from pcaform.rules.rule import Rule

DOCS = Path(__file__).parent
CASES = DOCS.parent / "tests" / "rules" / "cases"


def groups() -> Iterator[tuple[str, str, list[Rule]]]:
    """Yield each file of rules: its name, its subject, and its rules."""
    for module, rules in groupby(RULES, key=lambda rule: rule.check.__module__):
        subject = (sys.modules[module].__doc__ or "").partition("\n")[0].removeprefix("Rules about ").rstrip(".")
        yield module.rpartition(".")[2], f"{subject[0].upper()}{subject[1:]}", list(rules)


def page_of_rule() -> dict[str, str]:
    """Return the link to each rule, from a page in docs/."""
    return {rule.id: f"rules/{name}.md#{rule.id}" for name, _, rules in groups() for rule in rules}


def rule_index(_: str) -> str:
    """Return for each group the link to its page and, as headings, its rules with what must hold."""
    parts = []
    for name, subject, rules in groups():
        rows = [f"| [`{rule.id}`](rules/{name}.md#{rule.id}) | {rule.text} |" for rule in rules]
        head = "| rule, with a bad example | what must hold |\n| --- | --- |"
        parts.append("\n".join([f"## {subject}\n", head, *rows, ""]))
    return "\n".join(parts)


def rule_pages() -> dict[Path, str]:
    """Return the page of each group of rules."""
    return {DOCS / "rules" / f"{name}.md": _rule_page(subject, rules) for name, subject, rules in groups()}


def _rule_page(subject: str, rules: list[Rule]) -> str:
    title = f"# Rules: {subject[0].lower()}{subject[1:]}\n"
    head = f"{title}\n[All rules](../rules.md). Each begins with a spec that breaks it.\n"
    return "\n".join([head, *map(_rule_section, rules)])


def _rule_section(rule: Rule) -> str:
    """Return a spec that breaks the rule, what pcaform prints, and what must hold."""
    spec = (CASES / f"{rule.id}.err.yaml").read_text(encoding="utf-8").rstrip()
    output = (CASES / f"{rule.id}.err.out").read_text(encoding="utf-8").rstrip()
    text = f"**{rule.text}** ({_severities(rule)})" + (f"\n\nSource: <{rule.source}>" if rule.source else "")
    return f"## {rule.id}\n\n```yaml\n{spec}\n```\n\n```text\n{output}\n```\n\n{text}\n"


def _severities(rule: Rule) -> str:
    """Return what a rule is in the profiles of a spec."""
    severities = ((name, rule.severity_in(name)) for name in get_args(facts.Profile))
    by_profile = [f"{severity} in the profile {name}" for name, severity in severities if severity]
    return ", ".join(by_profile) if rule.is_practice else rule.severity.value


def schemas() -> dict[Path, str]:
    """Return the schema of the spec, by its version: what an editor reads without pcaform."""
    from pcaform.spec.schema import json_schema

    return {DOCS / "schemas" / "spec-1.json": json.dumps(json_schema(), indent=2) + "\n"}


def strays() -> list[Path]:
    """Return pages of groups that are no more."""
    return sorted(set((DOCS / "rules").glob("*.md")) - set(rule_pages()))


def command_sections(_: str) -> str:
    """Return what `--help` says of each command, in its order."""
    names = [name for name in _listed(_help()) if name != "import"]
    commands = [*names, *(f"import {name}" for name in _listed(_help("import")))]
    return "\n".join(f"## pcaform {name}\n\n```text\n{_help(*name.split())}\n```\n" for name in commands)


def _listed(text: str) -> list[str]:
    """Return the commands that a help lists, before its options; raises ValueError for none."""
    if found := re.findall(r"^  ([a-z]+)  +[A-Z]", text.partition("\nOptions:\n")[0], re.MULTILINE):
        return found
    raise ValueError(text)


def _help(*command: str) -> str:
    script = "import sys; from pcaform.cli.main import main; sys.exit(main())"
    environment = {"COLUMNS": "120", "TERMINAL_WIDTH": "120", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", script, *command, "--help"], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
