"""Inferring from whole states: one spec for each account, or a message, for any content of the state."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.infer.builders import FORGOTTEN, UNMANAGED, infer, policy_of
from importer.infer.infer_state import infer_state
from importer.infer.state_builders import (
    ACCOUNT,
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
from pcaform.core.problems import Failure
from pcaform.rules.load import load_valid_text
from pcaform.sources import tfstate
from pcaform.spec.yaml_writer import dump


def test_each_account_has_its_own_spec() -> None:
    second = json.loads(json.dumps([authority("b"), certificate("b")]).replace(ACCOUNT, "210987654321"))
    one, other = infer_state(state(*root("a"), *second), "some.tfstate", stack="corp-pki")
    assert (one.spec.stack, other.spec.stack) == (
        "corp-pki-eu-west-1-123456789012",
        "corp-pki-eu-west-1-210987654321",
    )
    assert (list(one.spec.managed), list(other.spec.managed)) == (["a"], ["b"])
    for each in (one, other):
        (note,) = each.notes
        assert note.reason == (
            "the state has CAs of 123456789012 in eu-west-1, 210987654321 in eu-west-1: "
            "give each stack its own copy of the state, in which it forgets the others"
        )


def two_regions(alias: str) -> list[Any]:
    """Return a root, and a CA in another region: by a provider with an alias, or, with provider 6, by its own."""
    issuing = authority("issuing", module="module.ca_issuing", region="us-east-1", type="SUBORDINATE")
    issuing["provider"] += alias and f".{alias}"
    return [issuing, *root(), certificate("issuing", parent="root")]


def show(*resources: Any) -> bytes:
    """Return a state as `terraform show -json` prints it: without the aliases of providers."""
    shown = [
        {
            "address": ".".join(filter(None, (each.get("module"), each["type"], each["name"]))),
            "mode": each["mode"],
            "type": each["type"],
            "values": each["instances"][0]["attributes"],
        }
        for each in resources
    ]
    return json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": shown}}}).encode()


@pytest.mark.parametrize("alias", ["us-east-1", "virginia", ""])
def test_state_of_one_stack_is_one_spec_in_both_formats(alias: str) -> None:
    found = two_regions(alias)
    (one,) = infer_state(state(*found), "some.tfstate", stack="corp-pki")
    (other,) = infer_state(show(*found), "show.json", stack="corp-pki")
    assert one.spec == other.spec
    assert one.left_out == other.left_out == ()
    assert one.spec.aws.region == "eu-west-1"
    provider = one.spec.managed["issuing"].provider
    assert provider is not None
    assert provider.region == "us-east-1"


@pytest.mark.parametrize("stack", ["Corp PKI", "", "-x", "x" * 65])
def test_invalid_stack_name_is_refused(stack: str) -> None:
    with pytest.raises(Failure, match=r"^'stack' is .*, allowed: (lower-case letters|at most 64)"):
        infer_state(state(*root()), "x", stack=stack)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(inner, (*path, key))


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
            st.sampled_from(list(paths(WHOLE))),
            st.sampled_from([None, "", "x", "*", "é\n${x}", 0, -1, True, 1.5, [], ["x"], {}, {"x": "y"}, "DELETE"]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_edited_state_results_in_a_valid_spec_or_a_message(
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
                at[path[-1]] = copy.deepcopy(value)  # another edit may change it
        except (KeyError, IndexError, TypeError):
            continue
    try:
        (found,) = infer_state(json.dumps(edited).encode(), "some.tfstate", stack="corp-pki")
    except Failure as failure:
        assert str(failure)
    else:
        assert load_valid_text(dump(found.spec).encode(), "spec.yaml") == found.spec
        read = {each.address for each in tfstate.read(json.dumps(edited).encode(), "x").resources}
        about_authorities = {address for address in read if "aws_acmpca_" in address}
        assert about_authorities - {*found.spec.moves, *dict(found.left_out)} == set()


def test_ca_that_breaks_a_rule_is_left_out_with_all_that_depends_on_it() -> None:
    """Nothing in the spec refers to it, and each of its resources is named with the reason and the danger."""
    grant = {**UNMANAGED, "certificate_authorities": ["issuing"]}
    web = {
        "certificate_authority_arn": arn_of("issuing"),
        "domain_name": "web.corp",
        "key_algorithm": "RSA_2048",
        "subject_alternative_names": ["web.corp"],
        "tags_all": {},
    }
    bad = authority("policy", type="SUBORDINATE", common_name="Corp\N{ZERO WIDTH SPACE}")
    named: dict[str, Any] = {
        "fine": authority("fine"),
        "fine_certificate": certificate("fine"),
        "policy": bad,
        "policy_certificate": certificate("policy", parent="fine", length=1),
        "issuing": authority("issuing", type="SUBORDINATE"),
        "issuing_certificate": certificate("issuing", parent="policy"),
        "acm": permission("issuing"),
        "web": resource("aws_acm_certificate", None, web),
    }
    fine = {**UNMANAGED, "certificate_authorities": ["fine"]}
    ci, policy, attachment = user("ci", policy_of("ci", grant))
    named |= {"ci": ci, "ci_policy": policy, "ci_attachment": attachment}
    found = infer(*({**each, "name": name} for name, each in named.items()), *user("other", policy_of("other", fine)))
    assert (list(found.spec.certificate_authorities), list(found.spec.issuers)) == (["fine"], ["other"])
    assert found.spec.certificates == {}
    ca = "aws_acmpca_certificate_authority"
    assert dict(found.left_out) == {
        f"{ca}.policy": f"the character U+200B cannot be seen in a name{FORGOTTEN}",
        "aws_acmpca_certificate.policy_certificate": f"it belongs to {ca}.policy, which is left out{FORGOTTEN}",
        f"{ca}.issuing": f"it needs {ca}.policy, which is left out{FORGOTTEN}",
        "aws_acmpca_certificate.issuing_certificate": f"it belongs to {ca}.issuing, which is left out{FORGOTTEN}",
        "aws_acmpca_permission.acm": f"it belongs to {ca}.issuing, which is left out{FORGOTTEN}",
        "aws_acm_certificate.web": f"it needs {ca}.issuing, which is left out{FORGOTTEN}",
        "aws_iam_user.ci": f"it needs {ca}.issuing, which is left out{FORGOTTEN}",
        "aws_iam_policy.ci_policy": f"it belongs to aws_iam_user.ci, which is left out{FORGOTTEN}",
        "aws_iam_user_policy_attachment.ci_attachment": f"it belongs to aws_iam_user.ci, which is left out{FORGOTTEN}",
    }


def test_permission_of_a_waiting_ca_is_left_out_alone() -> None:
    """A stack permits ACM to renew only once the CA has its certificate: over this state it would delete it."""
    waiting = {**authority("waiting", type="SUBORDINATE", certificate=""), "name": "waiting"}
    found = infer(waiting, permission("waiting"), *root())
    assert list(found.spec.certificate_authorities) == ["waiting", "root"]
    assert found.spec.certificate_authorities["waiting"].permissions == ()
    ((address, reason),) = found.left_out
    assert (address, reason.partition(",")[0]) == (
        "aws_acmpca_permission.this",
        "its CA waits for its certificate",
    )


def test_what_a_spec_cannot_have_is_forgotten() -> None:
    strange = {**authority("strange"), "name": "strange"}
    strange["instances"][0]["attributes"]["certificate_authority_configuration"][0]["key_algorithm"] = "RSA_9999"
    found = infer(strange, *root())
    ((address, reason),) = found.left_out
    assert address == "aws_acmpca_certificate_authority.strange"
    assert reason.endswith(FORGOTTEN)
    assert found.spec.removed == {address: "forget"}
