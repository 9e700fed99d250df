"""Rendered stacks pass checkov: nothing is found, and nothing is skipped but what a module says and why."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import EXAMPLE, ROOT, Run

SCANNER = "PCAFORM_CHECKOV"
REQUIRE = "PCAFORM_REQUIRE_CHECKOV"
TESTS = ROOT / "tests"
SPECS = [EXAMPLE, TESTS / "end_to_end" / "spec.yaml", *sorted((TESTS / "render" / "cases").glob("*.yaml"))]
NOWHERE = "http://127.0.0.1:1"
SKIPPED = {
    ("CKV_AWS_18", "/modules/crl-bucket/main.tf", "aws_s3_bucket"),
    ("CKV_AWS_21", "/modules/crl-bucket/main.tf", "aws_s3_bucket"),
    ("CKV_AWS_144", "/modules/crl-bucket/main.tf", "aws_s3_bucket"),
    ("CKV_AWS_145", "/modules/crl-bucket/main.tf", "aws_s3_bucket"),
    ("CKV2_AWS_61", "/modules/crl-bucket/main.tf", "aws_s3_bucket"),
    ("CKV2_AWS_62", "/modules/crl-bucket/main.tf", "aws_s3_bucket"),
    ("CKV_AWS_34", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV_AWS_68", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV_AWS_86", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV_AWS_174", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV_AWS_305", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV_AWS_310", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV_AWS_374", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV2_AWS_32", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV2_AWS_42", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV2_AWS_47", "/modules/crl-bucket/main.tf", "aws_cloudfront_distribution"),
    ("CKV_AWS_40", "/modules/issuer-attachment/main.tf", "aws_iam_user_policy_attachment"),
    ("CKV_AWS_61", "/modules/issuer-role/main.tf", "aws_iam_role"),
    ("CKV_AWS_273", "/modules/issuer-user/main.tf", "aws_iam_user"),
    ("CKV_AWS_40", "/modules/issuer-user/main.tf", "aws_iam_user_policy_attachment"),
    ("CKV2_AWS_34", "/modules/ssm-parameter/main.tf", "aws_ssm_parameter"),
}
"""The findings that are wrong for us: the check, the module that says so, and the kind of resource."""


@pytest.fixture(scope="session")
def checkov() -> Path:
    """Return the scanner: what PCAFORM_CHECKOV names, else what `make scan` installs."""
    found = Path(os.environ.get(SCANNER) or ROOT / ".venv" / "scan" / "bin" / "checkov")
    if not found.exists():
        missing = f"there is no checkov at {found}: 'make scan' installs it"
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(f"{REQUIRE}=1, and {missing}", pytrace=False)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="session")
def scanned(checkov: Path, pcaform: Run, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Render all specs and return what checkov says of the stacks, with no network and no setting of the caller."""
    out = tmp_path_factory.mktemp("scan")
    for number, spec in enumerate(SPECS):
        assert pcaform("render", spec, "--out", out / "stacks" / str(number)).returncode == 0
    environment = {"PATH": os.environ["PATH"], "HOME": str(out), "HTTPS_PROXY": NOWHERE, "HTTP_PROXY": NOWHERE}
    options = ["--framework", "terraform", "--output", "json", "--skip-download"]
    command = [str(checkov), "--directory", str(out / "stacks"), *options]
    done = subprocess.run(command, cwd=out, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode in (0, 1), done.stderr
    report: Mapping[str, Any] = json.loads(done.stdout)
    return report


def test_nothing_is_found(scanned: Mapping[str, Any]) -> None:
    assert scanned["results"]["parsing_errors"] == []
    found = {
        (check["check_id"], check["check_name"], check["resource"]) for check in scanned["results"]["failed_checks"]
    }
    assert found == set()


def test_only_what_is_meant_is_skipped(scanned: Mapping[str, Any]) -> None:
    """A skip that is not listed here fails, and a listed one that no longer skips anything fails too."""
    skipped = scanned["results"]["skipped_checks"]
    assert {(check["check_id"], place(check), kind(check)) for check in skipped} == SKIPPED
    assert all(check["check_result"]["suppress_comment"].strip() for check in skipped)


def place(check: Mapping[str, Any]) -> str:
    """Return where a check looked: a module's file without the stack that holds it, else all of the path."""
    path: str = check["file_path"]
    return "".join(path.rpartition("/modules/")[1:])


def kind(check: Mapping[str, Any]) -> str:
    """Return the kind of resource that a check looked at."""
    resource: str = check["resource"]
    return next(part for part in resource.split(".") if part.startswith("aws_"))
