"""The table of replacing arguments is the provider's: every argument of every Private CA resource is changed once.

One instance for each argument, all applied once and then planned with that argument changed.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pcaform.checks.guard.plan_json import Change, read
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.terraform.force_new import REPLACING, forces_replacement
from pcaform.terraform.runner import Terraform, find_binary

pytestmark = pytest.mark.terraform
CA, CERTIFICATE = "aws_acmpca_certificate_authority", "aws_acmpca_certificate"
INSTALLATION, PERMISSION, POLICY = f"{CERTIFICATE}_authority_certificate", "aws_acmpca_permission", "aws_acmpca_policy"
PREFIX = "aws_acmpca_"
UNCHANGEABLE = {
    (PERMISSION, "principal"): "acm.amazonaws.com is the only one that the provider takes",
    **{(kind, "id"): "computed" for kind in (CA, CERTIFICATE, INSTALLATION, PERMISSION, POLICY)},
    (CA, "tags_all"): "follows from tags",
    (CA, "timeouts.create"): "is about waiting, and nothing at AWS",
}
SUBJECT = "certificate_authority_configuration[0].subject[0]"
NAMES = (
    "common_name",
    "distinguished_name_qualifier",
    "generation_qualifier",
    "given_name",
    "initials",
    "locality",
    "organization",
    "organizational_unit",
    "pseudonym",
    "state",
    "surname",
    "title",
)
LIST = {
    "enabled": True,
    "expiration_in_days": 7,
    "s3_bucket_name": "lists",
    "custom_cname": "a.example",
    "s3_object_acl": "BUCKET_OWNER_FULL_CONTROL",
}
OCSP = {"enabled": True, "ocsp_custom_cname": "b.example"}


def authority(name: str, kind: str = "SUBORDINATE") -> dict[str, Any]:
    configuration = {
        "key_algorithm": "EC_prime256v1",
        "signing_algorithm": "SHA256WITHECDSA",
        "subject": [{"common_name": name, "country": "DE"}],
    }
    return {"type": kind, "certificate_authority_configuration": [configuration]}


def issued(csr_of: str, template: str = "SubordinateCACertificate_PathLen0_APIPassthrough") -> dict[str, Any]:
    return {
        "certificate_authority_arn": f"${{{INSTALLATION}.root.certificate_authority_arn}}",
        "certificate_signing_request": f"${{{CA}.{csr_of}.certificate_signing_request}}",
        "signing_algorithm": "SHA256WITHECDSA",
        "template_arn": f"arn:aws:acm-pca:::template/{template}/V1",
        "validity": [{"type": "DAYS", "value": "30"}],
    }


def installed(name: str) -> dict[str, Any]:
    return {
        "certificate_authority_arn": f"${{{CA}.{name}.arn}}",
        "certificate": f"${{{CERTIFICATE}.{name}.certificate}}",
        "certificate_chain": f"${{{CERTIFICATE}.{name}.certificate_chain}}",
    }


def permitted(name: str) -> dict[str, Any]:
    return {
        "certificate_authority_arn": f"${{{INSTALLATION}.{name}.certificate_authority_arn}}",
        "principal": "acm.amazonaws.com",
        "actions": ["IssueCertificate", "GetCertificate", "ListPermissions"],
    }


def shared(name: str, account: str) -> dict[str, Any]:
    read_only = {
        "Action": [
            "acm-pca:DescribeCertificateAuthority",
            "acm-pca:GetCertificate",
            "acm-pca:GetCertificateAuthorityCertificate",
            "acm-pca:ListPermissions",
            "acm-pca:ListTags",
        ],
        "Effect": "Allow",
        "Resource": f"${{{CA}.{name}.arn}}",
        "Principal": {"AWS": account},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [read_only]})
    return {"resource_arn": f"${{{INSTALLATION}.{name}.certificate_authority_arn}}", "policy": policy}


ACTIVE = ("a", "b", "c")
Mutation = Mapping[str, Any]
MUTATIONS: Mapping[str, tuple[str, dict[str, Any], Mutation]] = {
    "key": (CA, authority("x"), {"certificate_authority_configuration[0].key_algorithm": "EC_secp384r1"}),
    "signature": (CA, authority("x"), {"certificate_authority_configuration[0].signing_algorithm": "SHA384WITHECDSA"}),
    "country": (CA, authority("x"), {f"{SUBJECT}.country": "FR"}),
    **{name: (CA, authority("x"), {f"{SUBJECT}.{name}": "yz"}) for name in NAMES},
    "enabled": (CA, authority("x"), {"enabled": False}),
    "storage": (CA, authority("x"), {"key_storage_security_standard": "CCPC_LEVEL_1_OR_HIGHER"}),
    "window": (CA, authority("x"), {"permanent_deletion_time_in_days": 7}),
    "tags": (CA, authority("x"), {"tags": {"a": "b"}}),
    "type": (CA, authority("x"), {"type": "ROOT"}),
    "usage": (CA, authority("x"), {"usage_mode": "SHORT_LIVED_CERTIFICATE"}),
    "list": (CA, authority("x"), {"revocation_configuration": [{"crl_configuration": [LIST]}]}),
    "ocsp": (CA, authority("x"), {"revocation_configuration": [{"ocsp_configuration": [OCSP]}]}),
    "passthrough": (CERTIFICATE, issued("a"), {"api_passthrough": '{"Extensions":{}}'}),
    "signer": (CERTIFICATE, issued("a"), {"certificate_authority_arn": f"${{{CA}.b.arn}}"}),
    "request": (CERTIFICATE, issued("a"), {"certificate_signing_request": f"${{{CA}.b.certificate_signing_request}}"}),
    "signed": (CERTIFICATE, issued("a"), {"signing_algorithm": "SHA512WITHECDSA"}),
    "template": (CERTIFICATE, issued("a"), {"template_arn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"}),
    "unit": (CERTIFICATE, issued("a"), {"validity[0].type": "MONTHS"}),
    "amount": (CERTIFICATE, issued("a"), {"validity[0].value": "31"}),
    "a": (INSTALLATION, installed("a"), {"certificate": f"${{{CERTIFICATE}.amount.certificate}}"}),
    "b": (INSTALLATION, installed("b"), {"certificate_chain": f"${{{CERTIFICATE}.amount.certificate}}"}),
    "c": (INSTALLATION, installed("c"), {"certificate_authority_arn": f"${{{CA}.key.arn}}"}),
    "fewer": (PERMISSION, permitted("a"), {"actions": ["GetCertificate"]}),
    "account": (PERMISSION, permitted("b"), {"source_account": "222222222222"}),
    "other": (PERMISSION, permitted("c"), {"certificate_authority_arn": f"${{{CA}.key.arn}}"}),
    "share": (POLICY, shared("a", "111111111111"), {"policy": shared("a", "222222222222")["policy"]}),
    "place": (POLICY, shared("b", "111111111111"), {"resource_arn": f"${{{CA}.c.arn}}"}),
}
"""Name of an instance -> its kind, its arguments, and what is changed of them, by path."""


def configuration(*, is_changed: bool) -> str:
    resources: dict[str, dict[str, Any]] = {
        CA: {"root": authority("root", "ROOT"), **{name: authority(name) for name in ACTIVE}},
        CERTIFICATE: {"root": _of_root(), **{name: issued(name) for name in ACTIVE}},
        INSTALLATION: {"root": {**installed("root"), "certificate_chain": None}},
    }
    for name, (kind, arguments, mutation) in MUTATIONS.items():
        resources.setdefault(kind, {})[name] = _changed(arguments, mutation) if is_changed else arguments
    return json.dumps({"resource": resources})


def _of_root() -> dict[str, Any]:
    arn = f"${{{CA}.root.arn}}"
    return {**issued("root", "RootCACertificate"), "certificate_authority_arn": arn, "validity": [_TEN_YEARS]}


_TEN_YEARS = {"type": "YEARS", "value": "10"}


def _changed(arguments: dict[str, Any], mutation: Mutation) -> dict[str, Any]:
    changed = deepcopy(arguments)
    for path, value in mutation.items():
        *steps, last = path.replace("[0]", ".0").split(".")
        at: Any = changed
        for step in steps:
            at = at[int(step)] if step.isdigit() else at[step]
        at[last] = value
    return changed


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mapping[str, Change], Mapping[str, Any]]]:
    """Return the changes by address, and the provider's schemas of its resources."""
    directory = tmp_path_factory.mktemp("replacing")
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (_, environment):
        terraform = Terraform(find_binary(), directory, environment)
        _lay(directory, is_changed=False)
        terraform.init()
        terraform.plan(directory / "tfplan")
        terraform.apply(directory / "tfplan")
        _lay(directory, is_changed=True)
        plan = terraform.plan(directory / "tfplan")
        schemas = _schemas(terraform)
        yield {change.address: change for change in read(json.dumps(plan).encode(), "plan").changes}, schemas


