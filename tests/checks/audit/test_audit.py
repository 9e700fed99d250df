"""`pcaform audit` on an account with planted faults: each is reported, sorted by when it does harm, nothing else."""

import json
import re
from html.parser import HTMLParser
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
    assert report["format_version"] == "1.2"
    assert report["monthly_usd"] == MORE * 400 + 50


class Reader(HTMLParser):
    """The references of a page, its tags and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[tuple[str, str | None]] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.outside += [each for each in attrs if each[0] in ("src", "href", "style", "onclick")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_else_and_runs_nothing(planted: Planted) -> None:
    """The name of a CA that looks like markup is text in the page."""
    planted.live.pki.root(days=30, configuration={"Subject": {"CommonName": "<script>alert(1)</script>&amp;"}})
    done = planted.audit("--format", "html")
    reader = Reader()
    reader.feed(done.stdout)
    assert done.stdout.startswith("<!DOCTYPE html>\n<html")
    assert (reader.outside, "script" in reader.tags, "link" in reader.tags, "img" in reader.tags) == ([],) + (
        False,
    ) * 3
    assert "url(" not in done.stdout
    assert "CA <script>alert(1)</script>&amp;" in reader.text
    assert "user minter" in reader.text
    assert done.returncode == 2


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
