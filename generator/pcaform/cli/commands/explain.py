"""`pcaform explain`: what a rule, a finding or a field of a spec means, and where that comes from."""

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from pcaform.cli.exit_codes import OK
from pcaform.cli.help import DOCS
from pcaform.core import console
from pcaform.core.problems import Failure


def _list_topics(start: str) -> list[str]:
    """Return the names of rules and of fields that start so."""
    from pcaform.spec.fields import list_fields

    names = (*(name for name, _ in dict(_rules())), *(path.rpartition(".")[2] for path, *_ in list_fields()))
    return [name for name in dict.fromkeys(names) if name.startswith(start)]


def command(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="RULE|FIELD", help="As messages name a rule, or a spec a field.", autocompletion=_list_topics
        ),
    ] = None,
) -> int:
    """Explain a rule, a finding or a field of a spec.

    Without one, list all rules. A field is its name, or as much of its path as tells it from others.

    $ pcaform explain ca-template
    $ pcaform explain crl_configuration.enabled
    > rules.md
    """
    rules = dict(_rules())
    if topic is None:
        _print(f"{name}: {text.splitlines()[0]}" for (name, _), text in rules.items())
        return OK
    pages = [*(text for (name, _), text in rules.items() if name == topic), *_fields(topic)]
    if not pages:
        from pcaform.spec.messages import suggest

        raise Failure(f"there is no rule and no field '{topic}'{suggest(topic, _list_topics(''))}")
    _print("\n\n".join(pages).split("\n"))
    return OK


def _print(lines: Iterable[str]) -> None:
    console.print_result("\n".join(console.wrap_line(line, sys.stdout) for line in lines))


def _rules() -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the page of each rule by its id and the check it is of, in their order."""
    from pcaform.checks.audit.check import RULES as AUDIT_RULES
    from pcaform.checks.guard.rule import all_rules
    from pcaform.rules.load import RULES
    from pcaform.rules.together import OF_FILES

    for rule in RULES:
        page = f"rules/{rule.check.__module__.rpartition('.')[2]}.md#{rule.id}"
        yield (rule.id, "validate"), _page(rule.text, f"{rule.severity} of a spec", rule.source, page)
    for name, text in OF_FILES.items():
        yield (name, "validate"), _page(text, "error about files", "", "rules.md")
    for guard_rule in all_rules().values():
        text = f"A change that {guard_rule.change}. Then {guard_rule.text}."
        kind = f"finding of the guard, {guard_rule.level}"
        yield (guard_rule.id, "guard"), _page(text, kind, guard_rule.source, "guard.md")
    for audit_rule in AUDIT_RULES:
        kind = "\n  answers to: ".join(filter(None, ("finding of the audit", ", ".join(audit_rule.controls))))
        yield (audit_rule.id, "audit"), _page(audit_rule.text, kind, audit_rule.source, "audit.md")


def _page(text: str, kind: str, source: str, page: str) -> str:
    return f"{text}\n  {kind}\n" + (f"  source: {source}\n" if source else "") + f"  more: {DOCS}/{page}"


def _fields(topic: str) -> Iterator[str]:
    """Yield the page of each field whose path ends like the topic."""
    from pcaform.spec.fields import default_of, describe_values, list_fields, read_models

    def name_keys(model: str) -> str:
        keys = read_models()[1][model].get("properties", {})
        return f"mapping of {', '.join(keys)}" if keys else "mapping"

    from pcaform.terraform.arguments import FLOOR
    from pcaform.terraform.schema import by_path

    for path, field, model in list_fields():
        plain = path.replace("[]", "").replace(".*", "")
        if f".{plain}".endswith(f".{topic.strip('.')}") or path == topic:
            row = by_path().get(path)
            default = default_of(field, is_required=path.rpartition(".")[2] in model.get("required", ()))
            argument = f"  becomes: {row.resource}, {row.name}" if row and row.resource and row.is_argument else ""
            if argument and row and row.since != FLOOR:
                argument += f", from provider aws {row.since} on"
            lines = (
                path,
                f"  {field.get('description', '')}",
                f"  in: {model.get('description', '')}",
                f"  values: {describe_values(field, name_keys)}",
                f"  default: {default}" if default != "required" else "  required",
                argument,
            )
            yield "\n".join(line for line in lines if line.strip() not in ("", "default:"))
