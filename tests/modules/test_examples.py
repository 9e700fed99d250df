"""The modules as their READMEs give them, from git, with the rights listed there, and the examples beside them."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Offline
from modules.fixtures import (
    ADDRESS,
    MODULES,
    NAMES,
    PROTECTED,
    VERSION,
    example,
    lay_out,
    local,
    pinned,
    rights,
)
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.sandbox.server import Sandbox
from pcaform.terraform.module_names import UNPROTECTED
from pcaform.terraform.plan_json import Changes, list_changes
from pcaform.terraform.runner import Terraform, TerraformError, find_binary
from terraform_steps import init_once, remaining_changes

TWO_REGIONS = MODULES / "ca-certificate" / "examples" / "two-regions"
EXAMPLES = {name: min(MODULES.glob(f"{name}/examples/*")) for name in NAMES} | {"two-regions": TWO_REGIONS}
READMES = {f"{name}/main.tf": example(name) for name in NAMES}
TEXTS = {
    **READMES,
    "two-regions/main.tf": pinned((TWO_REGIONS / "main.tf").read_text(encoding="utf-8"), "ca-certificate"),
    "two-regions/versions.tf": (TWO_REGIONS / "versions.tf").read_text(encoding="utf-8"),
}
EU, US = (f'${{module.private-ca-with-certificate.issuing_arns["{name}"]}}' for name in ("eu", "us"))
GIVEN: Mapping[str, Mapping[str, Any]] = {
    **{name: {"certificate_authority_arns": {"issuing": US}} for name in ("acm-permission", "ssm-parameter")},
    **{name: {"certificate_authority_arn": EU} for name in NAMES if name.startswith(("issuer-", "acm-c", "ca-s"))},
}
"""What the examples leave to their user."""
EDITS = {
    "private-ca": ('country = "DE" }\n', 'country = "DE" }\n  tags = { owner = "pki" }\n'),
    "ca-certificate": ('"5" }', '"4" }'),
    "crl-bucket": ("  policy = jsonencode", "  force_destroy = true\n  policy        = jsonencode"),
    "ca-share": ("template/EndEntityCertificate/V1", "template/EndEntityClientAuthCertificate/V1"),
    "acm-certificate": ("  key_algorithm ", '  tags = { owner = "pki" }\n  key_algorithm '),
    "issuer-user": ('"acm-pca:GetCertificate", ', '"acm-pca:GetCertificate", "acm-pca:RevokeCertificate", '),
    "issuer-role": ("policies = {", 'description = "signs"\n  policies = {'),
    "issuer-attachment": ('"acm-pca:IssueCertificate"', '"acm-pca:RevokeCertificate"'),
}
"""One edit of each example; all but the certificate's validity, which is ignored, are done in place."""
EDITED: Changes = {
    "module.private-ca.module.ca_root.aws_acmpca_certificate_authority.this": ("update",),
    "module.crl-bucket.module.crl_bucket.aws_s3_bucket.this": ("update",),
    "module.ca-share.module.share.aws_acmpca_policy.this": ("update",),
    'module.acm-certificate.module.certificate["intranet"].aws_acm_certificate.this': ("update",),
    'module.acm-certificate.module.certificate["mail"].aws_acm_certificate.this': ("update",),
    'module.issuer-user.module.issuer["ci-signer"].aws_iam_policy.this["ci-signer"]': ("update",),
    'module.issuer-user.module.issuer["lab-signer"].aws_iam_policy.this["lab-signer"]': ("update",),
    "module.issuer-role.module.issuer_pipeline.aws_iam_role.this": ("update",),
    'module.issuer-attachment.module.issuer_build.aws_iam_policy.this["build-issues"]': ("update",),
}
PREVENTED = re.compile(r"Resource (\S+) has\s+lifecycle.prevent_destroy set")
FIRST_IN_THE_WAY = {
    "module.crl-bucket.module.crl_bucket.aws_cloudfront_distribution.this[0]",
    "module.ca-certificate.module.ca_issuing_certificate.aws_acmpca_certificate.this",
    "module.two-regions.module.ca_issuing_us_certificate.aws_acmpca_certificate.this",
    "module.private-ca.module.ca_root_certificate.aws_acmpca_certificate.this",
    "module.crl-bucket.module.ca_partner.aws_acmpca_certificate_authority.this",
    *(
        f'module.private-ca-with-certificate.module.issuing["{name}"].module.certificate["g1"].aws_acmpca_certificate.this'
        for name in ("eu", "us")
    ),
}
"""What a destroy meets first; everything else that is protected is above these."""


def calls(names: Mapping[str, str]) -> str:
    """Return a root module that calls a directory under each name, with what it leaves to its user."""
    return json.dumps({"module": {name: {"source": path, **GIVEN.get(name, {})} for name, path in names.items()}})


def publish(repository: Path) -> dict[str, str]:
    """Make the modules a git repository, and return the settings with which git takes it for the public one."""
    lay_out(repository, {})
    identity = ["-c", "user.name=d", "-c", "user.email=d@corp.example", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "modules"], ["tag", VERSION]):
        subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True)
    public = ADDRESS.removeprefix("git::").partition("//modules")[0]
    setting = {"GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf", "GIT_CONFIG_VALUE_0": public}
    return {"GIT_CONFIG_COUNT": "1", **setting}


