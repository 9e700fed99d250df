"""The models against the sources of their facts: AWS's own service model, and the provider's schema."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import botocore.loaders
import botocore.session
import pytest

from conftest import Offline
from pcaform.core import facts
from pcaform.spec.schema import json_schema
from pcaform.terraform.fields import FIELDS, FieldFact
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY, CERTIFICATE, IAM_USER, PERMISSION

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

NOT_IN_THE_SPEC = {
    AUTHORITY: {"id", "tags_all"},
    CERTIFICATE: {"id", "certificate_signing_request", "signing_algorithm"},  # both follow from the CAs
    PERMISSION: {"id", "certificate_authority_arn", "source_account"},
    IAM_USER: {"id", "tags_all"},
    ACM_CERTIFICATE: {
        "id", "tags_all", "certificate_body", "certificate_chain", "private_key", "validation_method",
        "validation_option.domain_name", "validation_option.validation_domain",
        "options.certificate_transparency_logging_preference",
    },
}  # fmt: skip
"""Arguments of the provider that no field of the spec becomes: computed ones, and those of public certificates."""

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
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], **SCHEMA["else"]["properties"]}}
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


@pytest.mark.parametrize("field", [field for field in FIELDS if field.api], ids=lambda field: field.path)
def test_limits_are_those_of_the_api(field: FieldFact) -> None:
    assert field.api
    shape, member = field.api.split(".")
    theirs = limits(SHAPES[SHAPES[shape]["members"][member]["shape"]])
    ours = our_schema(field.path)
    ours = resolved(ours["items"]) if ours.get("type") == "array" else ours
    for keyword, limit in theirs.items():
        value = limit
        if keyword in OURS_IS_NARROWER.get(field.path, set()):
            continue
        found = ours.get(keyword, [ours["const"]] if keyword == "enum" and "const" in ours else None)
        if keyword == "enum":
            found, value = sorted(found or []), sorted(value)
        assert found == value


@pytest.mark.parametrize("shape", WHOLE)
def test_every_member_of_the_api_has_its_field(shape: str) -> None:
    ours = {field.api.split(".")[1] for field in FIELDS if field.api and field.api.startswith(f"{shape}.")}
    assert ours == set(SHAPES[shape]["members"]) - WHOLE[shape]


@pytest.mark.parametrize("partition", facts.REGIONS)
def test_regions_are_those_of_the_sdk(partition: str) -> None:
    theirs = botocore.session.Session().get_available_regions("acm-pca", partition)
    assert set(facts.REGIONS[partition]) == set(theirs)
    assert {facts.partition(region) for region in theirs} == {partition}


@pytest.fixture(scope="module")
def provider(offline: Offline, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the resource schemas of the provider that is installed."""
    directory = tmp_path_factory.mktemp("schema")
    (directory / "main.tf").write_text(
        'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n'
    )
    terraform = offline(directory)
    terraform.init()
    command = [terraform.binary, "providers", "schema", "-json"]
    done = subprocess.run(command, cwd=directory, env=dict(terraform.environment), capture_output=True, check=True)
    (schemas,) = json.loads(done.stdout)["provider_schemas"].values()
    return schemas["resource_schemas"]


def arguments(block: Any, prefix: str = "") -> Iterator[str]:
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("required") or attribute.get("optional"):
            yield f"{prefix}{name}"
    for name, nested in block.get("block_types", {}).items():
        yield from arguments(nested["block"], f"{prefix}{name}.")


@pytest.mark.terraform
@pytest.mark.parametrize("resource", NOT_IN_THE_SPEC)
def test_every_argument_of_the_provider_has_its_field(resource: str, provider: Any) -> None:
    ours = {field.argument for field in FIELDS if field.resource == resource and field.argument}
    theirs = set(arguments(provider[resource]["block"]))
    assert ours == theirs - NOT_IN_THE_SPEC[resource]


@pytest.mark.terraform
def test_what_is_called_inexpressible_is_no_argument(provider: Any) -> None:
    known = set(arguments(provider[AUTHORITY]["block"]))
    for name in facts.INEXPRESSIBLE_KEYS:
        assert not [argument for argument in known if argument.endswith(f".{name}")]


def test_every_field_stands_once() -> None:
    assert len({field.path for field in FIELDS}) == len(FIELDS)
