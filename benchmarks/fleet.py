"""How `render` and the commands about many stacks grow with them, as ratios within one run.

A fleet is a base and specs that extend it, each with four CAs and two issuers; they differ as those of teams do, and
its stacks and specs are in a git repository. It is compared with `terraform fmt` on the rendered stacks, with PyYAML's
C loader on the specs, and with a script that fills Jinja2 templates to as many files and bytes. All are processes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from processes import Usage, run
from results import Result, ratios

from pcaform.terraform.runner import find_binary, user_environment

SIZES = {1: 5, 100: 5, 1000: 3, 10_000: 1}
"""Stacks -> runs."""
DEFAULT = (1, 100, 1000)
UNIT = "stacks"
REGIONS = ("eu-west-1", "eu-central-1", "eu-north-1", "us-east-1", "us-west-2", "ap-southeast-2")
ALGORITHMS = ("EC_prime256v1", "EC_secp384r1", "RSA_2048", "RSA_3072")
BASE = """version: 1
aws:
  default_tags: {owner: platform-security, cost-centre: "4711"}
terraform:
  backend: {s3: {bucket: corp-tfstate, region: eu-west-1, use_lockfile: true}}
certificate_authority_defaults:
  subject: {organization: Corp, country: DE}
  key_algorithm: EC_prime256v1
  revocation_configuration:
    crl_configuration: {enabled: true, s3_bucket_name: corp-crl, expiration_in_days: 7}
    ocsp_configuration: {enabled: true}
certificate_authorities:
  root:
    type: ROOT
    validity: {type: YEARS, value: 20}
    revocation_configuration: {crl_configuration: {enabled: false}, ocsp_configuration: {enabled: false}}
"""
HEAD = """extends: ../base.yaml
stack: {stack}
aws: {{region: {region}, account_id: "{account}"}}
terraform: {{backend: {{s3: {{key: {stack}.tfstate}}}}}}
certificate_authorities:
  root:
    subject: {{common_name: Corp Root CA {team}}}
"""
CA = """  {name}:
    type: SUBORDINATE
    parent: root
    subject: {{common_name: "Corp {name} CA {team}", organizational_unit: Team {team}}}
    key_algorithm: {algorithm}
    validity: {{type: YEARS, value: {years}}}
    tags: {{service: {name}, team: team-{team}}}
"""
PERMISSION = "    permissions:\n      - principal: acm.amazonaws.com\n"
ISSUERS = """issuers:
  ci:
    user_name: ci-{team}
    grants:
      - certificates: unmanaged
        certificate_authorities: [devices{more}]
  web:
    user_name: web-{team}
    grants:
      - certificates: managed
        certificate_authorities: [services]
        domain_names: ["*.{team}.corp.example", "team-{team}.example"]
"""
LOAD = "import sys, yaml; [yaml.load(open(each, 'rb'), yaml.CSafeLoader) for each in sys.stdin.read().split()]"
_LOAD = LOAD.replace("sys.stdin", "open(sys.argv[1])")
SCRIPT = Path(__file__).with_name("fleet_script.py")


def place(number: int) -> tuple[str, str, str]:
    """Return a stack's name, its region and its account: a team has a stack in each of six regions."""
    team, region = number // len(REGIONS), REGIONS[number % len(REGIONS)]
    return f"team-{team:05}/{region}", region, f"{100_000_000_000 + team}"


def spec(number: int) -> str:
    """Return the spec of a stack."""
    stack, region, account = place(number)
    values = {"stack": stack, "region": region, "account": account, "team": f"{number:05}"}
    cas = [
        CA.format(name=name, algorithm=ALGORITHMS[(number + at) % 4], years=3 + (number + at) % 5, **values)
        for at, name in enumerate(("issuing", "services", "devices"))
    ]
    cas[1] += PERMISSION
    return HEAD.format(**values) + "".join(cas) + ISSUERS.format(more=", issuing" * (number % 2), **values)


