"""Writes the generated parts of the documentation; `--check` only compares, and exits 1 if a part is stale."""

import argparse
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import carried_fields
import engine_pages
import guard_pages
import messages
import module_copies
import module_pages
import performance_page
import provider_pages
import reference_pages
import spec_examples

from pcaform.core import facts
from pcaform.rules.together import OF_FILES
from pcaform.spec.fields import default_of, describe_values, list_paths, read_models
from pcaform.terraform.arguments import FLOOR
from pcaform.terraform.schema import by_path

ROOT = Path(__file__).parent.parent
MARK = "<!-- generated: {name} -->"
sys.path.insert(0, str(ROOT / "tests"))  # for the table of errors in sandbox/refusals.py


def file_rule_table(_: str) -> str:
    """Return a row for each rule about files, which are no objects: its id and what must hold."""
    rows = [f"| `{name}` | {text} |" for name, text in OF_FILES.items()]
    return "\n".join(["| rule | what must hold |", "| --- | --- |", *rows])


def audit_rule_table(_: str) -> str:
    """Return a row for each rule of the audit: its id, the page that says why, what is wrong, and its controls."""
    from pcaform.checks.audit.check import RULES as AUDIT_RULES

    controls = {rule.id: ", ".join(f"`{control}`" for control in rule.controls) for rule in AUDIT_RULES}
    only = {rule.id: " Only with `--framework`." if rule.is_optional else "" for rule in AUDIT_RULES}
    rows = [
        f"| [`{each.id}`]({each.source}) | {each.text}{only[each.id]} | {controls[each.id]} |" for each in AUDIT_RULES
    ]
    return "\n".join(["| rule, with its source | what is wrong | answers to |", "| --- | --- | --- |", *rows])


def field_tables(_: str) -> str:
    """Return a table for each mapping of the spec, in the order in which a reader meets them."""
    top, definitions = read_models()
    paths = list_paths(top, definitions)
    titles = {name: _title(name, paths, definitions) for name in paths}
    tables = [_model_table("The spec", (), top, titles=titles)]
    for name, at in paths.items():
        if "properties" in definitions[name]:
            tables.append(_model_table(titles[name], at, definitions[name], titles=titles))
    return "\n".join(tables)


def _title(name: str, paths: dict[str, tuple[str, ...]], definitions: Any) -> str:
    """Return the heading of a mapping: the keys that a user writes, and what selects it among others there."""
    keys = dict.fromkeys(path.replace("[]", "").removesuffix(".*").rpartition(".")[2] for path in paths[name])
    title = ", ".join(f"`{key}`" for key in keys)
    others = [other for other in paths if other != name and set(paths[other]) & set(paths[name])]
    required = [key for key in definitions[name].get("required", ()) if others]
    constants = {key: value["const"] for key, value in definitions[name]["properties"].items() if "const" in value}
    if selected := next((key for key in required if key in constants), None):
        return f"{title} with `{selected}: {json.dumps(constants[selected]).strip(chr(34))}`"
    return f"{title} with `{required[0]}`" if required and not constants else title


def _model_table(title: str, paths: tuple[str, ...], model: Any, *, titles: Mapping[str, str]) -> str:
    required = set(model.get("required", []))
    first = paths[0] if paths else ""
    rows = [
        _field_row(f"{first}.{name}".lstrip("."), field, is_required=name in required, titles=titles)
        for name, field in model["properties"].items()
    ]
    location = f"At {', '.join(f'`{path}`' for path in paths)}. " if paths else ""
    head = f"## {title}\n\n{location}{model.get('description', '')}\n"
    names = ["key", "description", "type and limits", "default", "import sources", "in Terraform", "in the API"]
    columns = f"| {' | '.join(names)} |\n|{' --- |' * len(names)}"
    shown, errors = (spec_examples.example(paths, model), spec_examples.errors(paths)) if paths else ("", "")
    return "\n".join([head, shown, columns, *rows, errors, ""])


