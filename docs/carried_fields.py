"""Generates the table of spec fields that each source carries, with the functions of the round-trip tests."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pcaform.importer.merge.carried_fields import by_hcl, by_live, by_state
from pcaform.spec.stack import Spec

SPEC = {
    "version": 1,
    "stack": "every-section",
    "aws": {"region": "eu-west-1", "account_id": "123456789012", "default_tags": {"owner": "pki"}},
    "certificate_authorities": {
        "x": {
            "type": "ROOT",
            "subject": {"common_name": "X"},
            "key_algorithm": "EC_prime256v1",
            "validity": {"type": "YEARS", "value": 9},
        }
    },
    "issuers": {"x": {"grants": [{"certificates": "unmanaged", "certificate_authorities": ["x"]}]}},
    "crl_buckets": {"x": {}},
    "certificates": {
        "x": {"certificate_authority": "x", "domain_name": "x.corp.example", "key_algorithm": "EC_prime256v1"}
    },
    "shares": {"x": {"accounts": ["210987654321"]}},
    "administrators": {"x": {"role_name": "x", "trust": {"services": ["ec2.amazonaws.com"]}}},
    "auditors": {"x": {"role_name": "y", "trust": {"services": ["ec2.amazonaws.com"]}}},
}
"""A spec with one item in each section, so that all fields are listed."""

_SOURCES: Mapping[str, Callable[[Spec], dict[str, Any]]] = {"state": by_state, "live": by_live, "hcl": by_hcl}
_NOTES = {
    "aws.default_tags": "state: if visible on a resource without an own tag of that name",
    "terraform": "the backend, if it is literal",
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
_TOP = ("stack", "aws", "terraform", "removed", "moves", "waivers")


def table(_: str) -> str:
    """Return a row for each field: the sources that carry it, and a note."""
    spec = Spec.model_validate(SPEC)
    carried = {name: set(_paths(by(spec))) for name, by in _SOURCES.items()}
    carried["live"] |= {"certificate_authorities.*.arn", "certificate_authorities.*.activation", "certificates.*.arn"}
    carried["live"] |= {"issuers.*.user_name", "issuers.*.role", "issuers.*.existing_user", "issuers.*.existing_role"}
    carried["state"] |= {"certificate_authorities.*.arn", "moves"}
    carried["hcl"] |= {"moves"}
    rows = []
    for path in _paths(spec.model_dump(mode="json")):
        marks = ["yes" if path in fields else "" for fields in carried.values()]
        only = "spec only" if not any(marks) else ""
        rows.append(f"| `{path}` | {' | '.join(marks)} | {_NOTES.get(path, only)} |")
    head = f"| field | {' | '.join(carried)} | |\n| --- |{' --- |' * (len(carried) + 1)}"
    return "\n".join([head, *rows])


def _paths(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield each field of each section, and each setting of the stack."""
    for section, value in data.items():
        if section == "aws":
            yield from (f"aws.{name}" for name in value)
        elif section in _TOP:
            yield section
        elif section != "version":
            yield from (f"{section}.*.{name}" for name in value["x"])
