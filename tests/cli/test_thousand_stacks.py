"""A thousand stacks, from the first render to the jobs of a change: what a base has is edited, and a spec is deleted.

Most stand alone, those of the regions need a root, and some of the web need a region's CA; a lock file has the ARNs.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from checks.guard.git_histories import Repository
from conftest import Run
from render.write.builders import content_of

pytestmark = pytest.mark.early

BASE = """\
version: 1
aws: {account_id: "123456789012", region: eu-west-1}
terraform: {backend: {s3: {bucket: states, region: eu-west-1}}}
references: {lock_file: pcaform.lock.json}
certificate_authority_defaults: {key_algorithm: EC_prime256v1}
"""
MIDDLE = "extends: base.yaml\naws: {default_tags: {owner: regions}}\n"
HEAD = """\
extends: ../../%(base)s.yaml
stack: %(stack)s
terraform: {backend: {s3: {key: %(stack)s.tfstate}}}
certificate_authorities:
"""
ROOT = "  own: {type: ROOT, subject: {common_name: %(stack)s}, validity: {type: YEARS, value: 20}}\n"
BELOW = """\
  above: {managed: false, stack: %(above)s, certificate_authority: own}
  own:
    type: SUBORDINATE
    parent: above
    path_length: %(length)s
    subject: {common_name: %(stack)s}
    validity: {type: YEARS, value: %(years)s}
"""
ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-%012d"
ROOTS = [f"roots/s{number}" for number in range(8)]
REGIONS = {f"regions/s{number:03}": ROOTS[number % 8] for number in range(260)}
WEB = {f"web/s{number}": f"regions/s{number:03}" for number in range(7)}
ALONE = [f"alone/s{number:03}" for number in range(725)]
STACKS = [*ALONE, *ROOTS, *REGIONS, *WEB]
GONE = ALONE[17]


@pytest.fixture
def fleet(tmp_path: Path) -> Repository:
    """Return a repository with the specs of all stacks, which are not rendered yet."""
    repository, above = Repository(tmp_path), REGIONS | WEB
    for stack in STACKS:
        of_region = {"base": "middle", "length": 1, "years": 10}
        values = of_region if stack in REGIONS else {"base": "base", "length": 0, "years": 5}
        values |= {"stack": stack, "above": above.get(stack, "")}
        repository.write(f"specs/{stack}.yaml", (HEAD + (BELOW if stack in above else ROOT)) % values)
    locked = {
        stack: {"own": {"arn": ARN % number, "key_algorithm": "EC_prime256v1"}}
        for number, stack in enumerate([*ROOTS, *REGIONS])
    }
    repository.write("pcaform.lock.json", json.dumps({"version": 1, "stacks": locked}))
    repository.write("base.yaml", BASE)
    repository.write("middle.yaml", MIDDLE)
    return repository


def test_a_thousand_stacks_from_the_first_render_to_the_jobs_of_a_change(pcaform: Run, fleet: Repository) -> None:
    def run(*arguments: str) -> tuple[str, str]:
        done = pcaform(*arguments, cwd=fleet.home, env={"XDG_CACHE_HOME": str(fleet.home / "../cache")})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout, done.stderr

    def render(*options: str, specs: str = "specs", out: str = "stacks") -> list[tuple[str, str]]:
        lines = run("render", specs, "--out", out, "--modules", "shared", *options)[1].splitlines()
        ended = [(name.removeprefix(f"{out}/"), how) for name, _, how in (line.partition(": ") for line in lines)]
        assert ended[0][0] == "modules"
        return ended[1:]

    assert len(STACKS) == 1000
    assert Counter(render()) == Counter((stack, "5 written") for stack in STACKS)
    assert Counter(render("--check")) == Counter((stack, "fresh, 5 unchanged") for stack in STACKS)
    fleet.git("init", "-q", "-b", "main")
    fleet.commit()

    fleet.write("middle.yaml", MIDDLE.replace("regions", "platform"))
    fleet.delete(f"specs/{GONE}.yaml")
    of_base = [(stack, 1, [{"kind": "base", "what": "middle.yaml"}]) for stack in REGIONS]
    of_needs = [(stack, 2, [{"kind": "needs", "what": above}]) for stack, above in WEB.items()]
    affected = json.loads(run("affected", "specs", "--base", "main", "--format", "json")[0])
    assert [(each["stack"], each["level"], each["reasons"]) for each in affected["stacks"]] == of_base + of_needs
    assert affected["gone"] == [{"stack": GONE, "spec": f"specs/{GONE}.yaml"}]

    lines = run("affected", "specs", "--base", "main", "--format", "matrix")[0].splitlines()
    matrices = {name: json.loads(jobs) for name, _, jobs in (line.partition("=") for line in lines)}
    assert [(name, len(jobs)) for name, jobs in matrices.items()] == [
        ("matrix_1_0", 256),
        ("matrix_1_1", 4),
        ("matrix_2_0", 7),
    ]
    assert [job["stack"] for jobs in matrices.values() for job in jobs] == [*REGIONS, *WEB]

    left = [stack for stack in STACKS if stack != GONE]
    ended = {stack: "2 written, 3 unchanged" if stack in REGIONS else "5 unchanged" for stack in left}
    assert Counter(render()) == Counter(ended.items())
    changed = {f"stacks/{stack}/{name}" for stack in REGIONS for name in (".pcaform.json", "providers.tf")}
    assert {*fleet.git("diff", "--name-only").splitlines()} == {*changed, "middle.yaml", f"specs/{GONE}.yaml"}
    render("--no-cache", specs="specs/regions", out="again")
    assert content_of(fleet.home / "again/regions") == content_of(fleet.home / "stacks/regions")
