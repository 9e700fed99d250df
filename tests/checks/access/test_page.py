"""docs/access.md explains every rendered statement."""

import json
import re

from checks.access.test_mutations import SCENARIO
from conftest import ROOT
from pcaform.iam.policies import roles
from pcaform.rules.load import load_file

PAGE = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")


def test_every_statement_of_issuers_is_explained() -> None:
    texts = [json.loads(text) for subject in SCENARIO.subjects for text in subject.policies.values()]
    names = {re.sub(r"^Grant[0-9]+", "", each["Sid"]) for document in texts for each in document["Statement"]}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_every_statement_of_administrators_and_auditors_is_explained() -> None:
    spec = load_file(str(ROOT / "tests" / "render" / "cases" / "duties.yaml"))
    documents = [roles.administrator_policy(spec, arn_of=str), roles.auditor_policy(spec, arn_of=str)]
    names = {each["Sid"] for document in documents for each in document["Statement"]}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
