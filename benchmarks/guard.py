"""How long `pcaform guard` takes, as ratios within one run: against decoding a plan, and against validating a spec.

The plan is that of a stack of 10,000 resources of which some change in ways that matter: CAs are destroyed,
certificates replaced, policies widened. All are whole processes.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processes import run
from results import Result, ratios
from validate import spec

from importer.infer.strategies import state_of
from pcaform.rules.load import load_valid_text

AUTHORITIES, ISSUERS = 1800, 1000
"""A CA has four resources with its certificate and permission, a user three with its policy."""
RUNS, CODES = 3, (0, 2)
"""Findings are not a failure."""
ISSUER = """  issuer-{number}:
    user_name: issuer-{number}
    grants:
      - {{certificates: unmanaged, certificate_authorities: [issuing-{number}]}}
      - {{certificates: managed, certificate_authorities: [issuing-{number}], domain_names: ["n{number}.corp.example"]}}
"""
_WIDER = ("EndEntityCertificate/V1", "SubordinateCACertificate_PathLen0/V1")


def text(authorities: int, issuers: int) -> bytes:
    """Return a spec of CAs and of users who may issue from them."""
    return spec(authorities) + b"issuers:\n" + b"".join(ISSUER.format(number=n).encode() for n in range(issuers))


def plan(state: bytes, *, one_in: int) -> bytes:
    """Return a plan over a state, as Terraform shows it: one in so many of its resources changes."""
    resources, changes = [], []
    for number, each in enumerate(json.loads(state)["resources"]):
        instance = each["instances"][0]
        key = f'["{instance["index_key"]}"]' if "index_key" in instance else ""
        address = f"{each['module']}.{each['type']}.{each['name']}{key}"
        values = instance["attributes"]
        actions, after = _changed(each["type"], values) if number % one_in == 0 else (["no-op"], values)
        resources.append({"address": address, "mode": "managed", "type": each["type"], "values": values})
        change = {"actions": actions, "before": values, "after": after, "after_unknown": {}}
        changes.append({"address": address, "mode": "managed", "type": each["type"], "change": change})
    shown = {"root_module": {"resources": resources}}
    head = {"format_version": "1.2", "terraform_version": "1.11.4", "errored": False, "planned_values": {}}
    return json.dumps({**head, "resource_changes": changes, "prior_state": {"values": shown}}).encode()


def _changed(kind: str, values: dict[str, Any]) -> tuple[list[str], dict[str, Any] | None]:
    if kind == "aws_iam_policy":
        return ["update"], {**values, "policy": values["policy"].replace(*_WIDER)}
    if kind == "aws_acmpca_certificate_authority":
        return ["update"], {**values, "tags": {"owner": "another team"}}
    return ["delete"], None


def measure() -> Iterator[Result]:
    """Yield two plans, and pairs of specs of several sizes."""
    program = (sys.executable, "-m", "pcaform")
    with tempfile.TemporaryDirectory() as home:
        old, new, shown = (Path(home) / name for name in ("old.yaml", "new.yaml", "plan.json"))
        old.write_bytes(text(AUTHORITIES, ISSUERS))
        state = state_of(load_valid_text(old.read_bytes(), "old.yaml"))
        for one_in in (50, 1):
            shown.write_bytes(plan(state, one_in=one_in))
            count = len(json.loads(shown.read_bytes())["resource_changes"])
            decode = (sys.executable, "-c", "import json, sys; json.load(open(sys.argv[1]))", str(shown))
            pairs = [(run(*program, "guard", str(shown), codes=CODES), run(*decode)) for _ in range(RUNS)]
            ours, floor = zip(*pairs, strict=True)
            yield Result(f"1 in {one_in} changes", count, "resources", ours, {"decoding it": ratios(ours, floor)})
        for authorities, issuers in ((5, 5), (100, 50), (AUTHORITIES, ISSUERS)):
            old.write_bytes(text(authorities, issuers))
            new.write_bytes(old.read_bytes().replace(b"[issuing-3]", b"[issuing-4]"))
            compare = (*program, "guard", "--spec", str(old), str(new))
            pairs = [(run(*compare, codes=CODES), run(*program, "validate", str(new))) for _ in range(RUNS)]
            ours, floor = zip(*pairs, strict=True)
            yield Result("two specs", authorities, "CAs, with issuers", ours, {"validate": ratios(ours, floor)})
