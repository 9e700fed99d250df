"""What AWS never changes on a CA, over renders."""

from render.removal_specs import ARN, ca, messages_of, revocation, spec

LEVEL = "key_storage_security_standard"


def test_key_storage_of_a_ca_is_its_own_for_good() -> None:
    there = [f"arn: '{ARN}'", "activation: external", revocation("enabled: true")]
    silent, newer, older = (
        spec(ca("root", *there, *level))
        for level in ([], [f"{LEVEL}: FIPS_140_2_LEVEL_3_OR_HIGHER"], [f"{LEVEL}: FIPS_140_2_LEVEL_2_OR_HIGHER"])
    )
    assert messages_of(silent, older) == messages_of(older, silent) == []  # left out, Terraform keeps it
    assert messages_of(spec(ca("root")), spec(ca("root", f"{LEVEL}: FIPS_140_2_LEVEL_3_OR_HIGHER"))) == []
    (message,) = messages_of(older, newer)
    assert "this makes it another CA" in message
