"""Existing policies become grants if they are equivalent to ours, else they are copied verbatim."""

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


def reorder(value: Any) -> Any:
    """Return the same policy as another tool writes it: reversed lists, single values without brackets."""
    if isinstance(value, dict):
        return {key: reorder(inner) for key, inner in reversed(value.items())}
    if isinstance(value, list):
        items = [reorder(item) for item in reversed(value)]
        return items[0] if len(items) == 1 else items
    return value


@pytest.mark.parametrize("grants", [[UNMANAGED], [NARROW], [MANAGED], [UNMANAGED, MANAGED]])
def test_rendered_policy_becomes_its_grants(grants: list[dict[str, Any]]) -> None:
    issuer = spec_of(*root(), *user("ci", policy_of("ci", *grants))).issuers["ci"]
    assert issuer.policy is None
    assert issuer.model_dump(mode="json")["grants"] == grants


def test_capitals_in_a_policy_stay_as_they_are() -> None:
    """The policy works as it does: an import changes no word of it, and says why the rule does not hold."""
    grant = {**MANAGED, "domain_names": ["*.Corp.Example"]}
    issuer = spec_of(*root(), *user("ci", policy_of("ci", grant))).issuers["ci"]
    assert issuer.model_dump(mode="json")["grants"] == [grant]
    assert "domain-names-case" in [ignored.rule for ignored in issuer.ignore]


@pytest.mark.parametrize(
    "grants", [[UNMANAGED], [NARROW], [MANAGED], [{**MANAGED, "domain_names": ["*.corp.example"]}]]
)
def test_order_and_brackets_do_not_matter(grants: list[dict[str, Any]]) -> None:
    issuer = spec_of(*root(), *user("ci", reorder(policy_of("ci", *grants)))).issuers["ci"]
    assert issuer.policy is None
    (grant,) = issuer.model_dump(mode="json")["grants"]
    assert {key: sorted(value) for key, value in grant.items()} == {
        key: sorted(value) for key, value in grants[0].items()
    }


def test_reworded_policy_is_reported() -> None:
    document = policy_of("ci", UNMANAGED)
    for statement in document["Statement"]:
        del statement["Sid"]
    found = infer(*root(), *user("ci", document))
    assert found.spec.issuers["ci"].policy is None
    reason = (
        "equivalent to what the stack writes, but worded differently; the plan updates it in place "
        "(allow with `pcaform adopt --accept wording`)"
    )
    assert found.left_out == (("aws_iam_policy.this", reason),)


def other_policies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield policies that differ from a rendered one in a single place."""
    for name, change in {
        "one action more": lambda policy: policy["Statement"][1]["Action"].append("acm-pca:DeletePolicy"),
        "no deny": lambda policy: policy["Statement"].pop(),
        "another deny": lambda policy: policy["Statement"][-1].update(Effect="Allow"),
        "all resources": lambda policy: policy["Statement"][0].update(Resource=["*"]),
        "another CA": lambda policy: policy["Statement"][0].update(Resource=[arn_of("elsewhere")]),
        "a pattern of templates": lambda policy: policy["Statement"][0].update(
            Condition={"ArnLike": {"acm-pca:TemplateArn": ["arn:aws:acm-pca:::template/*/V1"]}}
        ),
        "not a template": lambda policy: policy["Statement"][0].update(
            Condition={"ArnLike": {"acm-pca:TemplateArn": "*"}}
        ),
        "no condition": lambda policy: policy["Statement"][0].pop("Condition"),
        "another version": lambda policy: policy.update(Version="2008-10-17"),
        "an id": lambda policy: policy.update(Id="x"),
        "no statements": lambda policy: policy.update(Statement=[]),
        "one statement without brackets": lambda policy: policy.update(Statement=policy["Statement"][0]),
        "NotAction": lambda policy: policy["Statement"][0].update(NotAction=policy["Statement"][0].pop("Action")),
    }.items():
        document = copy.deepcopy(policy_of("ci", UNMANAGED))
        change(document)  # type: ignore[no-untyped-call] # the changes are lambdas over foreign JSON
        yield name, document


@pytest.mark.parametrize("document", [pytest.param(document, id=name) for name, document in other_policies()])
def test_other_policy_is_copied_verbatim(document: dict[str, Any]) -> None:
    issuer = spec_of(*root(), *user("ci", document, module="module.issuer_ci")).issuers["ci"]
    assert issuer.grants == ()
    assert issuer.policy is not None
    assert (issuer.policy.name, issuer.policy.document) == ("ci-private-ca", document)


def test_policy_with_another_name_is_copied_verbatim() -> None:
    document = policy_of("ci", UNMANAGED)
    policy = spec_of(*root(), *user("ci", document, policy="signing")).issuers["ci"].policy
    assert policy is not None
    assert (policy.name, policy.document) == ("signing", document)
