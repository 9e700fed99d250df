"""An independent judge of the policies: parliament, which knows IAM's grammar, every action and its condition keys."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.access.test_mutations import STAGE
from conftest import ROOT
from pcaform.checks.access.scenario import build_scenario
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.rules.load import load_file
from pcaform.sources.hcl.static_config import read_configuration

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import parliament

UNKNOWN_TO_THE_LINTER = (
    "acm-pca:x509Key/algorithm",
    "acm-pca:x509Key/size",
    "acm-pca:x509Key/curve",
    "aws:ViaAWSService",
)
"""Keys of the Private CA guide (certguard-condition-keys.html), and one that every request has (IAM's global keys)."""


ADMINISTERING = "PERMISSIONS_MANAGEMENT_ACTIONS"
"""What an administrator is there for; nobody else's policy may have it."""


def policies() -> Iterator[tuple[str, str]]:
    """Yield name and text of every policy that the specs of examples and tests render to."""
    for subject in STAGE.subjects:
        yield from ((f"access/{name}", text) for name, text in subject.policies.items())
    for path in [
        *sorted((ROOT / "examples").glob("*.yaml")),
        *sorted((ROOT / "tests/render/cases").glob("*.yaml")),
    ]:
        yield from ((f"{path.stem}/{name}", text) for name, text in _of(path))


def _of(path: Path) -> Iterator[tuple[str, str]]:
    spec = load_file(str(path))
    if not (spec.issuers or spec.administrators or spec.auditors):
        return
    files = {name: text for name, text in render(plan(spec, source="x")).files.items() if "/" not in name}
    found = build_scenario(read_configuration({name: text for name, text in files.items() if name.endswith(".tf")}), {})
    for subject in found.subjects:
        issuer = spec.issuers.get(subject.key) if subject.kind == "issuer" else None
        if issuer is None or issuer.policy is None:  # what is taken word for word is the user's
            yield from subject.policies.items()


ADMINISTRATORS = ("access/pki-private-ca", "duties/pki-administrator-private-ca")


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in policies()])
def test_the_linter_finds_nothing(name: str, text: str) -> None:
    found = [
        f"{name}: {finding.issue} {finding.detail}"
        for finding in parliament.analyze_policy_string(text, include_community_auditors=True).findings
        if not any(key in str(finding.detail) for key in UNKNOWN_TO_THE_LINTER)
        and not (name in ADMINISTRATORS and finding.issue == ADMINISTERING)
    ]
    assert found == []


def test_the_linter_looks() -> None:
    """A key that the action does not have is found, so that silence means something."""
    (text,) = STAGE.subjects[0].policies.values()
    broken = json.loads(text)
    broken["Statement"][1]["Condition"] = {"StringEquals": {"acm:KeyAlgorithm": ["RSA_2048"]}}
    found = parliament.analyze_policy_string(json.dumps(broken)).findings
    assert {finding.issue for finding in found} == {"UNKNOWN_CONDITION_FOR_ACTION"}
