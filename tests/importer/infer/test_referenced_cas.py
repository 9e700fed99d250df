"""CAs that cannot be represented take with them what depends on them."""

from importer.infer.builders import FORGOTTEN, UNMANAGED, infer, policy_of
from importer.infer.state_builders import authority, certificate, root, subordinate, user

CONFIGURATION = {
    "key_algorithm": "RSA_2048",
    "signing_algorithm": "SHA256WITHRSA",
    "subject": [{"common_name": "old"}],
}


def test_left_out_parent_takes_all_below_it_with_it() -> None:
    """Nothing in the spec refers to it: a plan over the state could only do harm to what hangs on it."""
    grants = [{**UNMANAGED, "certificate_authorities": ["policy"]}]
    old = authority("old", certificate_authority_configuration=[{**CONFIGURATION, "key_algorithm": "RSA_1024"}])
    below = (*subordinate("policy", "old", length=1), *subordinate("issuing", "policy"))
    named = [{**each, "name": f"n{number}"} for number, each in enumerate((old, certificate("old"), *below))]
    found = infer(*named, *root(), *user("ci", policy_of("ci", *grants)))
    assert list(found.spec.certificate_authorities) == ["root"]
    assert found.spec.issuers == {}
    ca = "aws_acmpca_certificate_authority"
    reasons = {address: reason.removesuffix(FORGOTTEN) for address, reason in found.left_out}
    assert "RSA_1024" in reasons.pop(f"{ca}.n0")
    assert reasons == {
        "aws_acmpca_certificate.n1": f"it belongs to {ca}.n0, which is left out",
        f"{ca}.n2": f"it needs {ca}.n0, which is left out",
        "aws_acmpca_certificate.n3": f"it belongs to {ca}.n2, which is left out",
        f"{ca}.n4": f"it needs {ca}.n2, which is left out",
        "aws_acmpca_certificate.n5": f"it belongs to {ca}.n4, which is left out",
        "aws_iam_user.this": f"it needs {ca}.n2, which is left out",
        "aws_iam_policy.this": "it belongs to aws_iam_user.this, which is left out",
        "aws_iam_user_policy_attachment.this": "it belongs to aws_iam_user.this, which is left out",
    }
    assert set(found.spec.removed) == {address for address, _ in found.left_out}
