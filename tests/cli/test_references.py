"""References between stacks: a CA that is named by its stack, with the ARN that the lock file has."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.audit.faulty_account import named
from checks.guard.git_histories import Repository
from conftest import Run
from sources.aws.conftest import ACCOUNT, REGION, live
from spec.reference_specs import BASE, LOCKED, OTHER, ROOT, SECURITY, change, locked, write_fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Repository:
    return write_fleet(tmp_path)


def test_the_arn_of_the_lock_file_is_rendered(pcaform: Run, fleet: Repository) -> None:
    done = pcaform("render", "specs", "--out", "stacks", cwd=fleet.home)
    assert (done.returncode, done.stderr) == (0, "stacks/security: 13 written\nstacks/apps/web: 18 written\n")
    stack = "".join(file.read_text(encoding="utf-8") for file in (fleet.home / "stacks/apps/web").glob("*.tf"))
    assert stack.count(f'"{ROOT}"') == 3  # of the certificate that it signs, and in both statements of the issuer


@pytest.mark.parametrize("name", ["a CA that outlives its parent", "a parent that may sign no CA"])
def test_what_aws_would_refuse_is_not_rendered(pcaform: Run, fleet: Repository, name: str) -> None:
    step, said = BROKEN[name]
    assert pcaform("render", "specs", "--out", "stacks", cwd=fleet.home).returncode == 0
    step(fleet)
    done = pcaform("render", "specs", "--out", "stacks", cwd=fleet.home)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr


def test_stacks_stand_after_those_that_they_need(pcaform: Run, fleet: Repository) -> None:
    change("specs/web.yaml", "apps/web", "a")(fleet)
    lines = [line.split() for line in pcaform("stacks", "specs", cwd=fleet.home).stdout.splitlines()]
    shown = [(line[0], line[1], *line[-2:]) for line in lines]
    assert shown == [
        ("level", "stack", "needs", "bases"),
        ("0", "security", "-", "base.yaml"),
        ("1", "a", "security", "base.yaml"),
    ]


BROKEN: dict[str, tuple[Callable[[Repository], Any], str]] = {
    "no lock file": (
        lambda each: each.delete("pcaform.lock.json"),
        (
            "base.yaml:3:25: 'pcaform.lock.json' cannot be read here: No such file or directory. 'pcaform lock' writes "
            "it [reference]"
        ),
    ),
    "a stack that is not locked": (
        change("pcaform.lock.json", '"security"', '"secure"'),
        (
            "specs/web.yaml:4:33: the stack 'security' is not in pcaform.lock.json (did you mean 'secure'?): once it "
            "is applied, 'pcaform lock' writes it there [reference]"
        ),
    ),
    "a CA that is not locked": (
        change("pcaform.lock.json", '"root"', '"top"'),
        (
            "specs/web.yaml:4:66: 'root' of the stack 'security' is not in pcaform.lock.json: once it is applied, "
            "'pcaform lock' writes it there [reference]"
        ),
    ),
    "another algorithm": (
        change("specs/web.yaml", "certificate_authority: root}", "certificate_authority: root, key_algorithm: SM2}"),
        (
            "specs/web.yaml:4:87: the key is RSA_4096 in pcaform.lock.json: write that, or leave 'key_algorithm' out "
            "[reference]"
        ),
    ),
    "a lock file with a mistake": (
        change("pcaform.lock.json", ROOT, ROOT[:-1]),
        (
            f"pcaform.lock.json:6:16: 'arn' is '{ROOT[:-1]}', allowed: the ARN of a private CA, "
            "arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/UUID [reference]"
        ),
    ),
    "a lock file that says a thing twice": (
        change("pcaform.lock.json", '"version": 1,', '"version": 1, "version": 1,'),
        "pcaform.lock.json:2:17: ",
    ),
    "a lock file in conflict": (
        change("pcaform.lock.json", '  "stacks"', '<<<<<<< HEAD\n  "stacks"'),
        "pcaform.lock.json:4:11: not valid YAML: ",
    ),
    "a whole path": (
        change("base.yaml", "pcaform.lock.json", "/pcaform.lock.json"),
        (
            "base.yaml:3:25: 'lock_file' is '/pcaform.lock.json', allowed: the name of a file relative to this one, "
            "such as ../pcaform.lock.json [shape]"
        ),
    ),
    "a CA of both kinds": (
        change("specs/web.yaml", "stack: security,", f"stack: security, arn: '{ROOT}',"),
        (
            "specs/web.yaml:4:9: 'root' is a mapping, allowed: a mapping with 'arn', or with 'stack' and "
            "'certificate_authority' [shape]"
        ),
    ),
    "a CA that the other stack has not": (
        change("specs/security.yaml", "  root:", "  top:"),
        (
            "specs/web.yaml:4:33: 'root' is not a CA of the stack 'security', specs/security.yaml, known: top "
            "[reference]"
        ),
    ),
    "a reference to a reference": (
        change(
            "specs/security.yaml", SECURITY[SECURITY.index("  root") :], f"  root: {{managed: false, arn: '{ROOT}'}}\n"
        ),
        ("specs/web.yaml:4:33: 'root' is not a CA of the stack 'security', specs/security.yaml, known:  [reference]"),
    ),
    "another ARN than the spec's": (
        change(
            "specs/security.yaml",
            "    validity: {type: YEARS, value: 20}",
            f"    arn: '{OTHER}'\n    activation: external",
        ),
        (
            f"specs/web.yaml:4:33: the lock file has '{ROOT}', but 'root' of the stack 'security', specs/security.yaml"
            f", is '{OTHER}': run 'pcaform lock' [reference]"
        ),
    ),
    "what leaves": (
        change(
            "specs/security.yaml",
            "certificate_authorities:\n",
            f"removed: {{old: {{destroy: '{OTHER}'}}}}\ncertificate_authorities:\n",
        ),
        "",
    ),
    "a CA that outlives its parent": (
        change("specs/web.yaml", "value: 5", "value: 25"),
        "specs/web.yaml:10:15: 'web' would outlive its parent 'root', ",
    ),
    "a parent that may sign no CA": (
        change(
            "specs/security.yaml", "    key_algorithm", "    usage_mode: SHORT_LIVED_CERTIFICATE\n    key_algorithm"
        ),
        "specs/web.yaml:7:13: 'root' issues for 7 days at most (SHORT_LIVED_CERTIFICATE) and cannot sign a CA: ",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_fit_is_an_error_at_its_place(pcaform: Run, fleet: Repository, name: str) -> None:
    step, said = BROKEN[name]
    step(fleet)
    done = pcaform("validate", "specs", cwd=fleet.home)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if " warning: " not in line]
    assert any(line.startswith(said) for line in lines), lines
    assert (done.returncode == 1) is bool(said), lines


def test_what_a_stack_needs_of_a_changed_one_is_affected(pcaform: Run, fleet: Repository) -> None:
    fleet.git("init", "-q", "-b", "main")
    fleet.commit()
    fleet.write("pcaform.lock.json", LOCKED.replace(ROOT, OTHER))
    done = pcaform("affected", "specs", "--base", "main", cwd=fleet.home)
    assert done.stdout == f"apps/web: specs/web.yaml\n  lock: security, root: {OTHER}\n"
    fleet.write("pcaform.lock.json", f"{LOCKED}\n")  # no CA is another one
    change("specs/security.yaml", "20", "21")(fleet)
    done = pcaform("affected", "specs", "--base", "main", cwd=fleet.home)
    assert done.stdout == (
        "security: specs/security.yaml\n  spec: specs/security.yaml\napps/web: specs/web.yaml\n  needs: security\n"
    )


def test_stacks_that_need_each_other_are_an_error(pcaform: Run, fleet: Repository) -> None:
    change(
        "specs/security.yaml",
        "  root:\n",
        "  web: {managed: false, stack: apps/web, certificate_authority: web}\n  root:\n",
    )(fleet)
    entry = {"web": {"arn": OTHER, "key_algorithm": "RSA_4096"}}
    both = json.loads(LOCKED)["stacks"] | {"apps/web": entry}
    fleet.write("pcaform.lock.json", json.dumps({"version": 1, "stacks": both}))
    done = pcaform("stacks", "specs", cwd=fleet.home)
    assert (done.returncode, "need each other: " in done.stderr) == (1, True)
    assert (
        "these stacks need each other: security -> apps/web -> security. One of them has to be applied" in done.stderr
    )
    rendered = pcaform("render", "specs", "--out", "stacks", cwd=fleet.home)
    assert (rendered.returncode, (fleet.home / "stacks").exists()) == (1, False)


def test_a_ca_that_another_stack_uses_is_not_destroyed(pcaform: Run, fleet: Repository) -> None:
    removed = f"removed: {{old: {{destroy: '{ROOT}'}}}}\n"
    change("specs/security.yaml", "certificate_authorities:\n", f"{removed}certificate_authorities:\n")(fleet)
    said = f"specs/security.yaml:3:26: the stack 'apps/web', specs/web.yaml, uses '{ROOT}': take it out there first"
    assert pcaform("validate", "specs", cwd=fleet.home).stdout.startswith(said)
    change("specs/security.yaml", removed, "")(fleet)
    assert pcaform("render", "specs", "--out", "stacks", cwd=fleet.home).returncode == 0
    change("specs/security.yaml", "certificate_authorities:\n", f"{removed}certificate_authorities:\n")(fleet)
    done = pcaform("render", "specs/security.yaml", "--out", "stacks", cwd=fleet.home)
    assert f"the stack 'apps/web' beside it uses '{ROOT}': take it out there first [reference]" in done.stderr


def test_the_guard_names_what_other_stacks_have_of_a_ca(pcaform: Run, fleet: Repository) -> None:
    fleet.git("init", "-q", "-b", "main")
    fleet.commit()
    users = [f"the {each} of the stack 'apps/web'" for each in ("CA 'web'", "issuer 'ci'")]
    change("specs/security.yaml", "RSA_4096", "RSA_3072")(fleet)
    change("pcaform.lock.json", "RSA_4096", "RSA_3072")(fleet)
    done = pcaform("guard", "--spec", "specs", "--base", "main", "--format", "json", cwd=fleet.home)
    affected = [line for each in json.loads(done.stdout)["findings"] for line in each["affected"]]
    assert [each for each in users if each in affected] == users
    fleet.delete("specs/security.yaml")
    done = pcaform("guard", "--spec", "specs", "--base", "main", "--format", "json", cwd=fleet.home)
    (gone,) = (each for each in json.loads(done.stdout)["findings"] if each["rule"] == "stack-gone")
    assert gone["affected"] == users


def test_the_guard_knows_a_ca_by_its_arn_or_its_name(pcaform: Run, fleet: Repository) -> None:
    change("specs/web.yaml", "authority: root}", "authority: root, permissions: [{principal: acm.amazonaws.com}]}")(
        fleet
    )
    state = "references: {remote_state: {s3: {bucket: b, region: eu-west-1, key: '{stack}'}}}"
    for name, key in (("security", "security"), ("web", "apps/web")):
        backend = f"terraform: {{backend: {{s3: {{bucket: b, region: eu-west-1, key: {key}}}}}}}\n"
        fleet.write(f"specs/{name}.yaml", backend + (fleet.home / f"specs/{name}.yaml").read_text(encoding="utf-8"))
    fleet.git("init", "-q", "-b", "main")
    fleet.commit()
    guard = ("guard", "--spec", "specs", "--base", "main")
    change("pcaform.lock.json", ROOT, OTHER)(fleet)
    done = pcaform(*guard, cwd=fleet.home)
    assert (
        done.returncode,
        "note: apps/web: module.ca_web_certificate.aws_acmpca_certificate.this: parent of" in done.stderr,
    ) == (2, True)
    fleet.write("pcaform.lock.json", LOCKED)
    change("base.yaml", "references: {lock_file: pcaform.lock.json}", state)(fleet)
    change("specs/web.yaml", "authority: root,", "authority: root, key_algorithm: RSA_4096,")(fleet)
    done = pcaform(*guard, cwd=fleet.home)
    assert (done.returncode, done.stdout) == (1, "undecided, do not apply this: 1 not judged\n"), done.stdout
    assert "only a plan shows that 'root' is still the same CA" in done.stderr


def test_what_uses_a_renamed_stack_is_named(pcaform: Run, fleet: Repository) -> None:
    fleet.git("init", "-q", "-b", "main")
    fleet.commit()
    change("specs/security.yaml", "stack: security", "stack: sec")(fleet)
    change("specs/web.yaml", "stack: security", "stack: sec")(fleet)
    change("pcaform.lock.json", '"security"', '"sec"')(fleet)
    change("specs/security.yaml", "RSA_4096", "RSA_3072")(fleet)
    done = pcaform("guard", "--spec", "specs", "--base", "main", cwd=fleet.home)
    assert "affects the CA 'web' of the stack 'apps/web'" in done.stdout
    affected = pcaform("affected", "specs", "--base", "main", cwd=fleet.home)
    assert "apps/web: specs/web.yaml" in affected.stdout


def test_a_base_is_found_through_a_linked_directory(pcaform: Run, fleet: Repository) -> None:
    change("specs/web.yaml", "../base.yaml", "../lib/base.yaml")(fleet)
    fleet.write("shared/base.yaml", BASE)
    fleet.write("shared/pcaform.lock.json", LOCKED)
    fleet.link("lib", "shared")
    fleet.git("init", "-q", "-b", "main")
    fleet.commit()
    fleet.write("shared/base.yaml", f"{BASE}# one more line\n")
    fleet.write("shared/pcaform.lock.json", LOCKED.replace("RSA_4096", "RSA_3072"))
    done = pcaform("guard", "--spec", "specs", "--base", "main", cwd=fleet.home)
    assert (done.returncode, "undecided" in done.stderr) == (0, False), done.stderr
    affected = pcaform("affected", "specs", "--base", "main", cwd=fleet.home)
    assert f"  lock: security, root: {ROOT}\n" in affected.stdout


def test_an_import_leaves_a_ca_of_another_stack_as_it_is(pcaform: Run, fleet: Repository) -> None:
    change("base.yaml", 'account_id: "123456789012", region: eu-west-1', f'account_id: "{ACCOUNT}", region: {REGION}')(
        fleet
    )
    with live() as account:
        root = account.pki.root(days=7300, **named("Root"))
        fleet.write("pcaform.lock.json", locked(root={"arn": root, "key_algorithm": "RSA_2048"}))
        done = pcaform(
            "import", "aws", "--into", "specs/web.yaml", "--dry-run", cwd=fleet.home, env=account.environment
        )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
