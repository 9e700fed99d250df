"""Baselines of earlier releases: what means the same is still the same, whatever digest they have of it."""

import json

from importer.import_cases import SPEC
from pcaform.importer.merge.decisions import merge_form
from pcaform.importer.merge.merge import ImportResult, merge
from pcaform.rules.load import load_valid_text

CONTENT = (
    SPEC
    + """\
issuers:
  ci:
    grants: [{certificates: unmanaged, certificate_authorities: [root]}]
"""
)


def test_a_digest_of_an_earlier_release_is_no_conflict() -> None:
    found = load_valid_text(CONTENT.encode(), "spec.yaml")
    last = merge_form(found, "state")
    assert last["issuers"]["ci"]["grants"].pop("means")
    last["issuers"]["ci"]["grants"]["means"] = "the digest of another release"
    edited = CONTENT.replace("unmanaged, ", "unmanaged, key_algorithms: [RSA_2048], ")
    merged = merge(
        edited.encode(), "spec.yaml", found=ImportResult(found, "state", is_complete=True), last=last, read=str.encode
    )
    assert [each.kind for each in merged.decisions] == ["kept"]
    other = load_valid_text(edited.encode(), "spec.yaml")
    merged = merge(
        CONTENT.encode(), "spec.yaml", found=ImportResult(other, "state", is_complete=True), last=last, read=str.encode
    )
    assert [each.kind for each in merged.decisions] == ["taken"]
    assert json.loads(json.dumps(merged.baseline))
