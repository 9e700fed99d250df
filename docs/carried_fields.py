"""Generates the table of spec fields that each source carries, from the table of arguments."""

from typing import get_args

from pcaform.render.normal_form import carries
from pcaform.spec.stack import Spec
from pcaform.terraform.arguments import Source
from pcaform.terraform.schema import by_path

_NOTES = {
    "aws.default_tags": "state: if visible on a resource without an own tag of that name",
    "terraform.backend": "the backend, if it is literal",
    "certificate_authorities.*.arn": "live: always; hcl: from an import block; state: of a CA that it did not activate",
    "certificate_authorities.*.activation": "live: always `external`, since the CA is active already",
    "certificate_authorities.*.parent": "live: by key identifier and signature; else by the issuer of its certificate",
    "certificate_authorities.*.path_length": "live: from the certificate; state, hcl: from the template",
    "certificate_authorities.*.tags": "live: AWS does not distinguish `default_tags`, the spec in `--into` does",
    "certificates.*.arn": "live: in new entries; hcl: from an import block",
    "issuers.*.user_name": "live: as `existing_user`",
    "issuers.*.role": "live: as `existing_role`",
    "issuers.*.grants": "if grants make an equivalent policy",
    "issuers.*.policy": "unchanged, if grants do not make it",
}


def table(_: str) -> str:
    """Return a row for each field: the sources that carry it, and a note."""
    sources = get_args(Source)
    rows = []
    for path in dict.fromkeys(map(_shorten, by_path())):
        marks = ["yes" if carries(source, path) else "" for source in sources]
        only = "" if any(marks) else "spec only"
        rows.append(f"| `{path}` | {' | '.join(marks)} | {_NOTES.get(path, only)} |")
    head = f"| field | {' | '.join(sources)} | |\n| --- |{' --- |' * (len(sources) + 1)}"
    return "\n".join([head, *sorted(rows, key=_place)])


def _place(row: str) -> int:
    """Return the place of a row: sections stay together, in the order of a spec."""
    return list(Spec.model_fields).index(row.split("`")[1].partition(".")[0])


def _shorten(path: str) -> str:
    """Return the field of an item, or the setting of the stack, that a path is of or below."""
    parts = path.replace("[]", "").split(".")
    return ".".join(parts[:3] if parts[1:2] == ["*"] else parts[:2])
