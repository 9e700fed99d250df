"""`pcaform stacks` and `pcaform affected`: what a tree of specs has, and what a change in git touches."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.guard.git_histories import Repository
from conftest import Run
from pcaform.cli.fleet_jobs import list_matrices
from spec.test_pem_files import write_spec

BASE = """\
version: 1
aws: {account_id: "123456789012"}
certificate_authorities:
  root: {type: ROOT, subject: {common_name: Root}, key_algorithm: EC_prime256v1, validity: {type: YEARS, value: 9}}
"""
EU = "extends: ../base.yaml\nstack: eu\naws: {region: eu-west-1}\n"
US = EU.replace("eu", "us").replace("west", "east") + "terraform: {backend: {s3: {bucket: states}}}\n"
LAB = f"{BASE}stack: lab\n".replace("aws: {", "aws: {region: eu-west-1, ").replace("Root", "Lab")
NEW = "extends: ../base.yaml\nstack: new\naws: {region: eu-west-3}\n"
MANIFEST = "stacks/lab/.pcaform.json"


def change(path: str, edit: Callable[[str], str]) -> Callable[[Repository], None]:
    return lambda repository: repository.write(path, edit((repository.home / path).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def rendered(pcaform: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with three specs and their stacks."""
    repository = Repository(tmp_path_factory.mktemp("fleet"))
    for name, text in {"base": BASE, "specs/eu": EU, "specs/us": US, "specs/lab": LAB}.items():
        repository.write(f"{name}.yaml", text)
    repository.git("init", "-q", "-b", "main")
    assert pcaform("render", "specs", "--out", "stacks", cwd=repository.home).returncode == 0
    repository.commit()
    return repository.home


@pytest.fixture
def fleet(rendered: Path, tmp_path: Path) -> Repository:
    """Return a copy of it."""
    return Repository(Path(shutil.copytree(rendered, tmp_path / "fleet")))


def affected(pcaform: Run, repository: Repository, *options: str) -> str:
    """Return the output of `pcaform affected`, and what it says besides, without how many there are."""
    done = pcaform("affected", "specs", "--base", "main", *options, cwd=repository.home)
    assert done.returncode == 0, done.stderr
    return done.stdout + "".join(line for line in done.stderr.splitlines(keepends=True) if " affected" not in line)


def test_stacks_are_listed(pcaform: Run, fleet: Repository) -> None:
    done = pcaform("stacks", "specs", cwd=fleet.home)
    assert done.stdout == (
        "level  stack  spec            account_id    region     state  certificate_authorities  needs  bases\n"
        "0      eu     specs/eu.yaml   123456789012  eu-west-1  local  1                        -      base.yaml\n"
        "0      lab    specs/lab.yaml  123456789012  eu-west-1  local  1                        -      -\n"
        "0      us     specs/us.yaml   123456789012  us-east-1  s3     1                        -      base.yaml\n"
    )
    listed = json.loads(pcaform("stacks", "specs", "--format", "json", cwd=fleet.home).stdout)
    assert (listed["format_version"], listed["stacks"][2]["bases"]) == ("1.0", ["base.yaml"])
    jsonschema.validate(listed, json.loads(pcaform("schema", "stacks").stdout))


