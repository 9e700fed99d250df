"""`pcaform report merge`: one report of the JSON that a command printed in several jobs."""

import json
from collections.abc import Callable, Mapping
from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pcaform.cli.exit_codes import ERROR, FINDINGS, OK
from pcaform.core import console
from pcaform.core.files import display_name, read_bytes
from pcaform.core.finding import Finding, Location, Severity
from pcaform.core.grouping import grouped
from pcaform.core.problems import Failure

if TYPE_CHECKING:
    from pcaform.checks.report.parts import Part


def command(
    files: Annotated[list[str], "FILE...: What one command printed with --format json, in each of several jobs."],
    *,
    form: Annotated[
        Literal["text", "markdown", "json", "html"], "--format: The output format; html is one self-contained page."
    ] = "text",
) -> int:
    """Make one report of the JSON of several jobs.

    Worst first, and each finding once. The exit code is the worst of theirs; it is 1 too if a shard is missing.

    $ pcaform report merge drift-*.json
    $ pcaform report merge audit-1.json audit-2.json --format html > audit.html
    > report.md
    """
    from pcaform.checks.report import merged
    from pcaform.checks.report.page import format_parts
    from pcaform.checks.report.parts import Part

    read = {display_name(path): _read(path) for path in files}
    (first, (name, *_)), *_ = read.items()
    for path, (other, *_) in read.items():
        if other != name:
            raise Failure(f"{path}: this is of 'pcaform {other}', and {first} of 'pcaform {name}': merge each apart")
    parts, codes = list[Part](), [OK]
    for _, document, of_document in read.values():
        parts += of_document
        has_findings = any(part.found for part in of_document)
        codes.append(getattr(document, "exit_code", FINDINGS if has_findings else OK))
    if missing := _list_missing({path: document for path, (_, document, _) in read.items()}):
        parts.append(Part("shards", "", found=tuple((name, each) for each in missing)))
        codes.append(ERROR)
    result = merged.merge(parts, name, max(codes, key=(OK, FINDINGS, ERROR).index))
    if form == "html":
        console.print_document(format_parts(list(merged.drop_repeated(parts))))
    else:
        merged.build_report(result).print(form)
    console.print_progress(merged.format_summary(result))
    return result.exit_code


def _read(path: str) -> tuple[str, Any, Any]:
    """Return which command printed a file, what it printed, and its parts; raises Failure for anything else."""
    from pcaform.checks.access.check import AccessReport
    from pcaform.checks.report.merged import Merged, list_parts
    from pcaform.checks.report.parts import SAVED, part_of_access
    from pcaform.cli.commands.report import parse_saved
    from pcaform.cli.documents import RENDERING, VALIDATION

    kinds: Mapping[str, tuple[type[Any], Callable[[Any, str], Any]]] = {
        **SAVED,
        "access": (AccessReport, part_of_access),
        "validate": (VALIDATION, _part_of_problems),
        "render": (RENDERING, _part_of_problems),
        "report merge": (Merged, list_parts),
    }
    content = read_bytes(path)
    try:
        keys = set(json.loads(content))
    except (ValueError, TypeError, RecursionError):
        keys = set()
    if "format_version" not in keys:
        raise Failure(f"{display_name(path)}: this is not what pcaform prints with --format json, or not all of it")
    kind = min(kinds, key=lambda kind: len(keys ^ signature(kinds[kind][0]).parameters.keys()))
    document = parse_saved(kind, path, kinds[kind][0], content)
    parts = kinds[kind][1](document, display_name(path))
    return (document.command, document, parts) if isinstance(document, Merged) else (kind, document, [parts])


def _part_of_problems(document: Any, file: str) -> "Part":
    """Return what `validate` or `render` says: problems of specs, and files that are not as they are rendered."""
    from pcaform.checks.report.parts import Part

    found = []
    for each in document.problems:
        place = Location(each.path, each.line, each.column)
        found.append(Finding(each.rule, "", each.message, severity=Severity(each.severity), location=place))
    for each in (each for each in getattr(document, "stacks", ()) if each.exit_code):
        states = each.files.items()
        found += [Finding("render", f"{each.stack}/{name}", state, severity=Severity.WARNING) for name, state in states]
        if each.exit_code == ERROR:
            found.append(Finding("render", each.stack, "it was not rendered", "see the log of its job"))
    return Part("specs", file, found=tuple(("render", each) for each in found))


def _list_missing(documents: Mapping[str, Any]) -> list[Finding]:
    """Return the shards of which no document is there; raises Failure for documents that are not of one run."""
    shards = {path: str(getattr(document, "shard", None) or "") for path, document in documents.items()}
    by_shard = grouped((shard, documents[path]) for path, shard in shards.items())
    counts = {shard.partition("/")[2] for shard in by_shard}
    if len(counts) > 1 or any(shard and each != same[0] for shard, same in by_shard.items() for each in same):
        said = ", ".join(f"{path} is {f'shard {shard}' if shard else 'no shard'}" for path, shard in shards.items())
        raise Failure(f"these are not the shards of one run: {said}")
    expected = [f"{index}/{of}" for of in filter(None, counts) for index in range(1, int(of) + 1)]
    missing = [f"shard {each}" for each in expected if each not in by_shard]
    return [
        Finding("missing-shard", each, "no file of it is here", "run its job, and name its file") for each in missing
    ]
