"""What a stack needs for states and parameters that it reads or writes, and what is said of another CA."""

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


PARAMETERS = "arn:aws:ssm:%s:123456789012:parameter/pcaform/%s"
EVERY = (("eu-west-1", "ssm-parameter/web"), ("us-east-1", "ssm-parameter/far"))
OTHERS = (("eu-west-1", "security/eu-west-1/root"), ("us-east-1", "security/us-east-1/issuing"))
READ, WRITE = ["GetParameter", "ListTagsForResource"], ["AddTagsToResource", "PutParameter", "RemoveTagsFromResource"]
STEPS = [
    ("plan", "Parameters", READ, EVERY),
    ("apply", "Parameters", READ + WRITE, EVERY),
    ("plan", "OtherParameters", ["GetParameter"], OTHERS),
    ("apply", "OtherParameters", ["GetParameter"], OTHERS),
    ("break-glass", "Parameters", ["DeleteParameter"], EVERY),
    ("apply", "Remove1Parameter", [*READ, "DeleteParameter"], (("eu-west-1", "ssm-parameter/old"),)),
]
REMOVED = """
removed:
  old:
    destroy: arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555
"""


@pytest.mark.parametrize(("step", "sid", "actions", "names"), STEPS)
def test_a_pipeline_may_write_its_parameters_and_read_others(
    step: str, sid: str, actions: list[str], names: tuple[tuple[str, str], ...]
) -> None:
    text = (CASE.parent / "ssm-parameter.yaml").read_text(encoding="utf-8") + REMOVED
    statements = {
        each["Sid"]: each for each in build_document(load_valid_text(text.encode(), "a.yaml"), step)["Statement"]
    }
    found = statements[sid]
    assert found["Action"] == sorted(f"ssm:{each}" for each in actions)
    assert found["Resource"] == [PARAMETERS % each for each in names]
    assert ("FindParameters" in statements) == (step != "break-glass")


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
