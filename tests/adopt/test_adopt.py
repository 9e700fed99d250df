"""Adopts an account that was made by hand, with the real Terraform: imports only, nothing issued or renewed."""

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from adopt import doc_page
from adopt.fixtures import BUCKET, MANY, Estate, estate, spec
from conftest import Run
from end_to_end.fixtures import ACCOUNT, REGION
from pcaform.cli.commands.schema import build_schema
from sandbox.conftest import ACM, ALL_ACTIONS

pytestmark = pytest.mark.terraform
PARTIAL = "pcaform adopt partial --recreate"
PERMISSION = "module.acm_permission_{}.aws_acmpca_permission.this"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("estate")) as found:
        yield found


def test_whole_account_is_adopted(old: Estate, pcaform: Run, tmp_path: Path) -> None:
    """Import, render and adopt: three levels, all kinds of revocation, users, certificates, a shared CA; on S3."""
    old.imported(pcaform, "whole")
    serials = old.serials()
    assert len(serials) == MANY + 5
    _refuse_while_locked(old, pcaform)
    proof, kept = tmp_path / "proof.json", tmp_path / "kept"
    done = old.adopt(pcaform, "whole", "--spec", old.home / "whole.yaml", "--proof", proof, "--keep", kept)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"{MANY + 5} to import, {MANY + 4} taken over, 0 to add, 0 to change, 0 to destroy\n")
    assert done.stderr.endswith(f"pushed and planned again: 'terraform apply' in {old.home / 'whole'} does the rest\n")
    permission = PERMISSION.format("old-root")
    in_state = _permissions(old.terraform("whole").state_pull())
    assert (len(in_state), permission in in_state) == (MANY + 2, True)
    assert in_state[permission][1]["attributes"] == {
        "actions": sorted(ALL_ACTIONS),
        "certificate_authority_arn": old.arns["root"],
        "id": f"{old.arns['root']},{ACM},",
        "policy": old.pki.client.list_permissions(CertificateAuthorityArn=old.arns["root"])["Permissions"][0]["Policy"],
        "principal": ACM,
        "source_account": ACCOUNT,
    }
    _check_proof(json.loads(proof.read_text(encoding="utf-8")), old)
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()] == [0o600, 0o600]
    plan = old.plan("whole")
    assert {tuple(change["change"]["actions"]) for change in plan["resource_changes"]} == {("no-op",)}
    old.apply("whole")
    assert old.serials() == serials
    assert [each["DomainName"] for each in old.certificates()] == ["old.corp.example", "theirs.corp.example"]
    again = old.adopt(pcaform, "whole", "--emit", tmp_path / "out")
    assert (again.returncode, again.stdout) == (0, "0 to import, 0 to add, 0 to change, 0 to destroy\n")
    assert again.stderr.endswith(f"proven, the state needs nothing, so nothing was written to {tmp_path / 'out'}\n")
    assert not (tmp_path / "out").exists()


def _refuse_while_locked(old: Estate, pcaform: Run) -> None:
    lock = {"ID": "1234", "Operation": "OperationTypeApply", "Who": "ci@runner", "Created": "2026-01-01T00:00:00Z"}
    s3, key = old.server.client("s3"), "pki/whole.tfstate.tflock"
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(lock).encode())
    done = old.adopt(pcaform, "whole")
    s3.delete_object(Bucket=BUCKET, Key=key)
    assert done.returncode == 1
    doc_page.check_refusal(done.stderr.splitlines()[-2].removeprefix("pcaform: "), old.home)
    assert "the state is locked (ID 1234, Who ci@runner, Created 2026-01-01" in done.stderr
    assert done.stderr.endswith("adopt again once it is free\nnothing was changed\n")
    assert json.loads(old.terraform("whole").state_pull())["resources"] == []


def _permissions(state: bytes) -> dict[str, tuple[str, dict[str, dict[str, str]]]]:
    resources = json.loads(state)["resources"]
    return {
        f"{resource['module']}.{resource['type']}.{resource['name']}": (resource["provider"], resource["instances"][0])
        for resource in resources
        if resource["type"] == "aws_acmpca_permission"
    }


