"""Real Terraform over states with everything in them: what was imported moves, the rest is forgotten, nothing goes."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from end_to_end.fixtures import NAME, started
from importer.infer.infer_state import infer_state
from importer.infer.state_builders import Resource, arn_of, authority, resource, state
from importer.infer.test_forgotten import EVERYTHING, Place, place
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.spec.yaml_writer import dump
from terraform_steps import init_once

pytestmark = pytest.mark.terraform


def configured(name: str, **more: Any) -> Resource:
    """Return a CA with settings that no spec can have."""
    ca = {**authority(name), "name": name}
    ca["instances"][0]["attributes"] |= more
    return ca


_READ = re.compile(r"count = [^\n]*(?=\n\n  arn = )")
PEM = "-----BEGIN CERTIFICATE-----"
CRL = {"enabled": True, "expiration_in_days": 7, "s3_bucket_name": "logs", "custom_path": "/crl/"}
LATER = [
    configured("path", revocation_configuration=[{"crl_configuration": [CRL]}]),
    resource("aws_iam_group", None, {"name": "team"}),
    resource("aws_iam_user_group_membership", None, {"user": "ci", "groups": ["team"]}),
    resource("aws_s3_bucket", 'module.logs["a\\"b"]', {"bucket": "more"}, index_key='k"${x}'),
]
MARKED: list[Place] = [
    (0, "module.ca_root", "other", None, ""),
    (1, None, "this", None, ""),
    (3, "module.ca_root", "this", 1, ""),
    (13, None, "twice", None, ""),
    (5, None, "this", None, "both"),
    (2, "module.ca_issuing", "this", None, "tainted"),
    (14, "module.issuer_ci", "this", 0, ""),
    (27, "module.vpc[0]", "this", 'a"b', ""),
    (28, "module.vpc[0]", "this", None, "deposed"),
]
OF_PROVIDER_6 = Path(__file__).parents[1] / "importer" / "kinds" / "state-of-provider-6" / "state.json"
"""Resources with a region of their own, and with identities: 5.100 reads them, and leaves both out."""
STATES = {
    "all at once": [*place(EVERYTHING), *LATER],
    "marked, and in modules of our names": [*place(MARKED), configured("kept")],
    "of provider 6": json.loads(OF_PROVIDER_6.read_bytes())["resources"],
}


def as_written(resources: Iterable[Resource]) -> bytes:
    """Return a state that the provider can read: with its schema versions, and an id of each object."""
    document = json.loads(state(*(each for each in resources if "new_thing" not in each["type"])))
    for each in document["resources"]:
        for instance in each["instances"]:
            instance["schema_version"] = 1 if each["type"] == "aws_acmpca_certificate_authority" else 0
            attributes = instance["attributes"]
            attributes["id"] = attributes.get("arn") or attributes.get("certificate_authority_arn") or "x"
            if "Subordinate" in attributes.get("template_arn", ""):
                attributes["certificate_chain"] = PEM
            if each["type"] == "aws_acm_certificate":
                attributes["subject_alternative_names"] = [attributes["domain_name"]]
    return re.sub(
        r"certificate of (\w+)(\\n)?", rf"{PEM} \1", json.dumps(document | {"lineage": "x", "outputs": {}})
    ).encode()


@pytest.mark.parametrize("case", STATES)
def test_nothing_of_a_state_is_destroyed_or_replaced(tmp_path: Path, case: str) -> None:
    content = as_written(STATES[case])
    (found,) = infer_state(content, "state", stack=NAME)
    assert arn_of("path") not in dump(found.spec)
    with started(tmp_path) as stack:
        text = dump(found.spec).encode()
        write(render(plan(load_valid_text(text, "spec.yaml"), source="spec.yaml")), stack.home)
        (stack.terraform.directory / "terraform.tfstate").write_bytes(content)
        module = (
            stack.terraform.directory / "modules" / "private-ca" / "main.tf"
        )  # reads CAs, which are not at AWS here
        if module.exists():
            module.write_text(_READ.sub("count = 0", module.read_text("utf-8")), encoding="utf-8")
        init_once(stack.terraform)
        shown = stack.terraform.plan(stack.home / "tfplan", "-refresh=false")["resource_changes"]
    actions = {each["address"]: each["change"]["actions"] for each in shown}
    assert [address for address, each in actions.items() if "delete" in each] == []
    assert "forget" in {action for each in actions.values() for action in each}
