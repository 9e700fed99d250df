"""Doubts that are accepted by an address or a type, in a file or in the spec; never all, and never a broken plan."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Run

KIND = "awscc_acmpca_certificate_authority"
ACTION = "module.pki.action.aws_lambda_invoke.notify"
DEPTH = 'module.pki["eu.a"]'
SPEC = """\
version: 1
stack: corp
aws: {region: eu-west-1, account_id: "123456789012"}
waivers: [{what: cannot-judge, address: ADDRESS, why: it was read by two of us, until: "2999-12-31"}]
"""


def plan(*addresses: str, **more: Any) -> bytes:
    """Return a plan that creates CAs of a provider that the guard does not know."""
    change = {"actions": ["create"], "before": None, "after": {"type": "ROOT"}}
    changes = [{"address": each, "type": KIND, "change": change} for each in addresses]
    document = {"format_version": "1.2", "planned_values": {}, "errored": False, "resource_changes": changes, **more}
    return json.dumps(document).encode()


def file(tmp_path: Path, *entries: str) -> Path:
    lines = [f'- {{{entry}, why: it was read by two of us, until: "2999-12-31"}}' for entry in entries]
    path = tmp_path / "waivers.yaml"
    path.write_text("waivers:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (f"what: cannot-judge, address: {KIND}.a", 0),
        (f"what: cannot-judge, type: {KIND}", 0),
        (f"what: cannot-judge, address: {KIND}.a, type: {KIND}", 0),
        (f"what: cannot-judge, address: {KIND}.b", 1),
        ("what: cannot-judge, type: awscc_acmpca_permission", 1),
        (f"what: cannot-judge, address: {KIND}.a, type: awscc_acmpca_permission", 1),
        ("what: ca-destroyed", 1),
    ],
)
def test_one_is_accepted_by_its_address_or_type(pcaform: Run, tmp_path: Path, entry: str, code: int) -> None:
    done = pcaform("guard", "-", "--waivers", file(tmp_path, entry), stdin=plan(f"{KIND}.a"))
    assert done.returncode == code, done
    assert (f"waived: {KIND}.a: cannot be judged: " in done.stdout) == (code == 0)
    assert ("accepts nothing here" in done.stderr) == (code == 1)


def test_one_in_modules_and_with_keys(pcaform: Run, tmp_path: Path) -> None:
    addresses = (f"{DEPTH}.{KIND}.this[0]", f"{DEPTH}.{KIND}.this[1]")
    for entry in (f"type: {KIND}", f"address: '{DEPTH}'", f"address: '{DEPTH}.{KIND}.this'", "address: module.pki"):
        waivers = file(tmp_path, f"what: cannot-judge, {entry}")
        assert pcaform("guard", "-", "--waivers", waivers, stdin=plan(*addresses)).returncode == 0, entry
    waivers = file(tmp_path, f"what: cannot-judge, address: '{addresses[0]}'")
    assert pcaform("guard", "-", "--waivers", waivers, stdin=plan(*addresses)).returncode == 1


def test_a_broken_plan_is_never_accepted(pcaform: Run, tmp_path: Path) -> None:
    waivers = file(tmp_path, f"what: cannot-judge, type: {KIND}")
    assert pcaform("guard", "-", "--waivers", waivers, stdin=plan(f"{KIND}.a", errored=True)).returncode == 1


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("entry", [f"address: {ACTION}", "type: aws_lambda_invoke"])
def test_an_action_now_or_later(pcaform: Run, tmp_path: Path, entry: str, *, later: bool) -> None:
    invocation = {"address": ACTION, "type": "aws_lambda_invoke"}
    deferred = {"reason": "unknown", "action_invocation": invocation}
    more = {"deferred_action_invocations": [deferred]} if later else {"action_invocations": [invocation]}
    assert pcaform("guard", "-", stdin=plan(**more)).returncode == 1
    waivers = file(tmp_path, f"what: cannot-judge, {entry}")
    assert pcaform("guard", "-", "--waivers", waivers, stdin=plan(**more)).returncode == 0
    assert pcaform("guard", "-", "--waivers", waivers, stdin=plan(errored=True, **more)).returncode == 1


def test_a_part_of_a_later_release_by_its_own_address_only(pcaform: Run, tmp_path: Path) -> None:
    for entry, code in (("address: plan.novelty", 0), ("address: plan.other", 1), ("type: plan", 1)):
        waivers = file(tmp_path, f"what: cannot-judge, {entry}")
        assert pcaform("guard", "-", "--waivers", waivers, stdin=plan(novelty=[1])).returncode == code, entry


def test_in_the_spec(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(f"{KIND}.a"))
    for address, code in ((f"{KIND}.a", 0), (f"{KIND}.b", 1)):
        (tmp_path / "corp.yaml").write_text(SPEC.replace("ADDRESS", address), encoding="utf-8")
        assert pcaform("guard", "plan.json", "--spec", "corp.yaml", cwd=tmp_path).returncode == code


def test_json_has_what_is_accepted(pcaform: Run, tmp_path: Path) -> None:
    waivers = file(tmp_path, f"what: cannot-judge, type: {KIND}")
    done = pcaform("guard", "-", "--waivers", waivers, "--format", "json", stdin=plan(f"{KIND}.a"))
    (waived,) = json.loads(done.stdout)["waived"]
    assert (waived["finding"]["rule"], waived["until"]) == ("cannot-judge", "2999-12-31")


def test_an_expired_one_is_a_finding(pcaform: Run, tmp_path: Path) -> None:
    path = file(tmp_path, f"what: cannot-judge, type: {KIND}")
    path.write_text(path.read_text(encoding="utf-8").replace("2999", "2020"), encoding="utf-8")
    done = pcaform("guard", "-", "--waivers", path, stdin=plan(f"{KIND}.a"))
    assert (done.returncode, "[waiver-expired, breaks-trust]" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("waivers:\n- {what: cannot-judge, why: all of it, until: '2999-12-31'}\n", "2:10: 'cannot-judge' alone would"),
        ("waivers:\n- {what: cannot-jugde, why: all of it, until: '2999-12-31'}\n", "(did you mean 'cannot-judge'?)"),
        ("waivers:\n- {what: ca-destroyed, why: all of it, until: '2999-02-30'}\n", "is not a day of the calendar"),
        ("waivers: {what: x}\n", "1:10: 'waivers' is a mapping, allowed: a list"),
        ("waivers: []\nstack: corp\n", "2:1: unknown key 'stack', allowed: waivers"),
        ("- waivers\n", "seen a list"),
    ],
)
def test_a_wrong_file_is_refused(pcaform: Run, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "waivers.yaml").write_text(text, encoding="utf-8")
    done = pcaform("guard", "-", "--waivers", "waivers.yaml", stdin=plan(), cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
