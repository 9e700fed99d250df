"""What exists -> the spec that would make it: parents, keys, grants and tags found; what does not fit is named."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infer.states import (
    ACCOUNT,
    Resource,
    arn_of,
    authority,
    certificate,
    permission,
    resource,
    root,
    state,
    subordinate,
    user,
)
from pcaform import policies, trusts
from pcaform.commands.import_state import from_state
from pcaform.dump import dump
from pcaform.infer.stack import Inferred
from pcaform.loading import judged
from pcaform.problems import Failure
from pcaform.sources import tfstate
from pcaform.spec.authorities import Validity
from pcaform.spec.issuers import Issuer, Trust
from pcaform.spec.stack import Aws, Spec

AWS = Aws(region="eu-west-1", account_id="123456789012")
UNMANAGED = {
    "certificates": "unmanaged",
    "certificate_authorities": ["root"],
    "templates": ["CodeSigningCertificate/V1"],
    "key_algorithms": [],
    "additional_actions": [],
}
NARROW = {**UNMANAGED, "key_algorithms": ["RSA_3072", "EC_prime256v1"], "additional_actions": ["RevokeCertificate"]}
MANAGED = {
    "certificates": "managed",
    "certificate_authorities": ["root"],
    "domain_names": ["*.corp.example", "x"],
    "key_algorithms": ["EC_prime256v1"],
    "additional_actions": ["AddTagsToCertificate", "ExportCertificate"],
}


def infer(*resources: Resource) -> Inferred:
    (found,) = from_state(state(*resources), "some.tfstate", stack="corp-pki")
    return found


def spec_of(*resources: Resource) -> Spec:
    found = infer(*resources)
    assert found.left_out == ()
    return found.spec


def policy_of(user_name: str, *grants: dict[str, Any]) -> dict[str, Any]:
    """Return the policy that pcaform renders for these grants, with the ARNs the hand-made CAs have."""
    issuer = Issuer.model_validate({"user_name": user_name, "grants": list(grants)})
    (document,) = policies.documents(issuer, AWS, arn_of=arn_of).values()
    return document


# authorities


def test_a_tree_is_found_through_the_certificates() -> None:
    spec = spec_of(*subordinate("issuing", "policy"), *subordinate("policy", "root", length=1), *root())
    found = spec.managed
    assert {key: (ca.type, ca.parent, ca.path_length) for key, ca in found.items()} == {
        "issuing": ("SUBORDINATE", "policy", 0),
        "policy": ("SUBORDINATE", "root", 1),
        "root": ("ROOT", None, None),
    }
    assert found["root"].validity == Validity(type="YEARS", value=10)
    assert (spec.aws.region, spec.aws.account_id, spec.stack) == ("eu-west-1", "123456789012", "corp-pki")


def test_every_setting_is_carried() -> None:
    configuration = {
        "key_algorithm": "EC_secp384r1",
        "signing_algorithm": "SHA512WITHECDSA",
        "subject": [{"common_name": "Corp Root", "country": "DE", "organization": ""}],
    }
    crl = {
        "custom_cname": "",
        "enabled": True,
        "expiration_in_days": 7,
        "s3_bucket_name": "corp-crl",
        "s3_object_acl": "PUBLIC_READ",
    }
    spec = spec_of(
        authority(
            "x",
            certificate_authority_configuration=[configuration],
            usage_mode="SHORT_LIVED_CERTIFICATE",
            key_storage_security_standard="FIPS_140_2_LEVEL_2_OR_HIGHER",
            enabled=False,
            permanent_deletion_time_in_days=7,
            revocation_configuration=[
                {"crl_configuration": [crl], "ocsp_configuration": [{"enabled": False, "ocsp_custom_cname": ""}]}
            ],
            tags={"a": "b"},
            tags_all={"a": "b"},
        ),
        certificate("x", validity=[{"type": "END_DATE", "value": "2035-01-01T00:00:00Z"}]),
        permission("x"),
    )
    assert spec.managed["corp-root"].model_dump(exclude_none=True, exclude_defaults=True) == {
        "type": "ROOT",
        "subject": {"common_name": "Corp Root", "country": "DE"},
        "key_algorithm": "EC_secp384r1",
        "signing_algorithm": "SHA512WITHECDSA",
        "validity": {"type": "END_DATE", "value": "2035-01-01T00:00:00Z"},
        "usage_mode": "SHORT_LIVED_CERTIFICATE",
        "key_storage_security_standard": "FIPS_140_2_LEVEL_2_OR_HIGHER",
        "enabled": False,
        "permanent_deletion_time_in_days": 7,
        "revocation_configuration": {
            "crl_configuration": {
                "enabled": True,
                "s3_bucket_name": "corp-crl",
                "expiration_in_days": 7,
                "s3_object_acl": "PUBLIC_READ",
            }
        },
        "permissions": ({},),
        "tags": {"a": "b"},
        "ignore": (
            {"rule": "crl-public", "reason": "found so by an import"},
            {"rule": "short-lived-permission", "reason": "found so by an import"},
            {"rule": "china", "reason": "found so by an import"},
        ),
    }


@pytest.mark.parametrize(
    ("region", "storage", "carried"),
    [
        ("eu-west-1", "FIPS_140_2_LEVEL_3_OR_HIGHER", None),
        ("eu-west-1", "CCPC_LEVEL_1_OR_HIGHER", "CCPC_LEVEL_1_OR_HIGHER"),
        ("cn-north-1", "CCPC_LEVEL_1_OR_HIGHER", None),
        ("cn-north-1", "FIPS_140_2_LEVEL_3_OR_HIGHER", "FIPS_140_2_LEVEL_3_OR_HIGHER"),
        ("eu-west-1", "", None),
    ],
)
def test_a_regions_own_key_storage_is_left_out(region: str, storage: str, carried: str | None) -> None:
    made = authority("root", region=region, key_storage_security_standard=storage)
    spec = spec_of(made, certificate("root", region=region))
    assert spec.managed["root"].key_storage_security_standard == carried


@pytest.mark.parametrize(
    ("module", "common_name", "key"),
    [
        ("module.ca_root", "Corp Root CA", "root"),
        ("module.ca_root[0]", "Corp Root CA", "root"),
        ('module.ca_root["a.b"]', "Corp Root CA", "root"),
        ("module.pki.module.ca_eu-1", "Corp Root CA", "eu-1"),
        ("module.ca_root.module.inner", "Corp Root CA", "corp-root-ca"),
        ('module.authorities["root"]', "Corp Root CA", "corp-root-ca"),
        (None, "Corp  Root/CA (G2)", "corp-root-ca-g2"),
        (None, "2nd CA", "x-2nd-ca"),
        (None, "Zürich", "z-rich"),
        (None, "日本", "x"),
        (None, "---", "x"),
        (None, "", "ca"),
        (None, "a" * 64, "a" * 56),
    ],
)
def test_a_key_comes_from_our_module_or_the_common_name(module: str | None, common_name: str, key: str) -> None:
    subject = {"common_name": common_name, "organization": "Corp"}
    configuration = {"key_algorithm": "RSA_2048", "signing_algorithm": "SHA256WITHRSA", "subject": [subject]}
    made = authority("x", module=module, certificate_authority_configuration=[configuration])
    assert list(spec_of(made, certificate("x")).certificate_authorities) == [key]


def test_equal_names_get_different_keys() -> None:
    made = [authority(name, common_name="Corp Root") for name in ("a", "b", "c")]
    spec = spec_of(*made, *map(certificate, ("a", "b", "c")))
    assert list(spec.managed) == ["corp-root", "corp-root-2", "corp-root-3"]


def test_of_two_certificates_the_installed_one_counts() -> None:
    renewed = authority("root", certificate="new\n")
    old = certificate("root", certificate="old", validity=[{"type": "YEARS", "value": "1"}])
    new = certificate("root", certificate="new", validity=[{"type": "YEARS", "value": "5"}])
    assert spec_of(renewed, old, new).managed["root"].validity == Validity(type="YEARS", value=5)


CONFIGURATION = {
    "key_algorithm": "RSA_2048",
    "signing_algorithm": "SHA256WITHRSA",
    "subject": [{"common_name": "old"}],
}
ROOT_ADDRESS = "aws_acmpca_certificate_authority.this"
ELSEWHERE = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/some/where"
PART = "only a part of it was found: it was never finished, or the state was edited"
LEFT_OUT: dict[str, tuple[list[Resource], str]] = {
    "other key": (
        [
            authority(
                "root",
                certificate_authority_configuration=[
                    {
                        "key_algorithm": "RSA_1024",
                        "signing_algorithm": "SHA256WITHRSA",
                        "subject": [{"common_name": "x"}],
                    }
                ],
            ),
            certificate("root"),
        ],
        "'key_algorithm' is 'RSA_1024' (did you mean 'RSA_3072'?), allowed: RSA_2048",
    ),
    "odd ARN": ([authority("root", arn=ELSEWHERE), certificate("root")], PART),
    "ARN of no account": ([authority("root", arn=ELSEWHERE.replace("123456789012", "")), certificate("root")], PART),
    "never made": ([authority("root", arn=None), certificate("root")], PART),
    "no configuration": ([authority("root", certificate_authority_configuration=[]), certificate("root")], PART),
    "no subject": (
        [
            authority("root", certificate_authority_configuration=[{"key_algorithm": "RSA_2048", "subject": []}]),
            certificate("root"),
        ],
        PART,
    ),
    "empty subject": ([authority("root", common_name=""), certificate("root")], PART),
    "odd validity": ([authority("root"), certificate("root", validity=[{"type": "YEARS", "value": "ten"}])], PART),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_an_authority_that_does_not_fit_is_listed(case: str) -> None:
    resources, reason = LEFT_OUT[case]
    found = infer(*resources, *root("other"))
    assert reason in dict(found.left_out)[ROOT_ADDRESS]
    assert list(found.spec.managed) == ["other"]


def test_who_is_below_a_left_out_authority_has_it_as_a_reference() -> None:
    """Else the spec would name a parent that it does not hold."""
    grants = [{**UNMANAGED, "certificate_authorities": ["policy"]}]
    old = authority("old", certificate_authority_configuration=[{**CONFIGURATION, "key_algorithm": "RSA_1024"}])
    found = infer(
        old,
        certificate("old"),
        *subordinate("policy", "old", length=1),
        *subordinate("issuing", "policy"),
        *root(),
        *user("ci", policy_of("ci", *grants)),
    )
    assert list(found.spec.managed) == ["root", "policy", "issuing"]
    assert found.spec.managed["policy"].parent == "old"
    reference = found.spec.certificate_authorities["old"]
    assert (reference.managed, reference.arn, reference.key_algorithm) == (False, arn_of("old"), "RSA_2048")
    assert [remark.kind for remark in found.remarks] == ["left out", "unknown"]
    assert "RSA_1024" in found.remarks[0].reason
    assert "Its signature says RSA_2048" in found.remarks[1].reason
    assert found.spec.issuers["ci"].grants
    judged(dump(found.spec).encode(), "spec.yaml")


GOES = ". Where a state has it, take it out before a stack is applied over it, else Terraform deletes the permission"
ALL = ["GetCertificate", "IssueCertificate", "ListPermissions"]
PERMISSIONS: dict[str, tuple[dict[str, Any], str]] = {
    "no principal": (
        {"principal": None, "actions": ALL},
        "'principal' is empty, allowed: acm.amazonaws.com",
    ),
    "another principal": (
        {"principal": "ec2.amazonaws.com", "actions": ALL},
        "'principal' is 'ec2.amazonaws.com' (did you mean 'acm.amazonaws.com'?), allowed: acm.amazonaws.com",
    ),
    "another action": (
        {"principal": "acm.amazonaws.com", "actions": ["RevokeCertificate"]},
        (
            "'actions' is 'RevokeCertificate' (did you mean 'GetCertificate'?), allowed: IssueCertificate, "
            "GetCertificate, ListPermissions; 'actions' is a list, allowed: 1 or more in it"
        ),
    ),
    "no actions": ({"principal": "acm.amazonaws.com"}, PART),
}


@pytest.mark.parametrize("case", PERMISSIONS)
@pytest.mark.parametrize("name", ["root", "elsewhere"])
def test_a_permission_that_no_spec_can_have_takes_no_authority_along(case: str, name: str) -> None:
    attributes, reason = PERMISSIONS[case]
    odd = resource("aws_acmpca_permission", "module.x", {"certificate_authority_arn": arn_of(name), **attributes})
    found = infer(*root(), odd, permission("elsewhere"))
    assert found.left_out == (("module.x.aws_acmpca_permission.this", reason + GOES),)
    assert [len(each.permissions) for each in found.spec.certificate_authorities.values()] == [0, 1]


def test_of_two_permissions_the_second_is_listed() -> None:
    second = {**permission("root"), "module": "module.x"}
    found = infer(*root(), permission("root"), second)
    reason = "AWS keeps one permission for each principal and CA"
    assert found.left_out == (("module.x.aws_acmpca_permission.this", reason + GOES),)
    assert len(found.spec.managed["root"].permissions) == 1


def test_each_region_has_a_spec_of_its_own() -> None:
    first = authority("a"), certificate("a")
    second = authority("b", region="us-east-1"), certificate("b", region="us-east-1")
    one, other = from_state(state(*first, *second), "some.tfstate", stack="corp-pki")
    assert (one.spec.stack, other.spec.stack) == ("corp-pki-eu-west-1", "corp-pki-us-east-1")
    assert (list(one.spec.managed), list(other.spec.managed)) == (["a"], ["b"])
    for each in (one, other):
        (remark,) = each.remarks
        assert remark.reason == (
            "the state holds CAs of 123456789012 in eu-west-1, 123456789012 in us-east-1: "
            "each spec needs a state of its own, else its plan destroys the others"
        )


@pytest.mark.parametrize("stack", ["Corp PKI", "", "-x", "x" * 65])
def test_a_stack_name_that_is_none_is_refused_in_words(stack: str) -> None:
    with pytest.raises(Failure, match=r"^'stack' is .*, allowed: (lower-case letters|at most 64)"):
        from_state(state(*root()), "x", stack=stack)


# tags


def test_default_tags_are_those_beyond_a_resources_own() -> None:
    spec = spec_of(
        authority("root", tags={"own": "1"}, tags_all={"own": "1", "owner": "pki", "cost": "12"}),
        certificate("root"),
        *user("ci", policy_of("ci", UNMANAGED), tags=None, tags_all={"owner": "pki", "cost": "12"}),
    )
    assert spec.aws.default_tags == {"owner": "pki", "cost": "12"}
    assert spec.managed["root"].tags == {"own": "1"}
    assert spec.issuers["ci"].tags == {}


def test_no_default_tags_are_invented() -> None:
    made = authority("root", tags={"own": "1"}, tags_all={"own": "1"})
    assert spec_of(made, certificate("root")).aws.default_tags == {}


# issuers


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


def test_settings_of_a_user_are_carried() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    made = user(
        "Build Bot".replace(" ", "."),
        policy_of("Build.Bot", UNMANAGED),
        path="/pki/",
        permissions_boundary=boundary,
        force_destroy=True,
        tags={"a": "b"},
        tags_all={"a": "b"},
    )
    issuer = spec_of(*root(), *made).issuers["build-bot"]
    assert (issuer.user_name, issuer.path, issuer.permissions_boundary) == ("Build.Bot", "/pki/", boundary)
    assert (issuer.force_destroy, issuer.tags) == (True, {"a": "b"})


def test_issuers_get_keys_like_authorities() -> None:
    users = [
        *user("a", policy_of("a", UNMANAGED), module="module.issuer_ci"),
        *user("ci", policy_of("ci", UNMANAGED)),
        *user("ci.", policy_of("ci.", UNMANAGED)),
    ]
    assert list(spec_of(*root(), *users).issuers) == ["ci", "ci-2", "ci-3"]


IN_OURS = "module.issuer_ci"
NOT_FITTING: list[tuple[list[Resource], str]] = [
    (user("ci", {}, module=IN_OURS)[:1], "it has 0 policies in what was read, none that is whole"),
    (user("ci", [1], module=IN_OURS), "it has 1 policies in what was read, none that is whole"),
    (user("c/i", {}, module=IN_OURS), "'user_name' is 'c/i', allowed: letters, digits and any of"),
]


@pytest.mark.parametrize(("resources", "reason"), NOT_FITTING)
def test_a_user_that_does_not_fit_is_listed(resources: list[Resource], reason: str) -> None:
    found = infer(*root(), *resources)
    assert reason in dict(found.left_out)["module.issuer_ci.aws_iam_user.this"]
    assert found.spec.issuers == {}


@pytest.mark.parametrize("document", [{}, {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}])
def test_who_has_nothing_to_do_with_authorities_is_only_counted(document: Any) -> None:
    """A stack over the same state would destroy it, so it is told."""
    found = infer(*root(), *user("ci", document), *user("eva", document)[:1], resource("aws_vpc", None, {}))
    assert found.spec.issuers == {}
    (remark,) = found.remarks
    assert (remark.kind, remark.address) == ("listed", "the same state")
    counts = "1 aws_iam_policy, 2 aws_iam_user, 1 aws_iam_user_policy_attachment, 1 aws_vpc"
    assert remark.reason.startswith(f"{counts}: in no spec. Over this state a stack would destroy them: ")


def test_an_instance_profile_moves_with_its_role() -> None:
    trust = {"services": ["ec2.amazonaws.com"]}
    policy = trusts.document(Trust.model_validate(trust), AWS)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/signer"
    role = {"arn": "x", "name": "signer", "path": "/", "assume_role_policy": json.dumps(policy), "tags_all": {}}
    document = json.dumps(policy_of("signer", UNMANAGED))
    found = infer(
        *root(),
        resource("aws_iam_role", None, role),
        resource("aws_iam_policy", None, {"arn": arn, "name": "mine", "path": "/", "policy": document, "tags_all": {}}),
        resource("aws_iam_role_policy_attachment", None, {"role": "signer", "policy_arn": arn}),
        resource("aws_iam_instance_profile", None, {"name": "signer", "role": "signer", "path": "/"}),
    )
    new = "module.issuer_signer.aws_iam_instance_profile.this[0]"
    assert found.spec.moves["aws_iam_instance_profile.this"] == new
    assert found.remarks == ()


# whatever a state holds


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


WHOLE = json.loads(
    state(
        *root(),
        *subordinate("issuing", "root"),
        permission("issuing"),
        *user("ci", policy_of("ci", UNMANAGED)),
        resource("aws_acmpca_policy", None, {"policy": "{}"}),
    )
)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(places(WHOLE))),
            st.sampled_from([None, "", "x", "*", "é\n${x}", 0, -1, True, 1.5, [], ["x"], {}, {"x": "y"}, "DELETE"]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_an_edited_state_gives_a_spec_that_can_be_written_or_a_message(
    edits: list[tuple[tuple[str | int, ...], Any]],
) -> None:
    edited: Any = copy.deepcopy(WHOLE)
    for path, value in edits:
        at = edited
        try:
            for step in path[:-1]:
                at = at[step]
            if value == "DELETE":
                del at[path[-1]]
            else:
                at[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    try:
        (found,) = from_state(json.dumps(edited).encode(), "some.tfstate", stack="corp-pki")
    except Failure as failure:
        assert str(failure)
    else:
        assert judged(dump(found.spec).encode(), "spec.yaml") == found.spec
        read = {each.address for each in tfstate.read(json.dumps(edited).encode(), "x").resources}
        about_authorities = {address for address in read if "aws_acmpca_" in address}
        assert about_authorities - {*found.spec.moves, *dict(found.left_out)} == set()
