"""The models against the sources of their facts: AWS's own service model, and the provider's schema."""

import re
from collections.abc import Iterator
from typing import Any

import botocore.loaders
import botocore.session
import pytest

from pcaform.core import facts
from pcaform.spec.messages import DEFAULTS
from pcaform.spec.schema import json_schema
from pcaform.terraform.arguments import ARGUMENTS
from pcaform.terraform.schema import by_path

SERVICE: Any = botocore.loaders.Loader().load_service_model("acm-pca", "service-2")
SHAPES = SERVICE["shapes"]
SCHEMA = json_schema()

WHOLE = {
    "ASN1Subject": set(),
    "CrlConfiguration": set(),
    "OcspConfiguration": set(),
    "Validity": set(),
    # What a request carries besides the fields of the spec.
    "CreateCertificateAuthorityRequest": {
        "CertificateAuthorityConfiguration", "RevocationConfiguration", "IdempotencyToken",
    },
    "CertificateAuthorityConfiguration": {"Subject", "CsrExtensions"},
    "CreatePermissionRequest": {"CertificateAuthorityArn", "SourceAccount"},
}  # fmt: skip
"""Shapes of which every member has its field, but for those that are named here."""

OURS_IS_NARROWER = {
    "certificate_authorities.*.subject.country": {"maxLength", "minLength"},  # its pattern says two letters
    "certificate_authorities.*.permissions[].principal": {"maxLength", "pattern", "enum"},  # one service
    "certificate_authorities.*.validity.value": {"minimum"},  # a number or a time
    "certificate_authorities.*.revocation_configuration.crl_configuration.s3_bucket_name": set(),
    "certificate_authorities.*.parent": {"maxLength", "minLength", "pattern"},  # a key, not an ARN
    "certificate_authorities.*.path_length": {"maxLength", "minLength", "pattern"},  # a number, not a template
}
"""Where our limits differ from the API's on purpose."""

KEYWORDS = {"max": {"integer": "maximum", "long": "maximum", "string": "maxLength"}}


def resolved(schema: Any) -> Any:
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return resolved(next(each for each in schema[union] if each.get("type") != "null"))
    return schema


def our_schema(path: str) -> Any:
    whole = SCHEMA["else"]
    schema = {**SCHEMA, "properties": {**whole["properties"], **whole["else"]["properties"]}}
    for step in path.replace("[]", ".[]").split("."):
        schema = resolved(schema)
        if step == "*":
            (schema,) = schema["patternProperties"].values()
        else:
            schema = schema["items"] if step == "[]" else schema["properties"][step]
    return resolved(schema)


def limits(shape: Any) -> dict[str, Any]:
    """Return an API shape's limits in JSON Schema's words."""
    if shape["type"] == "list":
        return limits(SHAPES[shape["member"]["shape"]]) if "enum" in SHAPES[shape["member"]["shape"]] else {}
    number = shape["type"] in ("integer", "long")
    found = {
        "enum": shape.get("enum"),
        "pattern": f"^{shape['pattern']}$" if "pattern" in shape else None,
        "maximum" if number else "maxLength": shape.get("max"),
        "minimum" if number else "minLength": shape.get("min"),
    }
    return {keyword: value for keyword, value in found.items() if value is not None and value != 0}


@pytest.mark.parametrize("path", [path for path, row in by_path().items() if row.api])
def test_limits_are_those_of_the_api(path: str) -> None:
    shape, member = by_path()[path].api.split(".")
    theirs = limits(SHAPES[SHAPES[shape]["members"][member]["shape"]])
    ours = our_schema(path)
    ours = resolved(ours["items"]) if ours.get("type") == "array" else ours
    for keyword, limit in theirs.items():
        value = limit
        if keyword in OURS_IS_NARROWER.get(path, set()):
            continue
        found = ours.get(keyword, [ours["const"]] if keyword == "enum" and "const" in ours else None)
        if keyword == "enum":
            found, value = sorted(found or []), sorted(value)
        assert found == value


@pytest.mark.parametrize("shape", WHOLE)
def test_every_member_of_the_api_has_its_field(shape: str) -> None:
    ours = {row.api.split(".")[1] for row in ARGUMENTS if row.api.startswith(f"{shape}.")}
    assert ours == set(SHAPES[shape]["members"]) - WHOLE[shape]


@pytest.mark.parametrize("partition", facts.REGIONS)
def test_regions_are_those_of_the_sdk(partition: str) -> None:
    theirs = botocore.session.Session().get_available_regions("acm-pca", partition)
    assert set(facts.REGIONS[partition]) == set(theirs)
    assert {facts.partition(region) for region in theirs} == {partition}


def test_partitions_are_those_of_the_sdk() -> None:
    """All regions, also those without Private CA, and names that a region of a partition may have tomorrow."""
    theirs = botocore.loaders.Loader().load_data("partitions")["partitions"]
    assert {each["id"]: each["outputs"]["dnsSuffix"] for each in theirs} == facts.DNS_SUFFIXES
    regions = {name: each["id"] for each in theirs for name in each["regions"] if not name.endswith("-global")}
    assert {name: facts.partition(name) for name in regions} == regions
    for each in theirs:
        starts = re.match(r"\^\(?([a-z|]+)\)?\\-((?:[a-z]+\\-)?)", each["regionRegex"])
        assert starts is not None
        new = [f"{start}-{starts[2].replace(chr(92), '')}south-9" for start in starts[1].split("|")]
        assert [(facts.partition(name), facts.is_in_a_partition(name)) for name in new] == [(each["id"], True)] * len(
            new
        )
    assert not any(map(facts.is_in_a_partition, ("nz-south-1", "euscx-de-east-1", "cnx-north-1", "usgov-east-1")))


def fields(schema: Any = SCHEMA, path: str = "") -> Iterator[str]:
    """Yield the path of every field of a spec, down to what is no mapping with keys of its own."""
    whole = resolved(schema)
    kinds = [resolved(each) for each in whole.get("oneOf", ())] or [whole]
    for kind in kinds:
        properties = kind.get("properties", {}) | kind.get("else", {}).get("properties", {})
        for name, inner in properties.items():
            yield from fields(inner, f"{path}.{name}".lstrip("."))
        for each in kind.get("patternProperties", {}).values():
            yield from fields(each, f"{path}.*")
        if not properties and "patternProperties" not in kind:
            yield path


_SOURCES = {"references.lock_file.", "references.remote_state.*.", "references.ssm_parameter."}
ABOUT_THE_SPEC = {"version.", "stack.", "extends.", *_SOURCES}
"""Fields that no source could carry, and that nothing at AWS has."""


def test_every_field_of_the_spec_has_its_row() -> None:
    known = {f"{path.replace('[]', '')}." for path in by_path()}
    wanted = {f"{field}." for field in fields() if not field.startswith(DEFAULTS)}
    missing = {field for field in wanted if not any(field.startswith(path) or path.startswith(field) for path in known)}
    assert missing == ABOUT_THE_SPEC


@pytest.mark.parametrize("path", list(by_path()))
def test_every_row_is_a_field_of_the_spec(path: str) -> None:
    assert our_schema(path)


def test_every_field_stands_once() -> None:
    paths = [path for row in ARGUMENTS for path in row.paths]
    assert len(set(paths)) == len(paths)


def test_what_is_called_inexpressible_is_no_argument() -> None:
    names = {row.name.rpartition(".")[2] for row in ARGUMENTS if row.name and not row.is_argument}
    assert names >= set(facts.INEXPRESSIBLE_KEYS) - {"omit_extension"}
