"""Many accounts: 50 audited in shards; one denies, one is throttled, some are suspended, and most have no CA."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest

from conftest import Run
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import Pki
from sources.aws.conftest import ACCOUNT, REGION, Live, live

ROLE = "pki-audit"
ACCOUNTS = [f"{number:012}" for number in range(444400000001, 444400000050)]
"""49, and the caller's own."""
WITH_CA, DENYING, THROTTLED = ACCOUNTS[:5], ACCOUNTS[5], ACCOUNTS[0]


def allow(action: list[str] | str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, **({} if "Principal" in more else {"Resource": "*"}), **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def add_role(server: Sandbox, account: str, trusted: str = ACCOUNT) -> None:
    iam = server.client("iam", account_id=account)
    trust = allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{trusted}:root"})
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
    rights = allow(["acm-pca:*", "acm:*", "iam:Get*", "rolesanywhere:List*"])
    iam.put_role_policy(RoleName=ROLE, PolicyName="read", PolicyDocument=rights)


@dataclass(frozen=True)
class Many:
    """50 accounts, and the program with the caller's credentials."""

    live: Live
    pcaform: Run
    list: Path

    def run(self, *arguments: str | Path) -> CompletedProcess[str]:
        return self.pcaform(*arguments, "--role", ROLE, "--region", REGION, env=self.live.environment)

    def few(self, *lines: str) -> Path:
        """Write another list."""
        path = self.list.with_name("few.txt")
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def audit(self, *arguments: str | Path) -> dict[str, Any]:
        done = self.run("audit", "--accounts", self.list, "--format", "json", *arguments)
        return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def many(pcaform: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Many]:
    path = tmp_path_factory.mktemp("accounts") / "accounts.txt"
    path.write_text("\n".join([f"{ACCOUNT} own", *ACCOUNTS]), encoding="utf-8")
    with live(iam=True) as account:
        for each in ACCOUNTS:
            add_role(account.server, each, "999999999999" if each == DENYING else ACCOUNT)
        for number, each in enumerate(WITH_CA):
            pki = Pki(account.server.client("acm-pca", account_id=each))
            pki.root(days=30 + number, configuration={"Subject": {"CommonName": f"Root {number}"}})
        with account.server.inject_faults(throttling={f"{THROTTLED}/acm-pca:*": 5.0}):
            yield Many(account, pcaform, path)


def test_shards_of_50_accounts_are_the_whole(many: Many, tmp_path: Path) -> None:
    """The one that denies is named and an error, the one that is throttled is only slower."""
    shards = [many.audit("--shard", f"{number}/3") for number in (1, 2, 3)]
    schema = json.loads(many.pcaform("schema", "audit").stdout)
    for number, shard in enumerate(shards, start=1):
        jsonschema.validate(shard, schema)
        part = {"index": number, "count": 3}
        assert (shard["format_version"], shard["account_id"], shard["shard"]) == ("1.3", "", part)
        (tmp_path / f"{number}.json").write_text(json.dumps(shard), encoding="utf-8")
    read = {each["account_id"]: each for shard in shards for each in shard["accounts"]}
    assert sum(len(shard["accounts"]) for shard in shards) == len(read) == 50
    assert [each["account_id"] for each in read.values() if each["status"] != "read"] == [DENYING]
    assert "this role cannot be assumed: it does not exist, does not trust the caller" in read[DENYING]["reason"]
    found = [each for shard in shards for each in shard["findings"]]
    assert {(each["account_id"], each["rule"]) for each in found} >= {(each, "ca-ends-soon") for each in WITH_CA}
    assert f"CA Root 0 in account {WITH_CA[0]}" in {each["subject"] for each in found}
    assert {each["account_id"] for each in found} == {*WITH_CA}
    merged = many.pcaform("report", "merge", *sorted(tmp_path.iterdir()), "--format", "json")
    whole = json.loads(merged.stdout)
    assert (merged.returncode, whole["exit_code"]) == (1, 1)
    ends = [[each["subject"] for each in all_ if each["rule"] == "ca-ends-soon"] for all_ in (whole["findings"], found)]
    assert sorted(ends[0]) == sorted(ends[1])
    assert [each["subject"] for each in whole["findings"] if DENYING in each["subject"]] == [f"account {DENYING}"]
    missing = many.pcaform("report", "merge", tmp_path / "1.json", tmp_path / "3.json")
    assert "shard 2/3: no file of it is here" in missing.stdout


def test_text_has_the_worst_first_and_names_what_was_not_read(many: Many) -> None:
    file = many.few(WITH_CA[3], f"- '{DENYING}'", f"{WITH_CA[0]}: corp prod # the first", "", WITH_CA[3], ACCOUNT)
    done = many.run("audit", "--accounts", file)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    subjects = [line.split(": ")[0].split(maxsplit=1)[1] for line in lines if "[ca-ends-soon]" in line]
    assert subjects == [f"CA Root {number} in account {WITH_CA[number]}" for number in (0, 3)]
    said = done.stderr.splitlines()
    caller = f"read as arn:aws:iam::{ACCOUNT}:user/sandbox-administrator by role {ROLE}"
    assert said[:2] == [f"{file}:5: account {WITH_CA[3]} is there already, and is read once", f"4 accounts, {caller}"]
    assert said[-2].startswith(f"account {DENYING}: not read: arn:aws:iam::{DENYING}:role/{ROLE}: this role cannot")
    assert said[-1] == "4 accounts: 3 read, 1 not read, 1 without a CA"


def test_an_account_without_the_role_is_named(many: Many) -> None:
    done = many.run("audit", "--accounts", many.few("555500000001", WITH_CA[3]))
    why = "it does not exist, does not trust the caller or needs an --external-id, or the caller may not assume it"
    role = f"arn:aws:iam::555500000001:role/{ROLE}: this role cannot be assumed: {why}"
    said = [f"account 555500000001: not read: {role}", "2 accounts: 1 read, 1 not read"]
    assert (done.returncode, done.stderr.splitlines()[-2:]) == (1, said)


def test_access_is_that_of_all_accounts(many: Many) -> None:
    file = many.few(*WITH_CA[1:3], ACCOUNTS[-1])
    done = many.run("access", "--live", "--accounts", file, "--format", "json")
    report = json.loads(done.stdout)
    jsonschema.validate(report, json.loads(many.pcaform("schema", "access").stdout))
    assert done.returncode == 2
    assert [each["arn"].split(":")[4] for each in report["principals"]] == WITH_CA[1:3]
    assert {each["principal"] for each in report["findings"]} == {
        f"role {ROLE} in account {each}" for each in WITH_CA[1:3]
    }
    assert [each["account_id"] for each in report["accounts"]] == [*WITH_CA[1:3], ACCOUNTS[-1]]


def test_what_access_could_not_read_is_in_its_result_and_in_a_merged_one(many: Many, tmp_path: Path) -> None:
    """An account that fails, and one of which a part is denied."""
    file, saved = many.few(WITH_CA[1], DENYING), tmp_path / "1.json"
    with many.live.server.inject_faults(denials=[f"{WITH_CA[1]}/iam:GetAccountAuthorizationDetails"]):
        done = many.run("access", "--live", "--accounts", file, "--format", "json")
    assert done.returncode == 1
    saved.write_text(done.stdout, encoding="utf-8")
    unread = [each["address"] for each in json.loads(done.stdout)["unknown"]]
    assert unread[0] == f"account {DENYING}"
    assert [WITH_CA[1] in each for each in unread] == [False, True]
    merged = json.loads(many.pcaform("report", "merge", saved, "--format", "json").stdout)
    assert [each["subject"] for each in merged["findings"] if each["rule"] == "unknown"] == sorted(unread)


def test_import_writes_a_spec_for_each_account_and_replaces_none(many: Many, tmp_path: Path) -> None:
    file, out = many.few(*WITH_CA[1:3], ACCOUNTS[-1]), tmp_path / "specs"
    command = ("import", "aws", "--accounts", file, "--stack", "pki", "--out", out)
    assert many.run(*command).returncode == 0
    names = [f"pki-{each}.yaml" for each in WITH_CA[1:3]]
    assert sorted(path.name for path in out.iterdir() if path.suffix == ".yaml") == names
    assert f"account_id: '{WITH_CA[1]}'" in (out / names[0]).read_text(encoding="utf-8")
    (out / names[0]).write_text("# mine\n", encoding="utf-8")
    done = many.run(*command)
    assert done.returncode == 1
    assert f"account {WITH_CA[1]}: no spec is written: {out / names[0]}: already exists" in done.stderr
    assert (out / names[0]).read_text(encoding="utf-8") == "# mine\n"
    specs = many.run("audit", "--specs", out / names[1])
    assert specs.stderr.startswith("1 account, read as")


def test_a_later_run_has_the_answers_of_one_that_failed(many: Many, tmp_path: Path) -> None:
    """The answers of an account are kept until all of them are read."""
    file, kept = many.few(*WITH_CA[1:3]), tmp_path / "kept"
    kept.mkdir()
    command = ("audit", "--accounts", file, "--checkpoint", kept)
    with many.live.server.inject_faults(denials=[f"{WITH_CA[1]}/acm-pca:GetPolicy"]):
        done = many.run(*command)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "2 accounts: 1 read, 1 in part"
    assert [path.name for path in kept.iterdir()] == [f"{WITH_CA[1]}.json"]
    with many.live.server.inject_faults(denials=[f"{WITH_CA[1]}/acm-pca:ListPermissions"]):
        assert many.run(*command).stderr.splitlines()[-1] == "2 accounts: 2 read"
    assert list(kept.iterdir()) == []


def test_a_region_that_one_account_has_not_enabled(many: Many) -> None:
    file = many.few(*WITH_CA[1:3])
    with many.live.server.inject_faults(denials=[f"{WITH_CA[1]}/acm-pca:List*"]):
        done = many.run("audit", "--accounts", file, "--format", "json")
    first, second = json.loads(done.stdout)["accounts"]
    assert (first["account_id"], first["status"], second["status"]) == (WITH_CA[1], "failed", "read")
    place = f"{WITH_CA[1]}/{REGION}"
    assert first["reason"].startswith(f"not read: {place}: CAs of this account: ListCertificateAuthorities: the")
    assert done.returncode == 1


def test_accounts_of_an_organization_with_units(many: Many) -> None:
    server = many.live.server
    organizations = server.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    outer = organizations.create_organizational_unit(ParentId=root, Name="a")["OrganizationalUnit"]["Id"]
    inner = organizations.create_organizational_unit(ParentId=outer, Name="b")["OrganizationalUnit"]["Id"]
    ids = {}
    for name, unit in (("top", root), ("deep", inner), ("closed", inner)):
        created = organizations.create_account(Email=f"{name}@example.com", AccountName=name)
        ids[name] = created["CreateAccountStatus"]["AccountId"]
        add_role(server, ids[name])
        if unit != root:
            organizations.move_account(AccountId=ids[name], SourceParentId=root, DestinationParentId=unit)
    organizations.close_account(AccountId=ids["closed"])
    done = many.run("audit", "--organization", outer)
    assert done.returncode == 0
    said = done.stderr.splitlines()
    assert said[0] == f"not ACTIVE, so not read: 1 account ({ids['closed']})"
    assert said[-1] == "1 account: 1 read, 1 without a CA"
    everything = json.loads(many.run("audit", "--organization", "all", "--format", "json").stdout)
    assert {each["name"] for each in everything["accounts"]} == {"master", "top", "deep"}
    with server.inject_faults(denials=["organizations:*"]):
        refused = many.run("audit", "--organization", "all")
    assert (refused.returncode, "management account" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("lines", "arguments", "message"),
    [
        (
            ["12345678901"],
            (),
            ":1: '12345678901' has 11 digits: expected 12 digits, and behind them a name if you like",
        ),
        (["", "prod"], (), ":2: 'prod' is not an account: expected 12 digits"),
        (["# none"], (), ": there is no account"),
        ([ACCOUNT], ("--checkpoint", "nowhere"), "--checkpoint nowhere: there is no such directory: make it first"),
        ([ACCOUNT], ("--shard", "3/2"), "--shard '3/2': expected K/N"),
        ([ACCOUNT], ("--organization", "all"), "--accounts, --organization and --specs exclude each other"),
        ([ACCOUNT], ("--assume-role", f"arn:aws:iam::{ACCOUNT}:role/x"), "--role is assumed by the caller: instead"),
    ],
)
def test_bad_usage_is_one_line(many: Many, lines: list[str], arguments: tuple[str, ...], message: str) -> None:
    done = many.run("audit", "--accounts", many.few(*lines), *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr.splitlines()[0]


def test_a_checkpoint_of_one_account_is_refused_where_it_is_not_kept(many: Many, tmp_path: Path) -> None:
    for command in (("audit",), ("access", "--live")):
        done = many.pcaform(*command, "--checkpoint", tmp_path / "kept", env=many.live.environment)
        assert (done.returncode, done.stderr.split(": give")[0]) == (1, "pcaform: --checkpoint is for many accounts")
