"""An import into a spec with a base: found values are in the spec as a whole, and only differences are written."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.merge.test_properties import changed, rest_of
from pcaform.core.problems import Failure
from pcaform.importer.merge.decisions import compare, merge_form
from pcaform.importer.merge.merge import ImportResult, MergeResult, merge
from pcaform.spec.extends import own_data, read_document
from pcaform.spec.parse import parse_spec
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document
from spec.strategies import specs
from spec.test_extends import split
from spec.test_yaml_writer import yaml_of

DRAWN = settings().max_examples


def document_of(content: bytes, base: bytes) -> Document:
    return read_document(content, "spec.yaml", lambda _: base)


def into(content: bytes, base: bytes, found: Spec) -> MergeResult:
    imported = ImportResult(found, "state", is_complete=True)
    return merge(content, "spec.yaml", found=imported, last=None, read=lambda _: base)


def list_leaves(data: Any, at: tuple[str, ...] = ()) -> set[str]:
    if isinstance(data, dict) and data:
        return {leaf for key, each in data.items() for leaf in list_leaves(each, (*at, key))}
    return {f"{at} {data!r}"}


@st.composite
def cases(draw: st.DrawFn) -> tuple[bytes, bytes, Spec]:
    data = draw(specs())
    random: Random = draw(st.randoms(use_true_random=False))
    parts = {key: split(each, random) for key, each in data.items() if key != "stack"}
    base, own = ({key: pair[n] for key, pair in parts.items() if not is_absent(pair[n])} for n in (0, 1))
    text = yaml_of({"extends": "base.yaml", "stack": data["stack"], **own})
    return text.encode(), yaml_of(base).encode(), draw(changed(data))


def is_absent(part: Any) -> bool:
    return type(part) is object


@settings(max_examples=DRAWN // 8)
@given(cases())
def test_only_what_differs_from_the_base_is_written(case: tuple[bytes, bytes, Spec]) -> None:
    content, base, found = case
    before = document_of(content, base)
    try:
        result = into(content, base, found)
    except Failure as refused:  # what the base has below a value that goes away does not fit
        assert "nothing was written" in str(refused)
        return
    after = document_of(result.content, base)
    left = compare(merge_form(parse_spec(after), "state"), None, merge_form(found, "state"), is_complete=True)
    assert {each.name for each in left.decisions if each.kind != "missing"} <= set(result.inherited)
    assert rest_of(parse_spec(before)) == rest_of(parse_spec(after))
    assert own_data(after)["extends"] == "base.yaml"
    written = list_leaves(own_data(after)) - list_leaves(own_data(before))
    assert written.isdisjoint(list_leaves(after.layers[1].data))
    assert into(result.content, base, found).content == result.content


@settings(max_examples=DRAWN // 8)
@given(cases())
def test_what_is_the_same_changes_nothing(case: tuple[bytes, bytes, Spec]) -> None:
    content, base, _ = case
    assert into(content, base, parse_spec(document_of(content, base))).content == content


BASE = b"""\
version: 1
aws: {account_id: "123456789012"}
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 9}
    tags: {owner: pki, level: root}
    revocation_configuration: {crl_configuration: {enabled: true, s3_bucket_name: lists, expiration_in_days: 7}}
"""
OWN = "# ours\nextends: base.yaml\nstack: a\naws:\n  region: eu-west-1\n"
ROOT = "certificate_authorities:\n  root:\n    {}\n"


@pytest.mark.parametrize(
    ("old", "new", "written", "inherited"),
    [
        (b"owner: pki", b"owner: me", ROOT.format("tags: {owner: me}"), {}),
        (
            b"expiration_in_days: 7",
            b"expiration_in_days: 9",
            ROOT.format("revocation_configuration:\n      crl_configuration: {expiration_in_days: 9}"),
            {},
        ),
        (
            b"owner: pki, ",
            b"",
            "",
            {"certificate_authorities.root.tags.owner": "base.yaml:9:12 gives it"},
        ),
    ],
)
def test_a_value_over_that_of_a_base_is_written_alone(
    old: bytes, new: bytes, written: str, inherited: dict[str, str]
) -> None:
    found = parse_spec(document_of(OWN.encode(), BASE.replace(old, new)))
    result = into(OWN.encode(), BASE, found)
    assert (result.content.decode(), dict(result.inherited)) == (OWN + written, inherited)
