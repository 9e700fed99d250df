"""A plan against a state that is empty, or another stack's: what the manifest and the account say exists already."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from checks.audit.faulty_account import bucket, listing, named
from checks.guard.builders import AUTHORITY, CA
from conftest import Run
from sources.aws.conftest import ACCOUNT, REGION, Live, live

SPEC = f"""\
version: 1
stack: corp
aws: {{region: {REGION}, account_id: "{ACCOUNT}"}}
certificate_authorities:
  root:
    type: ROOT
    subject: {{common_name: Corp Root}}
    key_algorithm: RSA_2048
    validity: {{type: YEARS, value: 10}}
"""
ADDRESS = f"module.ca_root.{AUTHORITY}.this"


def authority(name: str, **more: Any) -> dict[str, Any]:
    subject = {"common_name": name, "country": ""}
    return {"type": "ROOT", "certificate_authority_configuration": [{"subject": [subject]}], **more}


def plan(*, state: Mapping[str, Any] | None = None, name: str = "Corp Root") -> dict[str, Any]:
    """Return a plan that creates the CA of the spec; `state` are the CAs of the state by address."""
    change = {"actions": ["create"], "before": None, "after": authority(name)}
    resources = [{"address": each, "type": AUTHORITY, "values": values} for each, values in (state or {}).items()]
    return {
        "format_version": "1.2",
        "planned_values": {},
        "errored": False,
        "resource_changes": [{"address": ADDRESS, "type": AUTHORITY, "change": change}],
        "prior_state": {"values": {"root_module": {"resources": resources}}},
    }


def guard(
    pcaform: Run, home: Path, planned: Any, *arguments: str, env: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    (home / "stacks" / "corp" / "plan.json").write_text(json.dumps(planned), encoding="utf-8")
    return pcaform("guard", "stacks/corp/plan.json", *arguments, cwd=home, env=env)


@pytest.fixture
def home(pcaform: Run, tmp_path: Path) -> Path:
    """Make a directory with the spec and its rendered stack."""
    (tmp_path / "corp.yaml").write_text(SPEC, encoding="utf-8")
    assert pcaform("render", "corp.yaml", "--out", "stacks", cwd=tmp_path).returncode == 0
    return tmp_path


def test_a_first_apply_is_noted(pcaform: Run, home: Path) -> None:
    done = guard(pcaform, home, plan(), "--spec", "corp.yaml")
    assert (done.returncode, done.stdout) == (0, "")
    assert "note: stack corp: every CA is created, and the state is empty" in done.stderr


def test_a_manifest_that_knows_an_arn(pcaform: Run, home: Path) -> None:
    path = home / "stacks" / "corp" / ".pcaform.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["items"]["certificate_authorities.root"]["arn"] = CA
    path.write_text(json.dumps(manifest), encoding="utf-8")
    done = guard(pcaform, home, plan(), "--spec", "corp.yaml")
    assert (done.returncode, f"although {CA} exists" in done.stdout) == (2, True), done


@pytest.mark.parametrize("arguments", [(), ("--chdir", "stacks/corp"), ("--chdir", "stacks")])
def test_a_manifest_that_knows_an_earlier_key(pcaform: Run, home: Path, arguments: tuple[str, ...]) -> None:
    renamed = SPEC.replace("  root:", "  first:")
    (home / "corp.yaml").write_text(renamed, encoding="utf-8")
    assert pcaform("render", "corp.yaml", "--out", "stacks", "--force", cwd=home).returncode in (0, 1)
    path = home / "stacks" / "corp" / ".pcaform.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["items"]["certificate_authorities.root"]["former"] = ["first"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    (home / "corp.yaml").write_text(SPEC, encoding="utf-8")
    done = guard(pcaform, home, plan(), "--spec", "corp.yaml", *arguments)
    assert (done.returncode, "[state-empty, breaks-trust]" in done.stdout) == (2, True), done
    assert "was 'first' before" in done.stdout


def test_the_state_of_another_stack(pcaform: Run, home: Path) -> None:
    other = plan(state={"module.ca_other.aws_acmpca_certificate_authority.this": authority("Other", arn=CA)})
    done = guard(pcaform, home, other, "--spec", "corp.yaml")
    assert (done.returncode, "[state-empty, breaks-trust]" in done.stdout) == (2, True), done


def test_a_ca_beside_those_of_the_state_is_not_a_first_apply(pcaform: Run, home: Path) -> None:
    second = SPEC + SPEC.partition("certificate_authorities:\n")[2].replace("root:", "two:").replace("Corp Root", "Two")
    (home / "corp.yaml").write_text(second, encoding="utf-8")
    more = plan(state={ADDRESS.replace("root", "two"): authority("Two", arn=CA)})
    done = guard(pcaform, home, more, "--spec", "corp.yaml")
    assert (done.returncode, done.stdout, "empty" in done.stderr) == (0, "", False), done


def test_a_ca_that_is_let_go_beside_a_new_one_is_of_this_stack(pcaform: Run, home: Path) -> None:
    (home / "corp.yaml").write_text(f"{SPEC}removed: {{old: forget}}\n", encoding="utf-8")
    planned = plan(state={ADDRESS.replace("root", "old"): authority("Old", arn=CA)})
    done = guard(pcaform, home, planned, "--spec", "corp.yaml")
    assert (done.returncode, done.stdout) == (0, ""), done


def test_a_manifest_that_is_broken(pcaform: Run, home: Path) -> None:
    (home / "stacks" / "corp" / ".pcaform.json").write_text("{}", encoding="utf-8")
    done = guard(pcaform, home, plan(), "--spec", "corp.yaml")
    assert (done.returncode, "not a whole manifest" in done.stderr) == (1, True)


@pytest.fixture(scope="module")
def account() -> Iterator[Live]:
    with live() as found:
        found.pki.root(days=3000, **named("Corp Root"))
        yield found


def test_the_account_has_a_ca_with_the_subject(pcaform: Run, home: Path, account: Live) -> None:
    for arguments in (("--spec", "corp.yaml", "--account"), ("--account", "--region", REGION)):
        done = guard(pcaform, home, plan(), *arguments, env=account.environment)
        assert (done.returncode, "[ca-made-again, breaks-trust]" in done.stdout) == (2, True), done


def test_the_account_has_another_ca(pcaform: Run, home: Path, account: Live) -> None:
    done = guard(pcaform, home, plan(name="New"), "--spec", "corp.yaml", "--account", env=account.environment)
    assert (done.returncode, done.stdout) == (0, ""), done


def test_the_ca_of_the_account_is_in_the_state(pcaform: Run, home: Path, account: Live) -> None:
    arn = account.pki.client.list_certificate_authorities()["CertificateAuthorities"][0]["Arn"]
    state = {f"{AUTHORITY}.old": authority("Corp Root", arn=arn)}
    done = guard(pcaform, home, plan(state=state), "--account", "--region", REGION, env=account.environment)
    assert (done.returncode, done.stdout) == (0, ""), done


def test_what_only_other_tools_have_set_is_reset(pcaform: Run, home: Path, account: Live) -> None:
    """No release of the provider shows `crl_type`, and each sends a revocation configuration as a whole."""
    arn = account.pki.root(**named("Parted"), **listing(bucket(account, "corp-crl"), CrlType="PARTITIONED"))
    for days, code in ((14, 1), (7, 0)):
        crls = ({"enabled": True, "expiration_in_days": each, "s3_bucket_name": "corp-crl"} for each in (7, days))
        of = [[{"crl_configuration": [each]}] for each in crls]
        before, after = (authority("Parted", arn=arn, revocation_configuration=each) for each in of)
        change = {"actions": ["update"], "before": before, "after": {**after, "tags": {"a": "b"}}}
        planned = {**plan(), "resource_changes": [{"address": ADDRESS, "type": AUTHORITY, "change": change}]}
        done = guard(pcaform, home, planned, "--account", "--region", REGION, env=account.environment)
        reset = "it changes 'revocation_configuration', and at AWS crl_configuration.crl_type is 'PARTITIONED': "
        assert (done.returncode, reset in done.stdout + done.stderr) == (code, bool(code)), done


def test_another_account_is_refused(pcaform: Run, home: Path, account: Live) -> None:
    (home / "corp.yaml").write_text(SPEC.replace(ACCOUNT, "999999999999"), encoding="utf-8")
    done = guard(pcaform, home, plan(), "--spec", "corp.yaml", "--account", env=account.environment)
    assert (done.returncode, "the spec is for account 999999999999" in done.stderr) == (1, True), done


def test_an_account_that_cannot_be_read_is_a_doubt(pcaform: Run, home: Path, account: Live) -> None:
    env = {**account.environment, "AWS_ENDPOINT_URL_ACM_PCA": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    done = guard(pcaform, home, plan(), "--spec", "corp.yaml", "--account", env=env)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done


def test_who_asks_nobody_is_refused(pcaform: Run, home: Path) -> None:
    done = guard(pcaform, home, plan(), "--region", REGION)
    assert (done.returncode, "'--account'" in done.stderr) == (1, True)
