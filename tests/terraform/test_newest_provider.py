"""The newest release of the provider whose arguments were read takes what modules and the table of arguments have.

It is not run here: its schema comes from its published bindings (read_bindings.py). A newer release is one command.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hcl2
import pytest

from pcaform.terraform import provider_releases
from pcaform.terraform.arguments import ARGUMENTS

ROOT = Path(__file__).parents[2]
(FILE,) = Path(__file__).parent.glob("provider-*.json")
ARGUMENTS_OF: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
VERSION = re.compile(r' version = "([^"]+)"')
META = {"count", "for_each", "lifecycle", "provider", "depends_on"}
ADDED = {
    "aws_acm_certificate": {"options.export", "private_key_wo", "private_key_wo_version"},
    "aws_cloudfront_distribution": {
        "anycast_ip_list_id",
        "cache_tag_config.header_name",
        "connection_function_association.id",
        "viewer_mtls_config.mode",
        "viewer_mtls_config.trust_store_config.advertise_trust_store_ca_names",
        "viewer_mtls_config.trust_store_config.ignore_certificate_expiry",
        "viewer_mtls_config.trust_store_config.trust_store_id",
    },
    "aws_iam_policy": {"delay_after_policy_creation_in_ms"},
    "aws_s3_bucket": {"bucket_namespace"},
    "aws_s3_bucket_public_access_block": {"skip_destroy"},
}
"""What 6.69.1 has more than 5.100, beside `region` of everything regional. Each was looked at: none widens anything."""


def _resources() -> Iterator[Any]:
    for path in sorted(ROOT.glob("modules/*/main.tf")):
        for block in hcl2.loads(path.read_text(encoding="utf-8")).get("resource", ()):
            for kind, named in block.items():
                for name, body in named.items():
                    label = f"{path.parent.name}.{name.strip(chr(34))}"
                    yield pytest.param(kind.strip('"'), set(_paths(body)), id=label)


def _paths(body: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield the arguments in a block of HCL; the content of a dynamic block counts as that block."""
    for name, value in body.items():
        if name.startswith("__") or (not path and name in META):
            continue
        if name == "dynamic":
            for block in value:
                for label, inner in block.items():
                    for content in inner["content"]:
                        yield from _paths(content, f"{path}{label.strip(chr(34))}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict) and "__is_block__" in value[0]:
            for each in value:
                yield from _paths(each, f"{path}{name}.")
        else:
            yield f"{path}{name}"


@pytest.mark.parametrize(("kind", "given"), list(_resources()))
def test_it_takes_what_a_module_gives_and_needs_no_more(kind: str, given: set[str]) -> None:
    takes = ARGUMENTS_OF[kind]
    assert given - set(takes) == set()
    blocks = {path.rpartition(".")[0] for path in given}
    needed = {path for path, need in takes.items() if need == "required" and path.rpartition(".")[0] in blocks | {""}}
    assert needed - given == set()


@pytest.mark.parametrize("kind", sorted({row.resource for row in ARGUMENTS if row.resource}))
def test_the_table_of_arguments_knows_what_it_takes(kind: str) -> None:
    rows = [row for row in ARGUMENTS if row.resource == kind and row.is_argument]
    takes = set(ARGUMENTS_OF[kind]) - {"id", "tags_all", "region"}
    assert [row.name for row in rows if not any(_is_within(path, row.name) for path in takes)] == []
    assert {path for path in takes if not any(_is_within(path, row.name) for row in rows)} == ADDED.get(kind, set())


def test_what_no_release_takes_is_not_in_the_newest() -> None:
    never = {(row.resource, row.name) for row in ARGUMENTS if row.resource and row.name and not row.is_argument}
    assert {(kind, path) for kind, path in never if path in ARGUMENTS_OF[kind]} == set()


def _is_within(path: str, row: str) -> bool:
    return path == row or path.startswith(f"{row}.")


def test_modules_refuse_the_releases_that_stacks_refuse() -> None:
    releases = {
        version for path in ROOT.glob("modules/**/versions.tf") for version in VERSION.findall(path.read_text())
    }
    stacks = (provider_releases.constraint(uses, ()) for uses in ((), *((each,) for each in provider_releases.LATER)))
    assert releases == {accepted.rpartition(",")[0] for accepted in stacks}
