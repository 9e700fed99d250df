"""Matching imported resources with an existing spec: by identity, never by position in a list."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from importer.infer.builders import FORGOTTEN
from importer.infer.state_builders import ACCOUNT, REGION, Resource, arn_of, authority, resource, root, state
from pcaform.core.problems import Failure
from pcaform.iam.policies import resource_policies
from pcaform.importer.infer.infer import InferredSpec, infer
from pcaform.importer.infer.keys import existing_keys
from pcaform.rules.load import load_valid_text
from pcaform.sources import tfstate
from pcaform.sources.inventory import Inventory
from pcaform.spec.issuers import Trust
from pcaform.spec.stack import Aws
from pcaform.terraform.schema import LIVE

HEAD = f"""\
version: 1
stack: pki
aws: {{region: {REGION}, account_id: "{ACCOUNT}"}}
certificate_authorities:
  root:
    type: ROOT
    subject: {{common_name: root}}
    key_algorithm: RSA_2048
    validity: {{type: YEARS, value: 10}}
    permissions: [{{principal: acm.amazonaws.com}}]
"""
EC = [{"key_algorithm": "EC_prime256v1", "signing_algorithm": "SHA256WITHECDSA", "subject": [{"common_name": "root"}]}]


def acm(number: int, *names: str, domain: str = "web.corp", **more: Any) -> Resource:
    attributes = {
        "arn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/{number}",
        "certificate_authority_arn": arn_of("root"),
        "domain_name": domain,
        "key_algorithm": "RSA_2048",
        "subject_alternative_names": [domain, *names],
        "tags_all": {},
    }
    return {**resource("aws_acm_certificate", None, {**attributes, **more}), "name": f"n{number}"}


def import_into(spec: str, resources: Iterable[Resource], *, is_live: bool = False) -> InferredSpec:
    """Import resources with an existing spec, from a state or from an account."""
    inventory = tfstate.read(state(*resources), "some.tfstate")
    if is_live:
        arns = [replace(each, id=str(each.attributes["arn"])) for each in inventory.resources]
        inventory = Inventory(tuple(arns), source=LIVE, account_id=ACCOUNT)
    (result,) = infer(inventory, stack="pki", existing=existing_keys(load_valid_text(spec.encode(), "spec.yaml")))
    return result


def test_older_ca_with_the_same_name_gets_another_key() -> None:
    old = {**authority("old", certificate_authority_configuration=EC, enabled=False), "name": "old"}
    spec = import_into(HEAD, [old, *root()]).spec
    assert {key: each.key_algorithm for key, each in spec.managed.items()}["root"] == "RSA_2048"
    assert spec.managed["root-2"].key_algorithm == "EC_prime256v1"


def test_two_matching_cas_are_refused() -> None:
    twin = {**authority("twin", common_name="root"), "name": "twin"}
    with pytest.raises(Failure) as failure:
        import_into(HEAD, [twin, *root()])
    first, second = sorted((arn_of("root"), arn_of("twin")))
    reason = "they have the same common name. Select the right CAs: 'import aws' has the options --arn and --status"
    assert str(failure.value) == f"{first} and {second} could be 'root' of the spec: {reason}"


TWO = (
    "certificates:\n"
    "  web-a: {certificate_authority: root, domain_name: web.corp, subject_alternative_names: [a.corp]ARN}\n"
    "  web-b: {certificate_authority: root, domain_name: web.corp, subject_alternative_names: [b.corp]}\n"
)
ONE = "certificates:\n  web: {certificate_authority: root, domain_name: web.corp}\n"
NAMED = TWO.replace("ARN", f", arn: 'arn:aws:acm:{REGION}:{ACCOUNT}:certificate/2'")


@pytest.mark.parametrize(
    ("section", "resources", "names"),
    [
        (TWO.replace("ARN", ""), [acm(1, "b.corp"), acm(2, "a.corp")], {"web-a": ["a.corp"], "web-b": ["b.corp"]}),
        (ONE, [acm(1, "stranger.corp"), acm(2)], {"web": [], "web-2": ["stranger.corp"]}),
        (ONE, [acm(1, "more.corp")], {"web": ["more.corp"]}),
        (NAMED, [acm(1, "b.corp"), acm(2, "c.corp")], {"web-a": ["c.corp"], "web-b": ["b.corp"]}),
    ],
)
@pytest.mark.parametrize("source", ["state", "live"])
def test_certificates_with_the_same_name_are_matched(
    section: str, resources: list[Resource], names: dict[str, list[str]], source: str
) -> None:
    result = import_into(HEAD + section, [*root(), *resources], is_live=source == "live")
    assert {key: list(each.subject_alternative_names) for key, each in result.spec.certificates.items()} == names


def test_names_of_certificates_are_lowered() -> None:
    """A state has what was requested, AWS answers in lower case, and a spec with capitals is refused."""
    (found,) = import_into(HEAD, [*root(), acm(1, "API.Corp", domain="Web.Corp")]).spec.certificates.values()
    assert (found.domain_name, found.subject_alternative_names) == ("web.corp", ("api.corp",))


def test_arn_in_the_spec_matches_a_state_too() -> None:
    """Otherwise a certificate would move to the address of another one."""
    result = import_into(HEAD + NAMED, [*root(), acm(1, "a.corp"), acm(2, "b.corp")])
    assert result.spec.moves["aws_acm_certificate.n2"] == "module.certificate_web-a.aws_acm_certificate.this"


def test_ambiguous_certificates_are_reported() -> None:
    result = import_into(HEAD + ONE, [*root(), acm(1, "x.corp"), acm(2, "y.corp")])
    assert result.spec.certificates == {}
    assert [(each.kind, each.address) for each in result.notes] == [
        ("ambiguous", "aws_acm_certificate.n1"),
        ("ambiguous", "aws_acm_certificate.n2"),
    ]
    assert "it may be 'web' of the spec: write its ARN there as 'arn'" in result.notes[0].reason


def test_successor_of_a_certificate_keeps_its_entry() -> None:
    arn = f", arn: 'arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1'}}"
    result = import_into(HEAD + ONE.replace("}", arn), [*root(), acm(5)], is_live=True)
    assert list(result.spec.certificates) == ["web"]
    (note,) = (each for each in result.notes if each.kind == "listed")
    assert note.reason == "'web' has the 'arn' of its predecessor: replace it with this one, or remove 'arn'"


def test_resource_at_two_addresses_is_written_once() -> None:
    twins = [{**each, "name": "second"} for each in (authority("root"), acm(1))]
    result = import_into(HEAD, [*root(), acm(1), *twins])
    assert (list(result.spec.managed), list(result.spec.certificates)) == (["root"], ["web"])
    reasons = {each.address: each.reason for each in result.notes if each.kind == "left out"}
    assert reasons == {
        f"{each}.second": f"it is the same resource as {each}.{first}{FORGOTTEN}"
        for each, first in (("aws_acmpca_certificate_authority", "this"), ("aws_acm_certificate", "n1"))
    }


def test_instance_profile_in_another_path_does_not_move() -> None:
    """Terraform would replace it."""
    aws = Aws(region=REGION, account_id=ACCOUNT)
    trust = resource_policies.trust_policy(Trust.model_validate({"services": ["ec2.amazonaws.com"]}), aws)
    role = {"arn": "x", "name": "signer", "path": "/a/", "assume_role_policy": json.dumps(trust), "tags_all": {}}
    issue = {"Statement": [{"Effect": "Allow", "Action": "acm-pca:IssueCertificate", "Resource": "*"}]}
    result = import_into(
        HEAD,
        [
            *root(),
            resource("aws_iam_role", None, role),
            resource("aws_iam_role_policy", None, {"name": "p", "role": "signer", "policy": json.dumps(issue)}),
            resource("aws_iam_instance_profile", None, {"name": "signer", "role": "signer", "path": "/b/"}),
        ],
    )
    assert "aws_iam_role.this" in result.spec.moves
    assert "aws_iam_instance_profile.this" not in result.spec.moves
    assert any("1 aws_iam_instance_profile" in each.reason for each in result.notes)