CHANGES: dict[str, tuple[Callable[[Repository], Any], str]] = {
    "nothing": (lambda _: None, ""),
    "a base": (
        change("base.yaml", lambda text: f"# new\n{text}"),
        "eu: specs/eu.yaml\n  base: base.yaml\nus: specs/us.yaml\n  base: base.yaml\n",
    ),
    "a spec": (
        change("specs/lab.yaml", lambda text: f"{text}# new\n"),
        "lab: specs/lab.yaml\n  spec: specs/lab.yaml\n",
    ),
    "a new spec": (lambda each: each.write("specs/new.yaml", NEW), "new: specs/new.yaml\n  spec: specs/new.yaml\n"),
    "a stack": (change("stacks/eu/providers.tf", str.upper), "eu: specs/eu.yaml\n  stack: stacks/eu\n"),
    "a file beside": (lambda each: each.write("stacks/eu/x.tf", ""), "eu: specs/eu.yaml\n  stack: stacks/eu\n"),
    "a deleted manifest": (lambda each: each.delete(MANIFEST), "lab: specs/lab.yaml\n  stack: stacks/lab\n"),
    "a deleted spec": (
        lambda each: each.delete("specs/lab.yaml"),
        "gone: lab, specs/lab.yaml: 'pcaform guard --base' judges that\n",
    ),
    "another file": (lambda each: each.write("README.md", "x"), ""),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_touches_is_named(pcaform: Run, fleet: Repository, name: str) -> None:
    step, said = CHANGES[name]
    step(fleet)
    assert affected(pcaform, fleet) == said


def test_what_is_committed_counts_like_what_is_not(pcaform: Run, fleet: Repository) -> None:
    step, said = CHANGES["a base"]
    fleet.git("checkout", "-qb", "topic")
    step(fleet)
    fleet.commit()
    assert affected(pcaform, fleet) == said


def test_another_version_of_pcaform_touches_its_stacks(pcaform: Run, fleet: Repository) -> None:
    change(MANIFEST, lambda text: text.replace('pcaform_version": "', 'pcaform_version": "0.0.9-'))(fleet)
    fleet.commit()
    said = affected(pcaform, fleet)
    assert said.startswith("lab: specs/lab.yaml\n  tool: stacks/lab is of pcaform 0.0.9-"), said


def test_shared_modules_touch_all_that_use_them(pcaform: Run, fleet: Repository) -> None:
    pcaform("render", "specs/eu.yaml", "--out", "stacks", "--modules", "shared", cwd=fleet.home)
    fleet.commit()
    fleet.write("stacks/modules/modules/private-ca/more.tf", "")
    fleet.write("stacks/modules/private-ca/more.tf", "")
    assert affected(pcaform, fleet) == "eu: specs/eu.yaml\n  modules: stacks/modules\n"


def test_a_file_of_certificates_touches_its_stack(pcaform: Run, fleet: Repository) -> None:
    write_spec(fleet.home / "specs")
    fleet.commit()
    assert affected(pcaform, fleet) == ""
    change("specs/chain.pem", lambda text: f"# the root\n{text}")(fleet)
    assert "  certificate: specs/chain.pem\n" in affected(pcaform, fleet)


def test_jobs_are_those_of_the_stacks_that_a_change_touches(pcaform: Run, fleet: Repository) -> None:
    assert affected(pcaform, fleet, "--format", "matrix") == ""
    nothing = json.loads(affected(pcaform, fleet, "--format", "gitlab"))
    assert nothing.keys() - {"include", "stages"} == {"nothing"}
    fleet.write("base.yaml", f"# new\n{BASE}")
    assert affected(pcaform, fleet, "--format", "matrix") == (
        'matrix_0_0=[{"name":"eu","stack":"eu","spec":"specs/eu.yaml","partition":"aws",'
        '"account_id":"123456789012","region":"eu-west-1","audit":true},'
        '{"name":"us","stack":"us","spec":"specs/us.yaml","partition":"aws",'
        '"account_id":"123456789012","region":"us-east-1","audit":true}]\n'
    )
    jobs = json.loads(affected(pcaform, fleet, "--format", "gitlab"))
    assert [name for name in jobs if "eu" in name] == ["plan eu", "apply eu", "drift eu"]
    fleet.write("specs/lab.yaml", LAB.replace("lab", "moved"))
    listed = json.loads(affected(pcaform, fleet, "--format", "json").partition("\ngone: ")[0])
    jsonschema.validate(listed, json.loads(pcaform("schema", "affected").stdout))
    assert listed["stacks"][0]["reasons"] == [{"kind": "base", "what": "base.yaml"}]


@pytest.mark.parametrize("number", [1, 255, 256, 257, 600])
def test_a_matrix_has_at_most_256_jobs_and_every_stack_once(number: int) -> None:
    jobs = [{"stack": f"s{each}"} for each in range(number)]
    matrices = list(list_matrices([jobs, jobs[:2]]))
    assert [job for _, _, own in matrices[:-1] for job in own] == jobs
    assert max(len(own) for _, _, own in matrices) <= 256
    first = [f"stacks_{key}" for key, _, _ in matrices[:-1]]
    assert matrices[-1][:2] == ("1_0", ["check", *first])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("specs", "--base", "nowhere"), "pcaform: git finds no common commit of 'nowhere' and HEAD"),
        (("specs", "--base", "--all"), "pcaform: '--all' is not a revision of git"),
        (("nowhere.yaml", "--base", "main"), "pcaform: nowhere.yaml: there is no such file"),
    ],
)
def test_what_git_or_the_disk_does_not_have_is_an_error(
    pcaform: Run, fleet: Repository, arguments: tuple[str, ...], said: str
) -> None:
    done = pcaform("affected", *arguments, cwd=fleet.home)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr


def test_names_of_stacks_are_directories(pcaform: Run, tmp_path: Path) -> None:
    specs = Repository(tmp_path)
    for name, text in {"specs/eu/one": EU, "specs/us": US}.items():
        specs.write(f"{name}.yaml", text.replace("../base", "base").replace("stack: eu", "stack: prod/eu/one"))
    specs.write("specs/base.yaml", BASE)
    specs.write("specs/eu/base.yaml", "extends: ../base.yaml\n")

    def render(*options: str) -> tuple[int, str]:
        done = pcaform("render", "specs", "--out", "stacks", "--modules", "shared", *options, cwd=tmp_path)
        return done.returncode, done.stderr

    assert render()[0] == 0
    text = (tmp_path / "stacks/prod/eu/one/certificate_authorities.tf").read_text(encoding="utf-8")
    assert '"../../../modules/private-ca"' in text
    assert render("--check")[0] == 0
    specs.write("specs/in.yaml", LAB.replace("stack: lab", "stack: prod/eu"))
    code, said = render()
    assert (code, "the directory of 'prod/eu/one' is in that of 'prod/eu', specs/in.yaml: " in said) == (1, True), said
    for name in ("one", "base"):
        specs.delete(f"specs/eu/{name}.yaml")
    code, said = render()
    assert (code, "of 'prod/eu' and of the stack 'prod/eu/one' beside it is in the other: rename" in said) == (
        1,
        True,
    ), said