@pytest.fixture
def account(tmp_path: Path) -> Iterator[tuple[Sandbox, Terraform]]:
    """Start an account where policies count, for the root module of a user who has the READMEs' rights and no other."""
    with open_sandbox(account_id="123456789012", region="eu-west-1", iam=True) as (server, environment):
        git, iam = publish(tmp_path / "published"), server.client("iam")
        statement = [{"Effect": "Allow", "Action": rights(NAMES), "Resource": "*"}]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.create_user(UserName="reader")
        iam.put_user_policy(UserName="reader", PolicyName="readmes", PolicyDocument=policy)
        key = iam.create_access_key(UserName="reader")["AccessKey"]
        keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        yield server, Terraform(find_binary(environment), tmp_path / "root", {**environment, **git, **keys})


def write(directory: Path, texts: Mapping[str, str]) -> None:
    """Write each example into a directory of its own, and the root module that calls them."""
    names = dict.fromkeys(name.partition("/")[0] for name in texts)
    for name, text in {**texts, "main.tf.json": calls({name: f"./{name}" for name in names})}.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")


def edited() -> dict[str, str]:
    """Return the examples after their edits, each of which must be possible."""
    found = dict(TEXTS)
    for name, (before, after) in EDITS.items():
        assert before in found[f"{name}/main.tf"]
        found[f"{name}/main.tf"] = found[f"{name}/main.tf"].replace(before, after, 1)
    return found


def unprotected(text: str) -> str:
    """Return an example with the source of every protected module switched."""
    for name in PROTECTED:
        text = text.replace(f"{ADDRESS}/{name}?", f"{ADDRESS}/{name}{UNPROTECTED}?")
    return text


def states(server: Sandbox) -> dict[str, str]:
    """Return the state of each CA at AWS, by its common name."""
    clients = [server.client("acm-pca", region=region) for region in ("eu-west-1", "us-east-1")]
    found = [each for client in clients for each in client.list_certificate_authorities()["CertificateAuthorities"]]
    return {each["CertificateAuthorityConfiguration"]["Subject"]["CommonName"]: each["Status"] for each in found}


def applied(terraform: Terraform, *arguments: str) -> Changes:
    """Plan, apply, and return what the plan changed."""
    file = terraform.directory / "tfplan"
    found = list_changes(terraform.plan(file, *arguments))
    terraform.apply(file)
    return found


def test_each_example_is_used() -> None:
    assert {path.parent for path in MODULES.glob("*/examples/*/main.tf")} == set(EXAMPLES.values())


def test_what_is_protected() -> None:
    assert PROTECTED == ["ca-certificate", "crl-bucket", "private-ca", "private-ca-with-certificate"]


def test_every_file_of_a_module_names_its_licence() -> None:
    """A vendored copy has no other file that does."""
    texts = {path: path.read_text(encoding="utf-8") for path in MODULES.glob("*/*.tf")}
    unnamed = [path for path, text in texts.items() if not text.startswith("# SPDX-License-Identifier: Apache-2.0\n\n")]
    assert unnamed == []


@pytest.mark.terraform
def test_examples_are_formatted_and_valid(tmp_path: Path, offline: Offline) -> None:
    done = subprocess.run(
        [find_binary(), "fmt", "-check", "-diff", "-recursive", MODULES], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")
    lay_out(tmp_path, {"main.tf.json": calls({name: f"./{path.relative_to(ROOT)}" for name, path in EXAMPLES.items()})})
    terraform = offline(tmp_path)
    init_once(terraform)
    terraform.validate()


@pytest.mark.terraform
def test_readmes_are_applied_changed_and_destroyed(account: tuple[Sandbox, Terraform]) -> None:
    server, terraform = account
    write(terraform.directory, TEXTS)
    init_once(terraform)
    terraform.validate()
    assert set(applied(terraform).values()) == {("create",)}
    assert states(server) == {
        "Corp Root CA": "ACTIVE",
        "Corp Services Root CA": "ACTIVE",
        "Corp Issuing CA 1": "ACTIVE",
        "Corp Global Root CA": "ACTIVE",
        "Corp Issuing CA us-east-1": "ACTIVE",
        "Corp Root CA eu": "ACTIVE",
        "Corp Root CA us": "ACTIVE",
        "Corp Issuing CA eu": "ACTIVE",
        "Corp Issuing CA us": "ACTIVE",
        "Corp Partner CA": "PENDING_CERTIFICATE",
    }
    assert remaining_changes(terraform, terraform.directory / "tfplan") == {}

    write(terraform.directory, edited())
    assert applied(terraform) == EDITED

    with pytest.raises(TerraformError, match="Instance cannot be destroyed") as refused:
        terraform.plan(terraform.directory / "tfplan", "-destroy")
    assert set(PREVENTED.findall(str(refused.value))) == FIRST_IN_THE_WAY

    write(terraform.directory, {name: unprotected(text) for name, text in edited().items()})
    init_once(terraform)
    assert applied(terraform) == {}
    assert set(applied(terraform, "-destroy").values()) == {("delete",)}
    assert set(states(server).values()) == {"DELETED"}
    assert server.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.terraform
def test_a_ca_that_is_to_be_disabled_at_once_warns_until_it_is(account: tuple[Sandbox, Terraform]) -> None:
    server, terraform = account
    disabled = example("private-ca").replace('"EC_secp384r1"\n', '"EC_secp384r1"\n  enabled = false\n', 1)
    lay_out(terraform.directory, {"main.tf": local(disabled)})
    init_once(terraform)
    said = [terraform._run("apply", "-auto-approve", "-no-color").stdout for _ in range(2)]  # noqa: SLF001 - its words
    assert ["AWS ignores enabled = false while it makes a CA" in " ".join(each.split()) for each in said] == [
        True,
        False,
    ]
    assert states(server) == {"Corp Root CA": "DISABLED"}
    assert remaining_changes(terraform, terraform.directory / "tfplan") == {}
