"""The corpus is complete: each argument of the provider is set somewhere in it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hcl2
import pytest

from conftest import Offline
from sandbox.terraform.corpus import STAGES

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.holds_for(
        provider="5.100", reason="the corpus sets each argument of that release, and of no later one"
    ),
]
COMPUTED_TOO = {"id", "tags_all"}
"""Arguments that can be set but that the provider computes; the corpus does not set them."""
PUBLIC = {
    "certificate_body",
    "certificate_chain",
    "private_key",
    "validation_method",
    "validation_option.domain_name",
    "validation_option.validation_domain",
}
"""Arguments of `aws_acm_certificate` that conflict with a private CA, or have no effect with one."""
KINDS = {
    "resource_schemas": {
        "aws_acmpca_certificate_authority": COMPUTED_TOO,
        "aws_acmpca_certificate_authority_certificate": {"id"},
        "aws_acmpca_certificate": {"id"},
        "aws_acmpca_permission": {"id"},
        "aws_acmpca_policy": {"id"},
        "aws_acm_certificate": COMPUTED_TOO | PUBLIC,
    },
    "data_source_schemas": {
        "aws_acmpca_certificate_authority": {"id", "tags"},  # filled in, never a filter
        "aws_acmpca_certificate": {"id"},
    },
}


@pytest.fixture(scope="module")
def schemas(offline: Offline, terraform_init: Path) -> Mapping[str, Any]:
    """Return the provider's schemas."""
    terraform = offline(terraform_init)
    command = [terraform.binary, "providers", "schema", "-json"]
    done = subprocess.run(
        command, cwd=terraform_init, env=dict(terraform.environment), capture_output=True, check=True, text=True
    )
    (found,) = json.loads(done.stdout)["provider_schemas"].values()
    provider: Mapping[str, Any] = found
    return provider


def configurable_arguments(block: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted path of each argument that can be written in a block."""
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("required") or attribute.get("optional"):
            yield f"{prefix}{name}"
    for name, inner in block.get("block_types", {}).items():
        yield from configurable_arguments(inner["block"], f"{prefix}{name}.")


def written_arguments(body: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted path of each argument in a block; a dynamic block counts as its content."""
    for block in body if isinstance(body, list) else [body]:
        for name, value in block.items():
            if name == "dynamic":
                for dynamic in value:
                    for label, inner in dynamic.items():
                        yield from written_arguments(inner["content"], f"{prefix}{label}.")
            elif isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
                yield from written_arguments(value, f"{prefix}{name}.")
            else:
                yield f"{prefix}{name}"


def block_bodies(section: str, kind: str) -> Iterator[Any]:
    """Yield the bodies of all blocks of a kind in the corpus."""
    for path in sorted(STAGES.glob("*/*.tf")):
        for block in hcl2.loads(path.read_text(encoding="utf-8")).get(section, []):
            for label, named in block.items():
                if label.strip('"') == kind:
                    yield from named.values()


@pytest.mark.parametrize("kind", KINDS["resource_schemas"])
def test_every_argument_of_a_resource_is_in_the_corpus(kind: str, schemas: Mapping[str, Any]) -> None:
    check_coverage("resource_schemas", "resource", kind, schemas)


@pytest.mark.parametrize("kind", KINDS["data_source_schemas"])
def test_every_argument_of_a_data_source_is_in_the_corpus(kind: str, schemas: Mapping[str, Any]) -> None:
    check_coverage("data_source_schemas", "data", kind, schemas)


def check_coverage(schema: str, section: str, kind: str, schemas: Mapping[str, Any]) -> None:
    configurable = set(configurable_arguments(schemas[schema][kind]["block"]))
    found = {path for body in block_bodies(section, kind) for path in written_arguments(body)}
    assert configurable - found == KINDS[schema][kind]


def test_no_resource_is_left_out(schemas: Mapping[str, Any]) -> None:
    for schema, kinds in KINDS.items():
        assert {kind for kind in schemas[schema] if kind.startswith("aws_acmpca_")} == set(kinds) - {
            "aws_acm_certificate"
        }
