"""Policies that exist -> grants where they are ours in any wording, else the policy word for word."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from importer.infer.builders import UNMANAGED, infer, policy_of, spec_of
from importer.infer.state_builders import arn_of, root, user

NARROW = {**UNMANAGED, "key_algorithms": ["RSA_3072", "EC_prime256v1"], "additional_actions": ["RevokeCertificate"]}
MANAGED = {
    "certificates": "managed",
    "certificate_authorities": ["root"],
    "domain_names": ["*.corp.example", "x"],
    "key_algorithms": ["EC_prime256v1"],
    "additional_actions": ["AddTagsToCertificate", "ExportCertificate"],
}


def reordered(value: Any) -> Any:
    """Return the same policy as another tool writes it: lists turned round, lists of one without their brackets."""
    if isinstance(value, dict):
        return {key: reordered(inner) for key, inner in reversed(value.items())}
    if isinstance(value, list):
        items = [reordered(item) for item in reversed(value)]
        return items[0] if len(items) == 1 else items
    return value


@pytest.mark.parametrize("grants", [[UNMANAGED], [NARROW], [MANAGED], [UNMANAGED, MANAGED]])
def test_a_policy_of_ours_becomes_its_grants(grants: list[dict[str, Any]]) -> None:
    issuer = spec_of(*root(), *user("ci", policy_of("ci", *grants))).issuers["ci"]
    assert issuer.policy is None
    assert issuer.model_dump(mode="json")["grants"] == grants


@pytest.mark.parametrize(
    "grants", [[UNMANAGED], [NARROW], [MANAGED], [{**MANAGED, "domain_names": ["*.corp.example"]}]]
)
def test_order_and_brackets_do_not_matter(grants: list[dict[str, Any]]) -> None:
    issuer = spec_of(*root(), *user("ci", reordered(policy_of("ci", *grants)))).issuers["ci"]
    assert issuer.policy is None
    (found,) = issuer.model_dump(mode="json")["grants"]
    assert {key: sorted(value) for key, value in found.items()} == {
        key: sorted(value) for key, value in grants[0].items()
    }


def test_a_policy_in_other_words_is_said_to_change() -> None:
    document = policy_of("ci", UNMANAGED)
    for statement in document["Statement"]:
        del statement["Sid"]
    found = infer(*root(), *user("ci", document))
    assert found.spec.issuers["ci"].policy is None
    reason = (
        "it means what a stack writes there, in other words: a plan updates it in place, "
        "which 'pcaform adopt' takes with --accept wording"
    )
    assert found.left_out == (("aws_iam_policy.this", reason),)


def other_policies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield policies that differ from one of ours in a single place."""
    for name, change in {
        "one action more": lambda made: made["Statement"][1]["Action"].append("acm-pca:DeletePolicy"),
        "no lock": lambda made: made["Statement"].pop(),
        "another lock": lambda made: made["Statement"][-1].update(Effect="Allow"),
        "all resources": lambda made: made["Statement"][0].update(Resource=["*"]),
        "another authority": lambda made: made["Statement"][0].update(Resource=[arn_of("elsewhere")]),
        "a pattern of templates": lambda made: made["Statement"][0].update(
            Condition={"ArnLike": {"acm-pca:TemplateArn": ["arn:aws:acm-pca:::template/*/V1"]}}
        ),
        "not a template": lambda made: made["Statement"][0].update(Condition={"ArnLike": {"acm-pca:TemplateArn": "*"}}),
        "no condition": lambda made: made["Statement"][0].pop("Condition"),
        "another version": lambda made: made.update(Version="2008-10-17"),
        "an id": lambda made: made.update(Id="x"),
        "no statements": lambda made: made.update(Statement=[]),
        "one statement without brackets": lambda made: made.update(Statement=made["Statement"][0]),
        "NotAction": lambda made: made["Statement"][0].update(NotAction=made["Statement"][0].pop("Action")),
    }.items():
        made = copy.deepcopy(policy_of("ci", UNMANAGED))
        change(made)  # type: ignore[no-untyped-call] # the changes are lambdas over foreign JSON
        yield name, made


@pytest.mark.parametrize("document", [pytest.param(made, id=name) for name, made in other_policies()])
def test_any_other_policy_is_kept_word_for_word(document: dict[str, Any]) -> None:
    issuer = spec_of(*root(), *user("ci", document, module="module.issuer_ci")).issuers["ci"]
    assert issuer.grants == ()
    assert issuer.policy is not None
    assert (issuer.policy.name, issuer.policy.document) == ("ci-private-ca", document)


def test_a_policy_of_another_name_is_kept_word_for_word() -> None:
    document = policy_of("ci", UNMANAGED)
    policy = spec_of(*root(), *user("ci", document, policy="signing")).issuers["ci"].policy
    assert policy is not None
    assert (policy.name, policy.document) == ("signing", document)
