"""Steps between two specs that leave the resources' arguments alone, or hide what becomes of them; each with a twin."""

import json
import re
from pathlib import Path

import pytest

from checks.guard.builders import parse_earlier
from checks.guard.corpus import TEXT
from pcaform.checks.guard.spec_diff.check import check_specs
from pcaform.checks.guard.spec_diff.plan_diff import diff_specs

INSTALLATION = "aws_acmpca_certificate_authority_certificate.this[0]"
ISSUED = "    parent: root\n    validity: {type: YEARS, value: 3}\n"
SIGNED = "    activation: {certificate: signed.pem}\n"

_TEXTS = (Path(__file__).parents[2] / "rules" / "cases" / "offline-certificate.ok.yaml").read_text(encoding="utf-8")
_BODY = _TEXTS.split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
CERTIFICATE = f"-----BEGIN CERTIFICATE-----{_BODY}-----END CERTIFICATE-----"


def found(before: str, after: str) -> set[tuple[str, str]]:
    """Return rule and address of each finding on a step; nothing in it may be left in doubt."""
    result = check_specs(
        *(parse_earlier(text.encode(), "spec.yaml", lambda _: CERTIFICATE.encode()) for text in (before, after))
    )
    assert result.doubts == ()
    return {(finding.rule, finding.address) for finding in result.findings}


def waiting(instead: str, key: str = "waiting") -> str:
    """Return the corpus with other lines of YAML for how one of its CAs gets its certificate."""
    entry = re.compile(rf"(?<=^  {key}:\n)(?:    .*\n)+", re.MULTILINE)
    kept = re.compile(r"    (?:parent|validity|activation|generation): .*\n")
    return entry.sub(lambda found: kept.sub("", found[0]) + instead, TEXT)


def test_issued_here_instead_of_elsewhere() -> None:
    expected = {("certificate-reissued", f"module.ca_waiting.{INSTALLATION}")}
    assert found(waiting(SIGNED), waiting(ISSUED)) == expected
    assert found(waiting(SIGNED), waiting(f"{ISSUED}    generation: 2\n")) == expected
    assert found(waiting("    activation: pending\n"), waiting(ISSUED)) == set()
    assert found(waiting("    activation: pending\n"), waiting(SIGNED)) == set()


CA = "aws_acmpca_certificate_authority.this"
FRESH = """\
  fresh:
    type: SUBORDINATE
    parent: root
    subject: {common_name: Fresh}
    deletion_protection: false
    validity: {type: YEARS, value: 3}
"""


def without(key: str, *, added: str = "", rest: str = "") -> str:
    """Return the corpus without one CA, with lines of YAML for another one and for what moves."""
    text = re.sub(rf"^  {key}:\n(?:    .*\n)+", added, TEXT, count=1, flags=re.MULTILINE)
    return f"{text}removed: {{{key}: forget}}\n{rest}"


def moves(*pairs: tuple[str, str]) -> str:
    return "".join(["moves:\n", *(f"  {old}: {new}\n" for old, new in pairs)])


def test_a_move_beats_what_is_removed() -> None:
    """Terraform moves first: the CA that was to be forgotten lands on another one's address and is replaced."""
    onto = moves((f"module.ca_windowed.{CA}", f"module.ca_fresh.{CA}"))
    assert ("ca-replaced", f"module.ca_fresh.{CA}") in found(TEXT, without("windowed", added=FRESH, rest=onto))
    whole = moves(("module.ca_windowed", "module.ca_fresh"))
    assert ("ca-replaced", f"module.ca_fresh.{CA}") in found(TEXT, without("windowed", added=FRESH, rest=whole))
    assert found(TEXT, without("windowed", added=FRESH)) == set()


def test_a_permission_that_moves_to_another_ca_is_replaced() -> None:
    permission = "aws_acmpca_permission.this"
    permitted = FRESH + "    permissions: [{principal: acm.amazonaws.com}]\n"
    onto = moves((f"module.acm_permission_silenced.{permission}", f"module.acm_permission_fresh.{permission}"))
    expected = {("permission-replaced", f"module.acm_permission_fresh.{permission}")}
    assert found(TEXT, without("silenced", added=permitted, rest=onto)) == expected
    assert found(TEXT, without("silenced", added=permitted)) == set()


def test_a_move_to_where_nothing_is_declared_destroys() -> None:
    away = moves((f"module.ca_windowed.{CA}", f"module.elsewhere.{CA}"))
    result = check_specs(
        *(parse_earlier(text.encode(), "spec.yaml", str.encode) for text in (TEXT, without("windowed", rest=away)))
    )
    (destroyed,) = result.findings
    assert (destroyed.rule, destroyed.cause) == ("ca-destroyed", "it was moved to an address that is not declared")