def _field_row(path: str, field: Any, *, is_required: bool, titles: Mapping[str, str]) -> str:
    name = path.rpartition(".")[2]
    fact = by_path().get(path)
    default = default_of(field, is_required=is_required)
    sources = ", ".join(fact.carried) if fact else ""
    argument = f"`{fact.resource}` `{fact.name}`" if fact and fact.resource and fact.is_argument else ""
    if name in facts.INEXPRESSIBLE_KEYS and fact and not fact.is_argument:
        argument = "cannot be set yet"
    elif argument and fact and fact.since != FLOOR:
        argument += f", from provider aws {fact.since} on"
    api = f"`{fact.api}`" if fact and fact.api else ""
    cells = [
        f"`{name}`",
        field.get("description", ""),
        describe_values(field, lambda model: _link(titles[model])),
        default,
        sources,
        argument,
        api,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _link(title: str) -> str:
    """Return a link to the heading with this title, as GitHub makes its anchor."""
    anchor = "".join(each for each in title.lower().replace(" ", "-") if each.isalnum() or each in "-_")
    return f"[{title.replace('`', '')}](#{anchor})"


def operation_table(_: str) -> str:
    """Return a row for each operation of Private CA: its handler's docstring, and the errors that tests provoke."""
    from pcaform.sandbox.http.model_validation import service_model
    from pcaform.sandbox.pca.operations import Operations
    from pcaform.sandbox.pca.service import PrivateCaResponse
    from sandbox.refusals import REFUSALS

    operations = service_model("acm-pca").operation_names
    handlers = {
        name.title().replace("_", ""): inspect.getdoc(handler) or ""
        for group in PrivateCaResponse.__mro__
        if issubclass(group, Operations)
        for name, handler in vars(group).items()
    }
    rows = [_operation_row(name, handlers[name], REFUSALS) for name in operations if name in handlers]
    count = f"{len(rows)} of {len(operations)} operations:"
    head = ["| operation | description | errors that tests provoke |", "| --- | --- | --- |"]
    return "\n".join([count, "", *head, *rows])


def _operation_row(name: str, description: str, refusals: Any) -> str:
    causes: dict[str, list[str]] = {}
    for row in refusals:
        if row.operation == name:
            causes.setdefault(row.code, []).append(row.when)
    errors = "<br>".join(f"`{code}`: {'; '.join(when)}" for code, when in sorted(causes.items()))
    return f"| `{name}` | {' '.join(description.split())} | {errors} |"


def access_table(_: str) -> str:
    """Return who may do what in the example, as `pcaform access` reports it."""
    from pcaform.checks.access.report import build_report
    from pcaform.checks.access.stack import check_spec_access
    from pcaform.rules.load import load_file

    return build_report(check_spec_access(load_file(str(ROOT / "examples" / "corp-pki.yaml")))).format("markdown")


def status_table(_: str) -> str:
    """Return a row for each status of a CA: whether an import writes the CA, and with which note."""
    from pcaform.sources.aws.inventory import STATUSES

    sample = {"until": "DATE", "ended": "DATE", "why": "REASON"}
    head = ["| status | written | note in the report | exit code 2 |", "| --- | --- | --- | --- |"]
    rows = [
        f"| `{status}` | {'yes' if handling.is_written else 'no'} | {_format_note(handling, sample)} | "
        f"{'yes' if handling.note and handling.kind != 'listed' else 'no'} |"
        for status, handling in STATUSES.items()
    ]
    return "\n".join([*head, *rows])


def _format_note(handling: Any, sample: dict[str, str]) -> str:
    return f"{handling.kind}: {handling.note.format(**sample)}" if handling.note else ""


def permission_table(_: str) -> str:
    """Return a row for each action that reading an account needs, with AWS's rate, and the policy that allows them."""
    from pcaform.core.facts import REQUEST_RATES
    from sources.aws.required_permissions import REQUIRED_PERMISSIONS, build_policy

    head = ["| action | purpose | requests per second |", "| --- | --- | --- |"]
    actions = {action: purpose for group in REQUIRED_PERMISSIONS.values() for action, purpose in group.items()}
    rows = [f"| `{action}` | {purpose} | {REQUEST_RATES.get(action, '')} |" for action, purpose in actions.items()]
    return "\n".join([*head, *rows, "", "```json", json.dumps(build_policy(), indent=2), "```"])


def never_table(_: str) -> str:
    """Return a row for each error that AWS declares and the sandbox never gives, with the reason."""
    from pcaform.sandbox.http.model_validation import service_model
    from sandbox.refusals import reason_never

    model, operations = service_model("acm-pca"), {}
    for name in model.operation_names:
        for shape in model.operation_model(name).error_shapes:
            if reason := reason_never(name, shape.name):
                operations.setdefault((shape.name, reason), []).append(f"`{name}`")
    rows = [f"| `{code}` | {', '.join(names)} | {reason} |" for (code, reason), names in sorted(operations.items())]
    return "\n".join(["| error | declared for | why the sandbox never gives it |", "| --- | --- | --- |", *rows])


def _module_parts() -> Iterator[tuple[str, str, Callable[[str], str]]]:
    for name in module_pages.names():
        yield f"modules/{name}/README.md", "example", lambda _, name=name: module_pages.example(name)
        yield f"modules/{name}/README.md", "rights", lambda _, name=name: module_pages.rights_table(name)
        yield f"modules/{name}/README.md", "inputs", lambda _, name=name: module_pages.input_table(name)
        yield f"modules/{name}/README.md", "outputs", lambda _, name=name: module_pages.output_table(name)


PARTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("docs/issuers.md", "access", access_table),
    ("docs/commands.md", "commands", reference_pages.command_sections),
    ("docs/spec.md", "fields", field_tables),
    ("docs/rules.md", "files", file_rule_table),
    ("docs/rules.md", "rules", reference_pages.rule_index),
    ("docs/audit.md", "rules", audit_rule_table),
    ("docs/import.md", "carried", carried_fields.table),
    ("docs/import-aws.md", "statuses", status_table),
    ("docs/import-aws.md", "permissions", permission_table),
    ("docs/guard.md", "hazards", guard_pages.hazard_table),
    ("docs/guard.md", "said", guard_pages.hazard_sections),
    ("docs/guard.md", "doubts", guard_pages.doubt_table),
    ("docs/provider-releases.md", "uses", provider_pages.use_table),
    ("docs/provider-releases.md", "defects", provider_pages.defect_table),
    ("docs/provider-releases.md", "never", provider_pages.never_table),
    ("docs/engines.md", "releases", engine_pages.release_table),
    ("docs/engines.md", "features", engine_pages.feature_tables),
    ("docs/messages.md", "messages", messages.message_sections),
    ("docs/performance.md", "figures", performance_page.figures),
    ("docs/sandbox.md", "operations", operation_table),
    ("docs/sandbox.md", "never", never_table),
    *_module_parts(),
)
"""Page, name of the generated part, and the function that makes it from the part's current text."""


