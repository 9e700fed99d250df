"""`pcaform audit` on an account with planted faults: each is reported, sorted by when it does harm, nothing else."""

import html
import json
import re
from pathlib import Path
from subprocess import CompletedProcess

import jsonschema
import pytest

from checks.audit.conftest import Planted
from conftest import ROOT
from sources.aws.conftest import ACCOUNT, REGION

CA = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/"
MORE = 14


@pytest.fixture(scope="module")
def done(planted: Planted) -> CompletedProcess[str]:
    return planted.audit()


@pytest.fixture(scope="module")
def report(planted: Planted) -> dict[str, object]:
    return dict(json.loads(planted.audit("--format", "json").stdout))


def without_days_and_ids(text: str) -> str:
    """Return a text without its days and ids, which differ from run to run."""
    text = re.sub(r"\d{4}-\d\d-\d\d", "2027-01-01", text)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "00000000-0000-0000-0000-000000000000", text)


def page_output(page: str, command: str) -> str:
    """Return what a page shows as the output of a command."""
    return page.split(f"```text\n$ {command}\n")[1].split("```", maxsplit=1)[0]


def test_the_page_of_the_documentation_is_what_is_printed(done: CompletedProcess[str]) -> None:
    """The output has each planted fault, and none of the healthy counterparts."""
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    assert without_days_and_ids(done.stdout + done.stderr) == without_days_and_ids(page_output(page, "pcaform audit"))
    assert done.returncode == 2


def test_every_fault_is_found_and_no_healthy_counterpart(report: dict[str, list[dict[str, str]]]) -> None:
    assert {(each["rule"], each["subject"]) for each in report["findings"]} == {
        ("ca-expired", "CA Old Root"),
        ("ca-deleted", "CA Thrown Away"),
        ("ca-ends-soon", "CA Ends Soon"),
        ("no-renewal", "CA No Grant"),
        ("no-renewal", "CA Half Grant"),
        ("no-renewal", "CA Switched Off"),
        ("no-renewal", "CA Too Short"),
        ("list-unreadable", "CA Hidden List"),
        ("list-not-written", "CA Lost List"),
        ("list-bucket-public", "bucket open-lists"),
        ("too-much-power", "user minter"),
        ("shared-too-widely", "CA Given Away"),
        ("root-enabled", "CA Corp Root"),
        ("anchor-without-ca", "trust anchor servers"),
    }
    assert len(report["findings"]) == 14


def test_days_and_arns_are_those_of_aws(planted: Planted, report: dict[str, list[dict[str, str]]]) -> None:
    findings = {each["subject"]: each for each in report["findings"]}
    for name, moment in (("Ends Soon", "NotAfter"), ("Thrown Away", "RestorableUntil")):
        described = planted.live.pki.describe(planted.arns[name])
        assert findings[f"CA {name}"]["arn"] == planted.arns[name]
        assert f"{described[moment]:%Y-%m-%d}" in findings[f"CA {name}"]["message"]


def test_json_is_as_its_schema_says(planted: Planted, report: dict[str, object]) -> None:
    jsonschema.validate(report, json.loads(planted.pcaform("schema", "audit").stdout))
    assert report["format_version"] == "1.3"
    assert report["monthly_usd"] == MORE * 400 + 50


def test_the_page_has_everything_and_of_a_live_account_also_its_hierarchy(planted: Planted, tmp_path: Path) -> None:
    """The page itself, and that it needs nothing else, is tested in `tests/checks/report/`."""
    done = planted.audit("--format", "html")
    path = tmp_path / "report.html"
    live = planted.pcaform("report", "--live", "--out", path, env=planted.live.environment)
    assert (done.returncode, live.returncode, live.stdout) == (2, 0, "")
    assert live.stderr.splitlines()[1:] == [f"wrote {path}"]
    pages = [done.stdout, path.read_text(encoding="utf-8")]
    for page in pages:
        texts = texts_of(page)
        assert {"CA Too Short", "bucket open-lists", "user minter", "certificate www.corp.example"} <= set(texts)
        assert "IssueCertificate with every template" in texts
    assert 'id="hierarchy"' not in pages[0]
    tree = pages[1].split('<ul class="tree">')
    assert [len(texts_of(part)) > 2 for part in tree[1:3]] == [True, True]
    assert "Corp Root" in texts_of(tree[1])
    assert "Old Root" not in texts_of(tree[2])
    assert {"Issuing", "Half Grant", "Short"} <= set(texts_of(tree[2]))


def texts_of(page: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r">([^<]+)<", page)]


def test_what_is_denied_is_unknown_and_not_absent(planted: Planted) -> None:
    denied = {
        "acm-pca:ListPermissions": "permissions: ListPermissions",
        "acm-pca:GetPolicy": "policy: GetPolicy",
        "acm:DescribeCertificate": "certificate: DescribeCertificate",
        "rolesanywhere:ListTrustAnchors": "trust anchors of IAM Roles Anywhere: ListTrustAnchors",
        "iam:GetAccountAuthorizationDetails": "users, roles and their policies: GetAccountAuthorizationDetails",
    }
    with planted.live.server.inject_faults(denials=list(denied)):
        done = planted.audit()
    assert done.returncode == 2
    unknown = [line for line in done.stdout.splitlines() if line.startswith("unknown")]
    for part in denied.values():
        assert any(f"{part}: the caller's policies do not allow it (AccessDenied" in line for line in unknown), part
    assert "ACM has no permission" not in done.stdout
    assert done.stderr.splitlines()[-1].endswith(f"{len(unknown)} things could not be read")


def test_a_framework_picks_the_rules_that_answer_to_it(planted: Planted) -> None:
    findings = json.loads(planted.audit("--framework", "securityhub", "--format", "json").stdout)["findings"]
    rules = {each["rule"] for each in findings}
    assert rules == {"root-enabled", "ca-untagged", "list-bucket-public"}
    assert all(any(control.startswith("securityhub:") for control in each["controls"]) for each in findings)
    wrong = planted.audit("--framework", "cis")
    assert wrong.returncode == 1
    for name in ("cis", "config", "pqc", "prowler", "securityhub"):
        assert f"'{name}'" in wrong.stderr, wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--expiring", "soon"), "--expiring 'soon': expected days or weeks, such as 90d or 12w"),
        (("--region", "eu"), "'eu' is not a region, expected one such as eu-west-1"),
        (("--external-id", "x"), "--external-id needs a role: name it with --assume-role"),
    ],
)
def test_bad_usage_is_reported(planted: Planted, arguments: tuple[str, str], message: str) -> None:
    done = planted.audit(*arguments)
    assert (done.returncode, done.stderr) == (1, f"pcaform: {message}\n")
