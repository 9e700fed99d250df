"""What a stack needs for the states of others that it reads, and what is said when a reference means another CA."""

from pathlib import Path

import pytest

from pcaform.render import removal_check
from pcaform.render.manifest import Record
from pcaform.render.pipelines.documents import build_document
from pcaform.render.plan.stack import plan
from pcaform.rules.load import load_file, load_valid_text
from pcaform.spec.stack import Spec

CASE = Path(__file__).parent / "cases" / "remote-state.yaml"
BUCKET = "arn:aws:s3:::corp-tfstate"
STATES = [f"{BUCKET}/pki/security/{region}.tfstate" for region in ("eu-west-1", "us-east-1")]


@pytest.mark.parametrize("step", ["plan", "apply"])
def test_a_pipeline_may_read_the_states_of_others(step: str) -> None:
    statements = {each["Sid"]: each for each in build_document(load_file(str(CASE)), step)["Statement"]}
    found = [(statements[name]["Action"], statements[name]["Resource"]) for name in ("FindOtherStates", "OtherStates")]
    assert found == [(["s3:ListBucket"], [BUCKET]), (["s3:GetObject"], STATES)]


def changed(old: str, new: str) -> Spec:
    text = CASE.read_text(encoding="utf-8")
    assert old in text
    return load_valid_text(text.replace(old, new, 1).encode(), "spec.yaml")


def test_a_name_stays_that_of_one_ca() -> None:
    before: Record = plan(load_file(str(CASE)), source="spec.yaml").record
    other = changed(
        "security/eu-west-1, certificate_authority: root", "security/eu-west-1, certificate_authority: other"
    )
    found = removal_check.check_items(other, plan(other, source="spec.yaml", before=before).record, before)
    assert [(each.loc, each.message.partition(":")[0]) for each in found] == [
        (
            ("certificate_authorities", "root", "certificate_authority"),
            "certificate_authority was root, seen other",
        )
    ]
