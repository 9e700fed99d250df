"""A stack over the state that it was imported from destroys, replaces and revokes nothing, whatever is in it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from importer.infer.builders import UNMANAGED, policy_of
from importer.infer.infer_state import infer_state
from importer.infer.state_builders import (
    ACCOUNT,
    REGION,
    Resource,
    arn_of,
    authority,
    permission,
    resource,
    root,
    state,
    subordinate,
    user,
)
from pcaform.core.problems import Failure
from pcaform.render.plan.resources import build_placeholders, calls, resources
from pcaform.rules.load import load_valid_text
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_writer import dump
from pcaform.terraform.addresses import modules, strip_keys, with_key


def acm(name: str) -> Resource:
    certificate = {
        "arn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/{name}",
        "certificate_authority_arn": arn_of(name),
        "domain_name": "web.corp.example",
        "key_algorithm": "RSA_2048",
        "status": "ISSUED",
    }
    return resource("aws_acm_certificate", None, certificate)


def strange(name: str) -> Resource:
    """Return a CA whose key no spec has."""
    ca = authority(name)
    ca["instances"][0]["attributes"]["certificate_authority_configuration"][0]["key_algorithm"] = "RSA_1024"
    return ca


INSTALLED = {"certificate_authority_arn": arn_of("root"), "certificate": "certificate of root"}
PARTS: list[Resource] = [
    *root(),
    *subordinate("issuing", "root"),
    resource("aws_acmpca_certificate_authority_certificate", None, INSTALLED),
    permission("root"),
    permission("issuing"),
    authority("waiting", type="SUBORDINATE", certificate="", certificate_signing_request=""),
    permission("waiting"),
    strange("strange"),
    *subordinate("below", "strange"),
    permission("strange"),
    authority("root"),
    *user("ci", policy_of("ci", {**UNMANAGED, "certificate_authorities": ["issuing"]})),
    *user("eva", {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}),
    *user("all", policy_of("all", {**UNMANAGED, "certificate_authorities": ["strange"]})),
    acm("issuing"),
    acm("below"),
    resource("aws_acmpca_policy", None, {"resource_arn": arn_of("root"), "policy": "{}"}),
    resource("aws_acmpca_new_thing", None, {}),
    resource("aws_s3_bucket", None, {"bucket": "logs"}),
    resource("aws_vpc", None, {}),
    {**authority("elsewhere"), "mode": "data"},
]
MODULES = (
    *(None, None, "module.ca_root", "module.ca_root[0]", 'module.pki["a.b"]', "module.issuer_ci", "module.vpc"),
    *("module.ca_issuing", "module.ca_root_certificate", "module.acm_permission_issuing", "module.a.module.ca_root"),
)
"""Modules of other layouts, of which some have the names of ours."""
PLACES = st.tuples(
    st.integers(0, len(PARTS) - 1),
    st.sampled_from(MODULES),
    st.sampled_from(["this", "this", "other", "x"]),
    st.sampled_from([None, None, 0, 1, 'k"${x}']),
    st.sampled_from(["", "", "", "", "deposed", "tainted", "both"]),
)
Place = tuple[int, str | None, str, Any, str]


def place(places: list[Place]) -> Iterator[Resource]:
    """Yield a resource at each place, one per address."""
    taken = set()
    for number, module, name, index, wanted in places:
        part: Resource = json.loads(json.dumps(PARTS[number]))
        at = (part["mode"], module, part["type"], name, index)
        if at in taken:
            continue
        taken.add(at)
        (instance,) = part["instances"]
        instance |= {} if index is None else {"index_key": index}
        mark = wanted if part["mode"] == "managed" else ""
        instance |= {"tainted": {"status": "tainted"}, "deposed": {"deposed": "0a1b2c3d"}}.get(mark, {})
        instances = [instance, {**instance, "deposed": "0a1b2c3d"}] if mark == "both" else [instance]
        yield {**part, **({"module": module} if module else {}), "name": name, "instances": instances}


def addresses_of(resources_: list[Resource]) -> Iterator[tuple[str, bool]]:
    """Yield the address of each object of a state, and whether any plan with its address replaces or deletes it."""
    for each in resources_:
        base = ".".join(filter(None, (each.get("module"), each["type"], each["name"])))
        for instance in each["instances"] if each["mode"] == "managed" else ():
            address = with_key(base, instance["index_key"]) if "index_key" in instance else base
            yield address, "status" in instance or "deposed" in instance


def check_plan(spec: Spec, objects: Mapping[str, bool]) -> None:
    """Assert what Terraform plans of each object of a state: that it stays, moves or is forgotten."""
    rendered = set(resources(spec, build_placeholders(spec)))
    called = {call.name for call in calls(spec)}
    for old, new in spec.moves.items():
        assert old in objects, "nothing moves that is not there"
        assert old not in rendered, "Terraform refuses to move what is still declared"
        assert new not in objects, "Terraform destroys what moves to an address that is in use"
    for name in spec.removed:
        assert name not in {f"module.{call}" for call in called}
        assert name not in {*map(strip_keys, rendered)}, "Terraform refuses to forget what is declared"
    for address, is_replaced in objects.items():
        whole = address.rpartition("[")[0] if address.endswith("]") else address
        final = spec.moves.get(address) or spec.moves.get(whole, address)
        if final in rendered:
            assert not is_replaced, address
        else:
            plain = strip_keys(final)
            assert plain in spec.removed or f"module.{(modules(plain) or [''])[0]}" in spec.removed, address


EVERYTHING: list[Place] = [(number, None, f"n{number}", None, "") for number in range(len(PARTS))]


@example(EVERYTHING)
@example([(0, "module.ca_root", "other", None, ""), (1, None, "this", None, ""), (12, "module.ca_root", "this", 1, "")])
@given(st.lists(PLACES, min_size=1, max_size=len(PARTS)))
def test_every_object_of_a_state_stays_moves_or_is_forgotten(places: list[Place]) -> None:
    placed = list(place(places))
    objects: dict[str, bool] = {}
    for address, is_replaced in addresses_of(placed):
        objects[address] = is_replaced or objects.get(address, False)
    try:
        (found,) = infer_state(state(*placed), "some.tfstate", stack="corp-pki")
    except Failure as failure:
        assert "no private CA" in str(failure)
        return
    assert load_valid_text(dump(found.spec).encode(), "spec.yaml") == found.spec
    check_plan(found.spec, objects)
