"""`pcaform drift` over many specs: each account is read once, and what fails is named and stops nothing else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest

from checks.audit.faulty_account import named
from conftest import Run
from pcaform.checks.drift.check import compare, read_account, restrict, select_regions
from pcaform.cli.account_session import open_account
from pcaform.rules.load import load_file
from pcaform.sources.aws.session import Caller
from pcaform.sources.inventory import ImportNote
from sandbox.conftest import Pki
from sandbox.iam.principals import create_role, trust_policy
from sources.aws.conftest import ACCOUNT, OTHER, REGION, Live, live

THIRD = "777788889999"
ISSUER = "issuers: {ci: {grants: [{certificates: unmanaged, certificate_authorities: [root]}]}}\n"
PERMISSION = "permissions: [{principal: acm.amazonaws.com}]"
CERTIFICATE = (
    "certificates: {www: {certificate_authority: root, domain_name: www.corp.example, key_algorithm: EC_prime256v1}}\n"
)


def spec(name: str, *, account: str = ACCOUNT, region: str = REGION, more: str = "") -> str:
    return (
        f'version: 1\nstack: {name}\naws: {{region: {region}, account_id: "{account}"}}\ncertificate_authorities:\n'
        f"  root: {{type: ROOT, subject: {{common_name: {name}}}, key_algorithm: EC_prime256v1, "
        f"validity: {{type: DAYS, value: 3000}}}}\n{more}"
    )


SPECS = {
    "fine": spec("fine"),
    "issuing": spec("issuing", more=ISSUER + CERTIFICATE).replace("3000}}", f"3000}}, {PERMISSION}}}"),
    "away": spec("away", account=OTHER),
    "elsewhere": spec("elsewhere", region="eu-west-1"),
    "denied": spec("denied", account=THIRD),
    "wrong": spec("wrong").replace("ROOT", "ROT"),
}
EXPECTED = [
    ("stack denied", "", "not-compared"),
    ("specs", "", "shape"),
    ("stack away", "certificate_authorities.root.enabled", "breaks renewal"),
    ("stack elsewhere", "certificate_authorities.root", "applied by the next apply"),
    ("stack issuing", "certificates.www", "applied by the next apply"),
    ("stack issuing", "issuers.ci", "applied by the next apply"),
]


@dataclass(frozen=True)
class Fleet:
    """An account with CAs, another where a role reads them, a third without the role, and specs of all of them."""

    live: Live
    home: Path
    pcaform: Run

    def drift(self, *arguments: str) -> CompletedProcess[str]:
        return self.pcaform("drift", *arguments, env=self.live.environment, cwd=self.home)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.drift(*arguments, "--role", "reader", "--format", "json").stdout)


def named_findings(merged: Any) -> list[tuple[str, str, str]]:
    return [(each["source"], each["subject"], each["rule"]) for each in merged["findings"]]


@pytest.fixture(scope="module")
def fleet(pcaform: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    home = tmp_path_factory.mktemp("fleet")
    (home / "specs").mkdir()
    for name, text in SPECS.items():
        (home / "specs" / f"{name}.yaml").write_text(text, encoding="utf-8")
    with live(iam=True) as account:
        account.pki.root(days=3000, **named("fine"))
        account.pki.grant(account.pki.root(days=3000, **named("issuing")))
        other = Pki(account.server.client("acm-pca", account_id=OTHER))
        other.disable(other.root(days=3000, **named("away")))
        trust = trust_policy(f"arn:aws:iam::{ACCOUNT}:root")
        create_role(account.server, "reader", {"Action": "*"}, trust_policy=trust, account=OTHER)
        yield Fleet(account, home, pcaform)


def test_what_fails_is_named_and_the_worst_is_first(fleet: Fleet) -> None:
    done = fleet.drift("specs", "--role", "reader", "--verbose")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith(
        f"specs/denied.yaml: stack denied: arn:aws:iam::{THIRD}:role/reader: this role cannot be assumed: "
    )
    assert lines[1].startswith("specs/wrong.yaml:5:16: specs: ")
    assert named_findings(fleet.json("specs")) == EXPECTED
    said = done.stderr.splitlines()
    assert said[-1] == "drift of 6 sources: 4 errors, 2 warnings"
    lists = [line for line in said if f"acm-pca in {REGION}: ListCertificateAuthorities" in line]
    assert len(lists) == 4, "one list of its own CAs, and one of those of others, in each account"


def test_each_spec_has_the_differences_that_it_has_alone(fleet: Fleet) -> None:
    merged = fleet.json("specs")
    for name in ("fine", "issuing", "away", "elsewhere"):
        alone = fleet.json(f"specs/{name}.yaml")["differences"]
        place = [(each["place"], each["message"], each["kind"], each["advice"]) for each in alone]
        found = [
            (each["subject"], each["message"], each["rule"], each["advice"])
            for each in merged["findings"]
            if each["source"] == f"stack {name}"
        ]
        assert sorted(found) == sorted(place)


def test_the_json_is_what_its_schema_says_and_shards_are_merged_to_all(fleet: Fleet) -> None:
    whole = fleet.json("specs")
    schema = json.loads(fleet.pcaform("schema", "report").stdout)
    shards = [fleet.json("specs", "--shard", f"{index}/3") for index in (1, 2, 3)]
    for each in (whole, *shards):
        jsonschema.Draft202012Validator(schema).validate(each)
    assert [each["shard"] for each in shards] == [{"index": index, "count": 3} for index in (1, 2, 3)]
    assert len({tuple(each["sources"]) for each in shards}) == 3
    for index, each in enumerate(shards):
        (fleet.home / f"{index}.json").write_text(json.dumps(each), encoding="utf-8")
    merged = fleet.pcaform("report", "merge", "0.json", "1.json", "2.json", "--format", "json", cwd=fleet.home)
    assert merged.returncode == 1
    assert {**json.loads(merged.stdout), "sources": []} == {**whole, "sources": []}
    lacking = fleet.pcaform("report", "merge", "0.json", "2.json", cwd=fleet.home)
    assert lacking.stdout.count("shards: shard 2/3: no file of it is here") == 1


def test_what_is_not_read_for_a_spec_does_not_make_it_unknown(fleet: Fleet) -> None:
    """In an account that several specs share, a region or a service of another one may be closed."""
    specs = {name: load_file(str(fleet.home / "specs" / f"{name}.yaml")) for name in ("fine", "issuing", "elsewhere")}
    account = replace(open_account(select_regions(specs["fine"], Caller())), regions=(REGION, "eu-west-1"))
    snapshot = read_account(list(specs.values()), account)
    notes = (
        ImportNote("unknown", f"{ACCOUNT}/eu-west-1", "CAs of this account: the region is not enabled"),
        ImportNote("unknown", f"{ACCOUNT}/{REGION}", "private certificates: denied"),
        ImportNote("unknown", f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/x", "certificate: denied"),
    )
    closed = replace(snapshot, notes=notes, unlisted=frozenset({"eu-west-1"}))
    found = {
        name: [
            str(each.kind)
            for each in compare(
                each_, restrict(closed, each_), now=datetime.now(UTC), expiring=timedelta(1)
            ).differences
            for _ in [0]
        ]
        for name, each_ in specs.items()
    }
    assert found["fine"] == []
    assert found["elsewhere"] == ["unknown", "unknown"]
    assert found["issuing"].count("unknown") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--region", REGION], "--region is about one spec: name its file alone, or leave it out"),
        (["--shard", "3/2"], "--shard '3/2': expected K/N, the K-th of N shards, such as 2/5 (N at most 9999)"),
        (
            ["--role", "x", "--assume-role", f"arn:aws:iam::{OTHER}:role/x"],
            "--role is assumed by the caller: instead of --assume-role, give a --profile that assumes it",
        ),
    ],
)
def test_bad_usage_is_an_error(fleet: Fleet, arguments: list[str], said: str) -> None:
    done = fleet.drift("specs", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"pcaform: {said}\n")


def test_a_role_is_assumed_for_one_spec_too(fleet: Fleet) -> None:
    done = fleet.drift("specs/away.yaml", "--role", "reader")
    assert done.returncode == 2
    assert f"account {OTHER}, as arn:aws:sts::{OTHER}:assumed-role/reader/pcaform-import" in done.stderr
    refused = fleet.drift("specs/away.yaml")
    assert f"the spec is for account {OTHER}, but the credentials are for {ACCOUNT}" in refused.stderr