class Fleet:
    """A directory with the specs and stacks of a fleet, and the commands that are measured in it."""

    def __init__(self, home: Path, count: int) -> None:
        self.home, self.base, self.first = home, home / "specs" / "base.yaml", home / "specs" / f"{place(0)[0]}.yaml"
        self.env = {**user_environment(os.environ), "XDG_CACHE_HOME": str(home / "cache")}
        for number in range(count):
            path = home / "specs" / f"{place(number)[0]}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(spec(number))
        self.base.write_text(BASE)
        (home / "names").write_text("\n".join(str(path) for path in (home / "specs").rglob("*.yaml")))
        self.git("init", "-q")

    def git(self, *arguments: str) -> None:
        """Run git quietly, without what the machine configures."""
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        who = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0")
        subprocess.run(["git", *who, *arguments], cwd=self.home, env=env, check=True, capture_output=True)

    def pcaform(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> Usage:
        """Measure a command."""
        return run(sys.executable, "-m", "pcaform", *arguments, cwd=self.home, env=self.env, codes=codes)

    def render(self, *options: str) -> Usage:
        """Measure rendering all specs."""
        return self.pcaform("render", "specs", "--out", "stacks", "--modules", "shared", *options)

    def edited(self, path: Path, old: str, new: str) -> Usage:
        """Measure rendering after a file was edited."""
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return self.render()

    def fill(self) -> Usage:
        """Measure the script, whose templates are the files of one stack with its values taken out."""
        stack, region, account = place(0)
        values = {account: "account", f"{stack}.tfstate": "key", stack: "stack", region: "region", "00000": "team"}
        for path in (self.home / "stacks" / stack).iterdir():
            text = path.read_text()
            for value, name in values.items():
                text = text.replace(value, f"[[ {name} ]]")
            target = self.home / "templates" / path.name
            target.parent.mkdir(exist_ok=True)
            target.write_text(text)
        shutil.rmtree(self.home / "filled", ignore_errors=True)
        return run(sys.executable, str(SCRIPT), str(self.home), env=self.env)


def measure_round(fleet: Fleet, terraform: str) -> Iterator[tuple[str, Usage]]:
    """Yield what each command takes, once; the specs are then as they were."""
    for name in ("stacks", "cache"):
        shutil.rmtree(fleet.home / name, ignore_errors=True)
    yield "render, nothing there yet", fleet.render()
    stacks = str(fleet.home / "stacks")
    yield "terraform fmt -check -recursive", run(terraform, "fmt", "-check", "-recursive", stacks, env=fleet.env)
    yield "Jinja2 script", fleet.fill()
    yield "PyYAML, C loader", run(sys.executable, "-c", _LOAD, str(fleet.home / "names"))
    yield "render, nothing changed", fleet.render()
    yield "render --check", fleet.render("--check")
    yield "validate", fleet.pcaform("validate", "specs")
    yield "stacks", fleet.pcaform("stacks", "specs")
    fleet.git("add", "specs", "stacks")
    fleet.git("commit", "-q", "--allow-empty", "-m", "A round")
    yield "render, one spec changed", fleet.edited(fleet.first, "ci-00000", "ci-of-00000")
    yield "affected, one spec changed", fleet.pcaform("affected", "specs", "--base", "HEAD")
    yield "guard --base, one spec changed", fleet.pcaform("guard", "--spec", "specs", "--base", "HEAD", codes=(0, 2))
    yield "render, the base changed", fleet.edited(fleet.base, '"4711"', '"4712"')
    fleet.git("checkout", "-q", "specs")


AGAINST = {
    "render, nothing there yet": ("terraform fmt -check -recursive", "Jinja2 script"),
    "render, nothing changed": ("render, nothing there yet",),
    "render, one spec changed": ("render, nothing there yet",),
    "render, the base changed": ("render, nothing there yet",),
    "render --check": ("render, nothing there yet",),
    **dict.fromkeys(("validate", "stacks"), ("PyYAML, C loader",)),
    **dict.fromkeys(("affected, one spec changed", "guard --base, one spec changed"), ("PyYAML, C loader",)),
}


def measure(sizes: tuple[int, ...] = DEFAULT) -> Iterator[Result]:
    """Yield the result of each command for each size."""
    terraform = find_binary()
    for size in sizes:
        with tempfile.TemporaryDirectory() as home:
            fleet = Fleet(Path(home), size)
            rounds = [dict(measure_round(fleet, terraform)) for _ in range(SIZES.get(size, 1))]
        runs = {name: [each[name] for each in rounds] for name in rounds[0]}
        for name, ours in runs.items():
            yield Result(name, size, UNIT, ours, {other: ratios(ours, runs[other]) for other in AGAINST.get(name, ())})
