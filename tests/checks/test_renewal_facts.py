"""What decides on renewals, wherever it is used: for which account a permission is, and a certificate's status."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.audit.faulty_account import managed, named
from checks.drift.mutations import authority, drift
from conftest import Run
from pcaform.checks.access.account import account_request
from pcaform.checks.audit.check import audit_account
from pcaform.checks.drift.difference import Kind
from pcaform.sources.aws.session import Caller, RateLimiter, open_account
from pcaform.sources.aws.snapshot import Filters, read_snapshot
from sources.aws.conftest import ACCOUNT, OTHER, REGION, Live, live

ALL = ["GetCertificate", "IssueCertificate", "ListPermissions"]
FAILED = "FAILED"
PERMITTED = "    permissions: [{principal: acm.amazonaws.com}]\n"


@dataclass(frozen=True)
class World:
    """An account, the ARNs in it by name, and the command."""

    live: Live
    arns: dict[str, str]
    pcaform: Run

    def run(self, *arguments: Any) -> Any:
        return self.pcaform(*arguments, env=self.live.environment)


@pytest.fixture(scope="module")
def world(pcaform: Run) -> Iterator[World]:
    with live() as account:
        yield World(account, populate(account), pcaform)


def populate(account: Live) -> dict[str, str]:
    """Create CAs whose permissions are for this account, for another one, or for both, and a failed certificate."""
    pki, arns = account.pki, {}
    for name in ("Theirs", "Named", "Both", "Split", "Idle", "Partner"):
        arns[name] = pki.root(days=7300, **named(name))
    for name in ("Theirs", "Named", "Both", "Split"):
        managed(account, arns[name], f"{name.lower()}.example")
    for name in ("Theirs", "Both", "Idle"):
        pki.grant(arns[name], SourceAccount=OTHER)
    pki.grant(arns["Named"], SourceAccount=ACCOUNT)
    pki.grant(arns["Both"])
    pki.grant(arns["Split"], ALL[:2])
    pki.grant(arns["Split"], ALL[2:], SourceAccount=OTHER)
    waiting = pki.create("ROOT", **named("Race"))
    acm = account.server.client("acm")
    failed = acm.request_certificate(DomainName="race.example", CertificateAuthorityArn=waiting)["CertificateArn"]
    pki.activate(waiting, waiting, name="RootCACertificate", days=3650)
    pki.grant(waiting)
    return {**arns, "Race": waiting, "race.example": failed}


def test_audit_finds_what_will_not_renew(world: World) -> None:
    done = world.run("audit", "--format", "json")
    findings = json.loads(done.stdout)["findings"]
    for_others = {each["subject"] for each in findings if each["rule"] == "permission-for-others"}
    found = {
        each["subject"]: (each["rule"], each["message"])
        for each in findings
        if each["rule"] not in ("permission-for-others", "root-enabled")
    }
    only = f"ACM has permission on the CA only for account {OTHER}, not for the CA's own"
    assert done.returncode == 2
    assert for_others == {"CA Both", "CA Idle", "CA Split", "CA Theirs"}
    assert sorted(found) == ["CA Idle", "CA Split", "CA Theirs", "certificate race.example"]
    assert found["CA Theirs"][0] == "no-renewal"
    assert found["CA Theirs"][1].endswith(f": {only}")
    assert found["CA Idle"] == ("no-renewal", f"certificates that ACM issues from it will not renew: {only}")
    assert "lacks ListPermissions (it has IssueCertificate and GetCertificate)" in found["CA Split"][1]
    assert found["certificate race.example"] == (
        "certificate-status",
        "it is FAILED: ACM never issued it (PCA_INVALID_STATE)",
    )


def test_import_claims_no_renewal_and_says_what_it_leaves_out(world: World, tmp_path: Path) -> None:
    spec = tmp_path / "corp.yaml"
    done = world.run("import", "aws", "--stack", "corp", "--out", spec)
    text = spec.read_text(encoding="utf-8")
    cas = {name: _entry(text, name) for name in ("theirs", "named", "both", "split", "idle")}
    assert {name for name, entry in cas.items() if "permissions:" in entry} == {"named", "both", "split"}
    for name in ("Theirs", "Both", "Split", "Idle"):
        address = f"{world.arns[name]},acm.amazonaws.com,{OTHER}"
        assert (
            f"left out: {address}: it is for ACM in account {OTHER}: it renews nothing in the CA's own" in done.stderr
        )
    assert f"listed: {world.arns['race.example']}: this certificate of ACM is not written: it is FAILED" in done.stderr
    assert done.returncode == 2


def _entry(text: str, key: str) -> str:
    """Return the entry of a CA, up to the next key of its section."""
    lines = text.split("\ncertificate_authorities:\n")[1].splitlines()
    start = lines.index(f"  {key}:")
    end = next((n for n, line in enumerate(lines[start + 1 :], start + 1) if not line.startswith("   ")), len(lines))
    return "\n".join(lines[start:end])


def test_drift_breaks_renewal(world: World, tmp_path: Path) -> None:
    spec = tmp_path / "corp.yaml"
    head = f'version: 1\nstack: corp\naws: {{region: {REGION}, account_id: "{ACCOUNT}"}}\n\ncertificate_authorities:\n'
    cas = "".join(_ca(world, name) for name in ("Theirs", "Named", "Both", "Race"))
    race = f"{{certificate_authority: race, domain_name: race.example, key_algorithm: EC_prime256v1, arn: '{FAILED}'}}"
    certificates = race.replace(FAILED, world.arns["race.example"])
    spec.write_text(f"{head}{cas}certificates:\n  race: {certificates}\n", encoding="utf-8")
    done = world.run("drift", spec, "--format", "json")
    assert done.returncode == 2, done.stderr
    found = {(each["place"], each["kind"]): each for each in json.loads(done.stdout)["differences"]}
    extra = f"at AWS ACM also has permission for account {OTHER}, which renews nothing in the CA's own account"
    assert set(found) == {
        ("certificate_authorities.theirs.permissions", "breaks renewal"),
        ("certificate_authorities.theirs.permissions", "cannot be expressed"),
        ("certificate_authorities.both.permissions", "cannot be expressed"),
        ("certificates.race", "breaks renewal"),
    }
    assert found["certificate_authorities.both.permissions", "cannot be expressed"]["message"] == extra
    assert "(PCA_INVALID_STATE)" in found["certificates.race", "breaks renewal"]["message"]
    assert "-replace" in found["certificates.race", "breaks renewal"]["advice"]


def _ca(world: World, name: str) -> str:
    key = world.live.pki.describe(world.arns[name])["CertificateAuthorityConfiguration"]["KeyAlgorithm"]
    return (
        f"  {name.lower()}:\n    arn: {world.arns[name]}\n    type: ROOT\n    subject: {{common_name: {name}}}\n"
        f"    key_algorithm: {key}\n    activation: external\n{PERMITTED}"
        "    revocation_configuration: {crl_configuration: {enabled: false}, ocsp_configuration: {enabled: false}}\n"
    )


def test_an_account_is_listed_once(world: World) -> None:
    """Its own CAs and those of others are listed once each, and nothing is requested twice."""
    opened = open_account(Caller(), RateLimiter())
    requests: Counter[str] = Counter()
    opened.session.events.register("request-created", lambda operation_name, **_: requests.update([operation_name]))
    audit_account(opened, now=datetime.now(UTC), expiring=timedelta(days=90))
    cas, certificates = len(world.arns) - 1, 5
    assert requests == {
        "ListCertificateAuthorities": 2,
        "ListPermissions": cas,
        "GetPolicy": cas,
        "ListCertificates": 1,
        "DescribeCertificate": certificates,
        "GetAccountAuthorizationDetails": 1,
        "ListTrustAnchors": 1,
    }
    requests.clear()
    read_snapshot(opened, account_request(Filters()))
    assert requests == {"ListCertificateAuthorities": 2, "GetAccountAuthorizationDetails": 1}


def test_a_permission_for_another_account_does_not_count() -> None:
    """Only the one for the CA's own account renews; an empty account is the own one."""
    first, second = drift(None, authority(source_account="210987654321")).differences
    assert (first.kind, first.is_urgent) == (Kind.RENEWAL, True)
    assert first.message == "ACM has permission on the CA only for account 210987654321, not for the CA's own"
    assert second.kind is Kind.INEXPRESSIBLE
    assert drift(None, authority(source_account="")).differences == ()