def _schemas(terraform: Terraform) -> Any:
    command = [terraform.binary, "providers", "schema", "-json"]
    environment = dict(terraform.environment)
    done = subprocess.run(command, cwd=terraform.directory, env=environment, capture_output=True, check=True)
    (schemas,) = json.loads(done.stdout)["provider_schemas"].values()
    return schemas["resource_schemas"]


def _lay(directory: Path, *, is_changed: bool) -> None:
    (directory / "main.tf.json").write_text(configuration(is_changed=is_changed), encoding="utf-8")


@pytest.mark.parametrize("name", MUTATIONS)
def test_argument_replaces_if_and_only_if_the_table_says_so(planned: Any, name: str) -> None:
    kind, _, mutation = MUTATIONS[name]
    change = planned[0][f"{kind}.{name}"]
    expected = {path for path in mutation if forces_replacement(kind, path)}
    assert {path for path in mutation if any(each.startswith(path) for each in change.paths)} == expected
    assert ("delete" in change.actions) == bool(expected)


def test_every_argument_of_every_resource_is_changed(planned: Any) -> None:
    schemas = {kind: schema for kind, schema in planned[1].items() if kind.startswith(PREFIX)}
    assert set(schemas) == {kind for kind in REPLACING if kind.startswith(PREFIX)}
    wanted = {(kind, path) for kind, schema in schemas.items() for path in _arguments(schema["block"])}
    changed = {(kind, path) for kind, _, mutation in MUTATIONS.values() for path in _paths(mutation)}
    assert wanted - set(UNCHANGEABLE) == changed


def test_table_names_only_arguments(planned: Any) -> None:
    for kind, paths in REPLACING.items():
        assert paths <= set(_arguments(planned[1][kind]["block"])), kind


def _arguments(block: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("optional") or attribute.get("required"):
            yield f"{path}{name}"
    for name, inner in block.get("block_types", {}).items():
        yield from _arguments(inner["block"], f"{path}{name}.")


def _paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of what a mutation changes, without indices; a map of tags is one argument."""
    if isinstance(value, Mapping) and path != "tags":
        for name, inner in value.items():
            yield from _paths(inner, f"{path}.{name}".lstrip(".").replace("[0]", ""))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from _paths(value[0], path)
    else:
        yield path
