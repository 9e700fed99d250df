"""`pcaform report`: one HTML page of specs, of an account, or of what other commands have saved as JSON."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pcaform.cli.exit_codes import OK
from pcaform.cli.options import AccountOptions, Expiring, parse_expiring
from pcaform.core import console
from pcaform.core.files import display_name, read_bytes, resolve_target, write_target
from pcaform.core.problems import Failure, Invalid

if TYPE_CHECKING:
    from pcaform.checks.report.parts import Part


def command(
    specs: Annotated[list[str] | None, "[SPEC]...: Files, directories, or '-'."] = None,
    *,
    out: Annotated[Path | None, "--out FILE: The page; an earlier page is replaced. Default: print it."] = None,
    live: Annotated[bool, "--live: Read an AWS account, and audit it."] = False,
    audit: Annotated[list[str] | None, "--audit FILE: The output of 'audit --format json'; repeatable."] = None,
    drift: Annotated[list[str] | None, "--drift FILE: The output of 'drift --format json'; repeatable."] = None,
    guard: Annotated[list[str] | None, "--guard FILE: The output of 'guard --format json'; repeatable."] = None,
    expiring: Expiring = "90d",
    account: AccountOptions,
) -> int:
    """Make one HTML page of specs, of an account, or of saved results.

    It shows findings, the hierarchy, what ends when, access and costs, and needs no network.
    The exit code is 0 whatever is found.

    $ pcaform report specs --out report.html
    $ pcaform report --live --out report.html
    $ pcaform report specs --audit audit.json --guard guard.json --out report.html
    - AWS_PROFILE
    """
    from pcaform.checks.report.page import MARKER, format_parts

    if not live and (account, expiring) != (AccountOptions(), "90d"):
        raise Failure("--expiring, profiles, regions and roles are for reading an account: add --live")
    if not (specs or live or audit or drift or guard):
        raise Failure("name a SPEC, add --live, or give --audit, --drift or --guard with a saved JSON result")
    target = None if out is None else resolve_target(out)
    if target and target.before and not target.before.startswith(MARKER):
        raise Failure(f"{out}: this file is not a page, and is not replaced: name another file, or delete it")
    parts = [*_parts_of_specs(specs or []), *_parts_of_files(audit=audit, drift=drift, guard=guard)]
    page = format_parts([*parts, _read_account(account, expiring)] if live else parts)
    if target is None:
        console.print_document(page)
    else:
        write_target(target, page.encode())
        console.print_status(f"wrote {out}")
    return OK


def _parts_of_specs(paths: list[str]) -> "list[Part]":
    from pcaform.checks.report.parts import part_of_spec
    from pcaform.rules.load import check_files, require_all

    results, specs = check_files(paths)
    if len(specs) < len(results):
        raise Invalid(problem for result in results for problem in result.problems)
    require_all(specs)
    pairs = zip(specs, results, strict=True)
    return [part_of_spec(spec, result.problems, display_name(path)) for (path, spec, _), result in pairs]


def _parts_of_files(**files: list[str] | None) -> "Iterator[Part]":
    """Yield what saved results say, by the command that printed them."""
    from pcaform.checks.report.parts import SAVED

    for kind, paths in files.items():
        result, convert = SAVED[kind]
        for path in paths or ():
            yield convert(parse_saved(kind, path, result, read_bytes(path)), display_name(path))


def parse_saved(kind: str, path: str, result: type, content: bytes) -> Any:
    """Return what a command printed as JSON; raises Failure for anything but what this release prints."""
    from pydantic import TypeAdapter, ValidationError

    from pcaform.core.formats.report import format_json

    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        read: Any = TypeAdapter[Any](result).validate_json(content, strict=True)
        if json.loads(content) == json.loads(format_json(read)):
            return read
        wrong = "it has other keys than those, or lacks one"
    except OverflowError:
        wrong = "a date is outside the years 1 to 9999"
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        allowed = first.get("ctx", {}).get("expected", f"see 'pcaform schema {kind.partition(' ')[0]}'")
        wrong = f"'{'.'.join(map(str, first['loc']))}', allowed: {allowed}" if first["loc"] else "it is not JSON"
    raise Failure(
        f"{display_name(path)}: this is not what 'pcaform {kind} --format json' of this release prints: {wrong}"
    )


def _read_account(account: AccountOptions, expiring: str) -> "Part":
    from pcaform.checks.audit.check import audit_account
    from pcaform.checks.report.parts import part_of_account
    from pcaform.cli.account_session import open_account
    from pcaform.sources.account_snapshot import CERTIFICATE

    period, opened = parse_expiring(expiring), open_account(account.caller())
    return part_of_account(*audit_account(opened, now=datetime.now(UTC), expiring=period, parts=(CERTIFICATE,)))
