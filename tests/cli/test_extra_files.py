"""Files in a stack that pcaform did not write: named, accepted by name, and what is harmless is not named."""

import os
from pathlib import Path

import pytest

from conftest import Run

SPEC = """\
version: 1
stack: s
aws: {region: eu-west-1, account_id: "123456789012"}
TERRAFORM
certificate_authorities:
  root: {type: ROOT, subject: {common_name: R}, key_algorithm: EC_prime256v1, validity: {type: YEARS, value: 9}}
"""
NAMED = (
    *("evil.tf", "evil.tf.json", "x_override.tf", "override.tofu", "terraform.tfvars", "a.auto.tfvars", ".terraformrc"),
    *(
        "EVIL.TF",
        ".evil.tf",
        "evil.tf ",
        "evil.md.tf",
        "tfplan.tf",
        "terragrunt.hcl",
        ".envrc",
        "own/main.tf",
        "Makefile",
    ),
    *("modules/private-ca/evil.tf", "modules/private-ca/.hidden/x.tf", "modules/other/main.tf", ".terraformignore"),
    *(
        "README.md/evil.tf",
        "a\nb.tf",
        "README",
        "x.tfstate.tf",
        ".Terraform/x.tf",
        "cache/.pcaform.json",
        "x.tftest.hcl",
    ),
)
HARMLESS = (
    *(
        "README.md",
        "docs/why.txt",
        "LICENSE",
        ".gitignore",
        ".terraform.lock.hcl",
        ".terraform/modules/evil.tf",
        "tfplan",
    ),
    *("terraform.tfstate", "terraform.tfstate.1764.backup", ".terraform.tfstate.lock.info", "main.tf~", ".x.tf.swp"),
    *("terraform.tfstate.d/dev/terraform.tfstate", "crash.log", "pki.tfplan", "tfplan.json", ".git/config"),
)


def prepare(pcaform: Run, home: Path, terraform: str = "", modules: str = "vendored") -> None:
    (home / "s.yaml").write_text(SPEC.replace("TERRAFORM", terraform), encoding="utf-8")
    assert pcaform("render", "s.yaml", "--out", "out", "--modules", modules, cwd=home).returncode == 0


def add(home: Path, *paths: str) -> None:
    for path in paths:
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text("x", encoding="utf-8")


def check(pcaform: Run, home: Path, modules: str = "vendored") -> tuple[int, list[str]]:
    done = pcaform("render", "s.yaml", "--out", "out", "--modules", modules, "--check", cwd=home)
    return done.returncode, done.stdout.splitlines()


def test_all_that_is_not_known_to_be_harmless_is_named(pcaform: Run, tmp_path: Path) -> None:
    prepare(pcaform, tmp_path)
    add(tmp_path / "out" / "s", *HARMLESS[1:])
    assert check(pcaform, tmp_path) == (0, [])
    add(tmp_path / "out" / "s", *NAMED)
    shown = [f"out/s/{name}: extra, not written by pcaform" for name in sorted(NAMED)]
    assert check(pcaform, tmp_path) == (2, [line.replace("\n", "\\n") for line in shown])


def test_what_to_do_is_said_by_every_render(pcaform: Run, tmp_path: Path) -> None:
    prepare(pcaform, tmp_path)
    add(tmp_path / "out" / "s", "cloud.tf")
    said = (
        "pcaform: Terraform or a tool may read an extra file and run its code: remove it, or accept it in the spec by "
        "its path in the stack, 'terraform: {extra_files: [cloud.tf]}'. A link is not accepted\n"
    )
    named = "out/s/cloud.tf: extra, not written by pcaform\n"
    for option, code, start in (
        ("--check", 2, "out/s: not fresh: 1 extra\n"),
        ("--diff", 2, f"out/s: not fresh: 1 extra\n{named}"),
        ("--force", 0, f"out/s: 13 unchanged\n{named}"),
    ):
        done = pcaform("render", "s.yaml", "--out", "out", option, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (code, start + said)
    assert (tmp_path / "out" / "s" / "cloud.tf").read_text(encoding="utf-8") == "x"


def test_files_are_accepted_by_name_and_links_are_not(pcaform: Run, tmp_path: Path) -> None:
    prepare(pcaform, tmp_path, "terraform: {extra_files: [cloud.tf, own/main.tf, link.tf, own]}")
    stack = tmp_path / "out" / "s"
    add(stack, "cloud.tf", "own/main.tf")
    assert check(pcaform, tmp_path) == (0, [])
    add(stack, "Cloud.tf", "own/evil.tf")
    (stack / "link.tf").symlink_to("cloud.tf")
    (stack / "README.md").symlink_to(tmp_path)
    (stack / ".terraform").symlink_to(tmp_path)
    names = (".terraform", "Cloud.tf", "README.md", "link.tf", "own/evil.tf")
    assert check(pcaform, tmp_path) == (2, [f"out/s/{name}: extra, not written by pcaform" for name in names])


def test_beside_shared_modules_there_may_be_others(pcaform: Run, tmp_path: Path) -> None:
    prepare(pcaform, tmp_path, modules="shared")
    add(tmp_path / "out" / "modules", "mine/main.tf", "notes.tf", "private-ca/README.md")
    assert check(pcaform, tmp_path, "shared") == (0, [])
    add(tmp_path / "out" / "modules", "private-ca/evil.tf")
    line = "out/modules/private-ca/evil.tf: extra, not written by pcaform"
    assert check(pcaform, tmp_path, "shared") == (2, [line])


def test_a_manifest_that_claims_a_file_accepts_nothing(pcaform: Run, tmp_path: Path) -> None:
    prepare(pcaform, tmp_path)
    manifest = tmp_path / "out" / "s" / ".pcaform.json"
    add(manifest.parent, "evil.tf")
    digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    text = manifest.read_text(encoding="utf-8").replace('"files": {', f'"files": {{"evil.tf": "{digest}",')
    manifest.write_text(text, encoding="utf-8")
    lines = ["out/s/.pcaform.json: changed", "out/s/evil.tf: leftover"]
    assert check(pcaform, tmp_path) == (2, lines)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_a_directory_that_cannot_be_read_is_not_taken_for_empty(pcaform: Run, tmp_path: Path) -> None:
    prepare(pcaform, tmp_path)
    hidden = tmp_path / "out" / "s" / "hidden"
    hidden.mkdir(mode=0)
    done = pcaform("render", "s.yaml", "--out", "out", "--check", cwd=tmp_path)
    hidden.chmod(0o700)
    assert done.returncode == 1
    assert "out/s/hidden: cannot be read: Permission denied" in done.stderr