def _check_proof(proof: dict[str, object], old: Estate) -> None:
    Draft202012Validator(build_schema("adopt")).validate(proof)
    assert (proof["verdict"], proof["step"]) == ("proven", "pushed and planned again")
    assert (proof["account_id"], proof["region"], proof["workspace"]) == (ACCOUNT, REGION, "default")
    text = json.dumps(proof)
    assert old.arns["root"] in text
    for secret in ("BEGIN CERTIFICATE", "Old Root", "Statement", "lineage", "made-by"):
        assert secret not in text


def test_workspace_and_pipeline_that_pushes(old: Estate, pcaform: Run) -> None:
    """Another role pushes; the stack has two regions and refers to a CA of another account."""
    stack = old.render(pcaform, spec(old.arns, "issuing", "overseas", "partner"), stack="piped")
    terraform = old.terraform("piped")
    terraform._run("workspace", "new", "eu")  # noqa: SLF001 - what a user types; the program never makes one
    done = old.adopt(pcaform, "piped", "--emit", old.home / "out")
    assert done.returncode == 0, done.stderr
    doc_page.check(
        "adopt piped --emit out", f"$ pcaform adopt piped --emit out\n{doc_page.format_output(done)}", old.home
    )
    emitted = (old.home / "out" / "adopted.tfstate").resolve()
    inside = f"TF_WORKSPACE=eu terraform -chdir={stack}"
    assert done.stdout.splitlines()[-2:] == [f"{inside} state push {emitted}", f"{inside} plan"]
    assert terraform.state_pull() == b""
    environment = {**old.environment, "PATH": f"{Path(old.binary).parent}:/usr/bin:/bin"}
    script = ["sh", str(old.home / "out" / "push.sh"), str(stack)]
    pushed = subprocess.run(
        script,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 to import, 0 to add, 0 to change, 0 to destroy" in pushed.stdout, pushed.stderr
    assert json.loads(terraform.state_pull())["serial"] == 1
    providers = [provider.rpartition("]")[2] for provider, _ in _permissions(terraform.state_pull()).values()]
    assert sorted(providers) == ["", ".us-east-1"]


def test_permissions_can_be_recreated(old: Estate, pcaform: Run) -> None:
    """AWS has two of three actions: stop; with --recreate the permission is deleted for Terraform to re-create."""
    arn = old.pki.root(configuration={"Subject": {"CommonName": "Old Root", "Country": "DE"}})
    old.pki.grant(arn, ["IssueCertificate", "GetCertificate"])
    old.render(pcaform, spec({**old.arns, "root": arn}, "root"), stack="partial")
    stopped = old.adopt(pcaform, "partial")
    assert stopped.returncode == 1
    assert (
        f"{PERMISSION.format('root')}: {arn} allows GetCertificate, IssueCertificate, but the stack has "
        "GetCertificate, IssueCertificate, ListPermissions" in stopped.stderr
    )
    assert stopped.stderr.endswith("or have it re-created with --recreate\nnothing was changed\n")
    dry = old.adopt(pcaform, "partial", "--recreate", "--dry-run")
    assert (dry.returncode, len(old.pki.client.list_permissions(CertificateAuthorityArn=arn)["Permissions"])) == (0, 1)
    done = old.adopt(pcaform, "partial", "--recreate")
    assert done.returncode == 0, done.stderr
    shown = f"$ pcaform adopt partial\n{stopped.stderr}$ {PARTIAL}\n{doc_page.format_output(done)}"
    doc_page.check(
        "adopt partial --recreate --dry-run", f"$ {PARTIAL} --dry-run\n{doc_page.format_output(dry)}", old.home
    )
    doc_page.check("adopt partial --recreate", shown, old.home)
    assert "deleted 1 permission at AWS: until 'terraform apply' re-creates them" in done.stderr
    assert old.pki.client.list_permissions(CertificateAuthorityArn=arn)["Permissions"] == []
    old.plan("partial")
    old.apply("partial")
    (permission,) = old.pki.client.list_permissions(CertificateAuthorityArn=arn)["Permissions"]
    assert sorted(permission["Actions"]) == sorted(ALL_ACTIONS)
