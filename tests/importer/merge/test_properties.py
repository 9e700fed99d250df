"""Any spec in any layout and any changed source: the merged spec has the found values and keeps the user's edits."""

import copy
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pcaform.importer.merge.decisions import compare, merge_form
from pcaform.importer.merge.merge import ImportResult, MergeResult, merge
from pcaform.spec.parse import parse_spec
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import parse
from spec.strategies import specs
from spec.test_yaml_writer import yaml_of
from spec.yaml_edit.strategies import Written, written

TAGS = st.dictionaries(
    st.sampled_from(["owner", "a b", "x:y", "1"]), st.sampled_from(["", "no", "a: b", "ä", "'"]), max_size=3
)
DRAWN = settings().max_examples
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "tags": TAGS,
    "permanent_deletion_time_in_days": st.integers(7, 30),
    "permissions": st.just([{"principal": "acm.amazonaws.com"}]),
    "revocation_configuration": st.sampled_from(
        [
            {},
            {"ocsp_configuration": {"enabled": True}},
            {"crl_configuration": {"enabled": True, "s3_bucket_name": "lists", "expiration_in_days": 7}},
            {"ocsp_configuration": {"enabled": True, "ocsp_custom_cname": "ocsp.example"}},
        ]
    ),
}


def spec_of(text: bytes) -> Spec:
    return parse_spec(parse(text, "spec.yaml"))


def into(text: bytes, found: Spec, last: Any = None) -> MergeResult:
    return merge(text, "spec.yaml", found=ImportResult(found, "state", is_complete=True), last=last, read=str.encode)


def rest_of(spec: Spec) -> Any:
    return spec.model_dump(exclude={"certificate_authorities": True, "issuers": True, "aws": {"default_tags"}})


@st.composite
def changed(draw: st.DrawFn, data: dict[str, Any]) -> Spec:
    """Draw a source: the spec's items, some with other values, sometimes with an additional one."""
    found = copy.deepcopy(data)
    created = [ca for ca in found["certificate_authorities"].values() if "arn" not in ca]
    for ca in created:
        for name, values in CHANGES.items():
            if draw(st.integers(1, 3)) == 1:
                ca[name] = draw(values)
    for issuer in found["issuers"].values():
        if draw(st.integers(1, 3)) == 1:
            issuer["tags"] = draw(TAGS)
        if draw(st.integers(1, 4)) == 1 and issuer.get("grants"):
            issuer["grants"] = issuer["grants"][:-1] or [{**issuer["grants"][0], "certificates": "unmanaged"}]
            for grant in issuer["grants"]:
                for name in ("domain_names", "key_algorithms", "additional_actions", "templates"):
                    grant.pop(name, None)
    if created and draw(st.integers(1, 3)) == 1:
        found["certificate_authorities"]["z-new"] = {**copy.deepcopy(created[0]), "tags": draw(TAGS)}
    return spec_of(yaml_of(found).encode())  # a source has no layout


@st.composite
def cases(draw: st.DrawFn) -> tuple[Written, Spec]:
    data = draw(specs())
    return draw(written(data)), draw(changed(data))


@settings(max_examples=DRAWN // 4)
@given(cases())
def test_found_values_are_in_the_spec_and_nothing_else_changed(case: tuple[Written, Spec]) -> None:
    text, found = case
    before = text.text.encode()
    result = into(before, found)
    left = compare(merge_form(spec_of(result.content), "state"), None, merge_form(found, "state"), is_complete=True)
    assert {each.name for each in left.decisions if each.kind != "missing"} <= set(result.inherited)
    assert sorted(re.findall(r"# no\. \d+ ä", result.content.decode())) == sorted(
        re.findall(r"# no\. \d+ ä", text.text)
    )
    again = into(result.content, found, result.baseline)
    assert again.content == result.content
    assert rest_of(spec_of(before)) == rest_of(spec_of(result.content))


@settings(max_examples=DRAWN // 4)
@given(specs().flatmap(written))
def test_merging_a_spec_into_itself_changes_nothing(text: Written) -> None:
    content = text.text.encode()
    assert into(content, spec_of(content)).content == content


@settings(max_examples=DRAWN // 4)
@given(cases())
def test_edits_stay_if_the_source_did_not_change(case: tuple[Written, Spec]) -> None:
    text, found = case
    first = into(text.text.encode(), found)
    edited = into(first.content, spec_of(text.text.encode())).content
    second = into(edited, found, first.baseline)
    assert second.content == edited
    assert {each.kind for each in second.decisions} <= {"kept", "missing", "withheld"}