def test_a_move_that_is_a_new_name_changes_nothing() -> None:
    renamed = re.sub("(?<=  )windowed:", "fresh:", TEXT)
    every = (
        (f"module.ca_windowed.{CA}", f"module.ca_fresh.{CA}"),
        (f"module.ca_windowed.{INSTALLATION}", f"module.ca_fresh.{INSTALLATION}"),
        (
            "module.ca_windowed_certificate.aws_acmpca_certificate.this",
            "module.ca_fresh_certificate.aws_acmpca_certificate.this",
        ),
    )
    assert found(TEXT, renamed + moves(*every)) == set()
    assert (
        found(TEXT, renamed + moves(*((old.split(".aws")[0], new.split(".aws")[0]) for old, new in every[1:]))) == set()
    )


def test_a_move_from_outside_the_stack_changes_nothing_here() -> None:
    foreign = moves(("aws_acmpca_certificate_authority.windowed", f"module.ca_windowed.{CA}"))
    assert found(TEXT, TEXT + foreign) == set()
    assert (
        check_specs(
            parse_earlier(TEXT.encode(), "", str.encode), parse_earlier((TEXT + foreign).encode(), "", str.encode)
        ).notes
        == ()
    )


def test_a_move_to_where_something_is_already_moves_nothing() -> None:
    onto = moves((f"module.ca_windowed.{CA}", f"module.ca_exposed.{CA}"))
    assert found(TEXT, without("windowed", rest=onto)) == set()


def test_what_is_declared_still_moves_nowhere() -> None:
    """Terraform refuses such a plan."""
    swapped = moves((f"module.ca_windowed.{CA}", f"module.ca_exposed.{CA}"), ("module.ca_silent", "module.ca_listed"))
    assert found(TEXT, TEXT + swapped) == set()


ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/{0}-1111-1111-1111-111111111111"
ONE, OTHER = ARN.format("1" * 8), ARN.format("2" * 8)
PARTNER = """\
version: 1
stack: corpus
aws: {{region: eu-west-1, account_id: "123456789012"}}
certificate_authorities:
  partner:
    managed: false
    arn: {arn}
    key_algorithm: EC_prime256v1
    permissions: [{{principal: acm.amazonaws.com}}]
issuers:
  ci: {{grants: [{{certificates: unmanaged, certificate_authorities: [partner]}}]}}
certificates:
  web: {{certificate_authority: partner, domain_name: web.example, key_algorithm: EC_prime256v1{certificate}}}
"""


def partner(arn: str, certificate: str = "") -> str:
    """Return a stack that uses a CA of another account, and has a certificate from it."""
    return PARTNER.format(arn=arn, certificate=certificate and f", arn: '{certificate}'")


def test_a_reference_to_another_ca() -> None:
    assert found(partner(ONE), partner(OTHER)) == {
        ("permission-replaced", "module.acm_permission_partner.aws_acmpca_permission.this"),
        ("policy-widened", 'module.issuer_ci.aws_iam_policy.this["ci-private-ca"]'),
        ("managed-certificate-destroyed", "module.certificate_web.aws_acm_certificate.this"),
    }
    other_key = (
        partner(ONE).replace("  partner:", "  other:").replace("partner]", "other]").replace("y: partner", "y: other")
    )
    assert 'module.issuer_ci.aws_iam_policy.this["ci-private-ca"]' not in {
        at for _, at in found(partner(ONE), other_key)
    }


def test_an_arn_of_something_else() -> None:
    """Terraform imports nothing over what it has in the state: the spec would tell of another thing."""
    managed = "    type: SUBORDINATE\n    arn: {}\n    activation: external\n"
    before, after = (
        TEXT.replace(
            "    type: ROOT\n    subject: {common_name: Lost}\n    activation: pending\n",
            f"{managed.format(arn)}    subject: {{common_name: Lost}}\n",
        )
        for arn in (ONE, OTHER)
    )
    assert found(before, after) == {("arn-changed", f"module.ca_lost.{CA}")}
    certificates = [f"arn:aws:acm:eu-west-1:123456789012:certificate/{arn[-36:]}" for arn in (ONE, OTHER)]
    step = [partner(ONE, certificate) for certificate in certificates]
    assert found(*step) == {("arn-changed", "module.certificate_web.aws_acm_certificate.this")}


def test_an_arn_that_is_written_down_changes_nothing() -> None:
    written = TEXT.replace(
        "    subject: {common_name: Waiting}\n", f"    subject: {{common_name: Waiting}}\n    arn: {ONE}\n"
    )
    assert found(TEXT, written) == set()
    assert found(partner(ONE), partner(ONE, "arn:aws:acm:eu-west-1:123456789012:certificate/a")) == set()
    granted = written.replace("certificate_authorities: [issuing]", "certificate_authorities: [waiting]")
    assert found(granted.replace(f"    arn: {ONE}\n", ""), granted) == set()


