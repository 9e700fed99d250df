"""Existing tags become default tags of the stack, and each resource's own tags."""

from importer.infer.builders import UNMANAGED, policy_of, spec_of
from importer.infer.state_builders import authority, certificate, user


def test_default_tags_are_those_that_resources_do_not_set() -> None:
    spec = spec_of(
        authority("root", tags={"own": "1"}, tags_all={"own": "1", "owner": "pki", "cost": "12"}),
        certificate("root"),
        *user("ci", policy_of("ci", UNMANAGED), tags=None, tags_all={"owner": "pki", "cost": "12"}),
    )
    assert spec.aws.default_tags == {"owner": "pki", "cost": "12"}
    assert spec.managed["root"].tags == {"own": "1"}
    assert spec.issuers["ci"].tags == {}


def test_own_tags_are_not_default_tags() -> None:
    ca = authority("root", tags={"own": "1"}, tags_all={"own": "1"})
    assert spec_of(ca, certificate("root")).aws.default_tags == {}
