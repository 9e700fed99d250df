"""Parent CAs that cannot be represented become references."""

from importer.infer.builders import UNMANAGED, infer, policy_of
from importer.infer.state_builders import arn_of, authority, certificate, root, subordinate, user
from pcaform.rules.load import load_valid_text
from pcaform.spec.yaml_writer import dump

CONFIGURATION = {
    "key_algorithm": "RSA_2048",
    "signing_algorithm": "SHA256WITHRSA",
    "subject": [{"common_name": "old"}],
}


def test_left_out_parent_becomes_a_reference() -> None:
    """Otherwise the spec would name a parent that it does not have."""
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
    assert [note.kind for note in found.notes] == ["left out", "unknown"]
    assert "RSA_1024" in found.notes[0].reason
    assert "Its signature indicates RSA_2048" in found.notes[1].reason
    assert found.spec.issuers["ci"].grants
    load_valid_text(dump(found.spec).encode(), "spec.yaml")