BACKEND = "terraform:\n  backend:\n    s3: {{bucket: states, key: corpus.tfstate, region: eu-west-1{}}}\n"
AT = TEXT + BACKEND.format("")
STATE_MOVED = {("state-moved", "terraform.backend")}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (AT, AT.replace("corpus.tfstate", "other.tfstate")),
        (AT, AT.replace("bucket: states", "bucket: other")),
        (AT, TEXT + BACKEND.format(", workspace_key_prefix: w")),
        (AT, TEXT),
        (TEXT, AT),
        (AT, TEXT + "terraform: {backend: {local: {path: x}}}\n"),
        (TEXT, TEXT + "terraform: {backend: {local: {path: x}}}\n"),
        (TEXT + "terraform: {backend: {http: {address: 'https://a.example'}}}\n", TEXT),
    ],
)
def test_a_state_in_another_place(before: str, after: str) -> None:
    assert found(before, after) == STATE_MOVED


@pytest.mark.parametrize(
    "more",
    [
        ", profile: pki, use_lockfile: true, encrypt: true",
        ", assume_role: {role_arn: 'arn:aws:iam::123456789012:role/state'}, dynamodb_table: locks, kms_key_id: alias/a",
        ", role_arn: 'arn:aws:iam::123456789012:role/state', skip_region_validation: true, max_retries: 3",
    ],
)
def test_who_reads_and_locks_a_state_may_change(more: str) -> None:
    assert found(AT, TEXT + BACKEND.format(more)) == set()
    assert found(TEXT + BACKEND.format(more), AT) == set()


def test_the_same_place_in_other_words() -> None:
    local = TEXT + "terraform: {backend: {local: {path: terraform.tfstate}}}\n"
    assert found(TEXT, local) == found(local, TEXT) == set()
    http = TEXT + "terraform: {backend: {http: {address: 'https://a.example'}}}\n"
    locked = http.replace("'}}}", "', username: ci, lock_address: 'https://a.example/lock'}}}")
    assert found(http, locked) == found(locked, http) == set()


def test_a_stack_that_made_nothing_yet_may_have_its_state_anywhere() -> None:
    empty = TEXT.partition("certificate_authority_defaults:")[0]
    assert found(empty, empty + BACKEND.format("")) == set()


def test_what_a_backend_says_of_places_is_shown_and_no_secret() -> None:
    text = TEXT + "terraform: {backend: {pg: {conn_str: 'postgres://pki:FIRST@db/states'}}}\n"
    step = [parse_earlier(each.encode(), "", str.encode) for each in (text, text.replace("FIRST", "SECOND"))]
    (moved,) = check_specs(*step).findings
    assert [(each.path, each.before, each.after) for each in moved.differences] == [
        ("conn_str", "(secret)", "(secret)")
    ]
    step = [
        parse_earlier(each.encode(), "", str.encode) for each in (AT, AT.replace("corpus.tfstate", "other.tfstate"))
    ]
    (moved,) = check_specs(*step).findings
    assert [str(each.after) for each in moved.differences] == ['"other.tfstate"']


FETCHED = (
    "  corpus-more-lists: {cloudfront_distribution_arns: ['arn:aws:cloudfront::123456789012:distribution/E123']}\n"
)
FETCHABLE = TEXT.replace("  corpus-more-lists: {}\n", FETCHED)


def test_a_policy_of_a_bucket_shows_who_reads_its_lists() -> None:
    """The rules are the same as for a plan."""
    fetchable, closed = (parse_earlier(text.encode(), "", str.encode) for text in (FETCHABLE, TEXT))
    step = diff_specs(fetchable, closed)
    address = "module.crl_bucket_corpus-more-lists.aws_s3_bucket_policy.this"
    (policy,) = (change for change in step.changes if change.address == address)
    assert policy.actions == ("update",)
    texts = [json.loads(values["policy"])["Statement"] for values in (policy.before, policy.after)]
    readers = [[each["Principal"]["Service"] for each in text if each["Effect"] == "Allow"] for text in texts]
    assert readers == [["acm-pca.amazonaws.com", "cloudfront.amazonaws.com"], ["acm-pca.amazonaws.com"]]
    assert not [each for each in diff_specs(closed, closed).changes if each.actions != ("no-op",)]


def test_lists_that_would_be_deleted_with_their_bucket() -> None:
    forced = TEXT.replace("  corpus-more-lists: {}\n", "  corpus-more-lists: {force_destroy: true}\n")
    expected = {("protection-lifted", "module.crl_bucket_corpus-more-lists.aws_s3_bucket.this")}
    assert found(TEXT, forced) == expected
    assert found(forced, TEXT) == set()
