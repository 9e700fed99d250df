"""Stacks beside each other: none has the state or a CA of another one, and a renamed one takes its directory along."""

from pathlib import Path

import pytest

from conftest import Render, Run
from render.removal_specs import ACCOUNT, ARN, HEAD, ISSUER, ca


def own(stack: str) -> str:
    """Return the head of a spec of a stack with this name."""
    return HEAD.replace("stack: corp-pki", f"stack: {stack}")


BACKEND = "terraform: {{backend: {{{}}}}}\n"
SHARED = {
    "a path outside": BACKEND.format("local: {path: ../shared.tfstate}"),
    "a bucket": BACKEND.format("s3: {bucket: b, key: k, region: eu-west-1}"),
}


@pytest.mark.parametrize("backend", SHARED.values(), ids=SHARED)
def test_one_state_for_two_stacks_is_refused(render: Render, pcaform: Run, tmp_path: Path, backend: str) -> None:
    one, two = (own(name) + backend + f"certificate_authorities:\n{ca(name)}" for name in ("one", "two"))
    assert render(one, name="one.yaml")[0] == 0
    code, message = render(two, name="two.yaml")
    assert (code, "the place of the state is also that of the stack 'one' beside it" in message) == (1, True)
    for command in (["validate", "one.yaml", "two.yaml"], ["guard", "--spec", "one.yaml", "."]):
        done = pcaform(*command, cwd=tmp_path)
        assert done.returncode == 1
        assert "two.yaml:4:" in done.stdout + done.stderr
        assert "is also that of 'one', one.yaml: each would destroy what the other has" in done.stdout + done.stderr


def test_a_local_state_with_its_whole_path_is_the_same_one(render: Render, tmp_path: Path) -> None:
    whole = BACKEND.format(f"local: {{path: {tmp_path / 'out' / 'one' / 'terraform.tfstate'}}}")
    assert render(f"{own('one')}certificate_authorities:\n{ca('one')}", name="one.yaml")[0] == 0
    code, message = render(f"{own('two')}{whole}certificate_authorities:\n{ca('two')}", name="two.yaml")
    assert (code, "the place of the state is also that of the stack 'one' beside it" in message) == (1, True)


PARTIAL = {
    "nothing": ("s3: {}", "s3: {}", True),
    "no key": ("s3: {bucket: b}", "s3: {region: eu-west-1}", True),
    "no longer": ("http: {}", "http: {address: 'https://ex.example/a'}", True),
    "another bucket": ("s3: {bucket: b}", "s3: {bucket: c}", False),
    "another key": ("s3: {bucket: b, key: a}", "s3: {bucket: b, key: c}", False),
    "another backend": ("s3: {}", "http: {}", False),
}


@pytest.mark.parametrize(("old", "new", "is_refused"), PARTIAL.values(), ids=PARTIAL)
def test_a_renamed_stack_takes_its_directory_along(
    render: Render, tmp_path: Path, old: str, new: str, *, is_refused: bool
) -> None:
    one = own("one") + BACKEND.format(old) + f"certificate_authorities:\n{ca('root')}{ISSUER}"
    two = one.replace("stack: one", "stack: two").replace(old, new)
    assert render(one)[0] == 0
    code, message = render(two)
    told = "s.yaml:2:8: the stack 'one' beside it has 'root' too" in message
    assert (code, told, "rename its directory to 'two'" in message) == (int(is_refused), is_refused, is_refused)
    if is_refused:
        assert render(two.replace(ACCOUNT, "210987654321"))[0] == 0
        (tmp_path / "out" / "two").rename(tmp_path / "other-account")
        other = two.replace(ca("root"), ca("top")).replace("[root]", "[top]").replace("ci: {", "build: {")
        renamed = ca("top", "renamed_from: root").replace("common_name: top", "common_name: root")
        assert "beside it has 'root' too" in render(other.replace(ca("top"), renamed))[1]
        assert render(other)[0] == 0
        (tmp_path / "out" / "two").rename(tmp_path / "other-stack")
        assert render(two, "--never-applied")[0] == 0
        assert render(two)[0] == 0
        (tmp_path / "out" / "two").rename(tmp_path / "own-state")
        (tmp_path / "out" / "one").rename(tmp_path / "out" / "two")
        assert render(two)[0] == 0


def test_one_arn_in_two_stacks_is_refused(render: Render, pcaform: Run, tmp_path: Path) -> None:
    existing = f"subject: {{common_name: r}}, key_algorithm: EC_prime256v1, arn: '{ARN}', activation: external"
    imported = f"  root: {{type: ROOT, {existing}}}\n"
    assert render(f"{own('one')}certificate_authorities:\n{imported}", name="one.yaml")[0] == 0
    for section in (f"certificate_authorities:\n{imported}", f"removed: {{gone: {{destroy: '{ARN}'}}}}\n"):
        code, message = render(own("two") + section, name="two.yaml")
        assert (code, f"'{ARN}' is also that of the stack 'one' beside it" in message) == (1, True)
        done = pcaform("validate", "one.yaml", "two.yaml", cwd=tmp_path)
        assert (done.returncode, "[shared-arn]" in done.stdout) == (1, True)
    reference = f"certificate_authorities:\n  root: {{managed: false, arn: '{ARN}'}}\n"
    assert render(own("two") + reference, name="two.yaml")[0] == 0