def render_page(page: str, name: str, make: Callable[[str], str]) -> str:
    """Return a page's text with one generated part replaced."""
    before, mark, rest = (ROOT / page).read_text(encoding="utf-8").partition(MARK.format(name=name))
    current, end, after = rest.partition(MARK.format(name="end"))
    return f"{before}{mark}\n{make(current)}\n{end}{after}"


def _write_or_compare(path: Path, text: str | None, *, check: bool) -> str | None:
    """Write a file, or delete it if its text is None; return its name if it was stale."""
    current = path.read_text(encoding="utf-8") if path.exists() else None
    if text == current:
        return None
    if not check and text is None:
        path.unlink()
    elif not check and text is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(path.relative_to(ROOT))


def main() -> int:
    """Write every part and every copy, or compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [_write_or_compare(ROOT / page, render_page(page, name, make), check=check) for page, name, make in PARTS]
    whole = module_copies.copies() | reference_pages.rule_pages() | reference_pages.schemas()
    stale += [_write_or_compare(path, text, check=check) for path, text in whole.items()]
    strays = [*module_copies.stray_copies(), *reference_pages.strays()]
    stale += [_write_or_compare(path, None, check=check) for path in strays]
    for page in dict.fromkeys(filter(None, stale)):
        sys.stderr.write(f"{page}: {'stale, run make docs' if check else 'written'}\n")
    return 1 if check and any(stale) else 0


if __name__ == "__main__":
    sys.exit(main())
