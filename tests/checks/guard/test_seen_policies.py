"""Policies that differ only in names are judged once, and what is found is what is found of each alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.guard.builders import CA, END_ENTITY, OTHER, SUBORDINATE, policy
from pcaform.checks.guard.widening import find_widening, find_widening_once
from pcaform.iam.documents import PolicyError
from pcaform.iam.rights import Rights

ACTIONS = (
    *("acm-pca:IssueCertificate", "acm-pca:*", "acm-pca:RevokeCertificate", "acm:RequestCertificate", "acm:*"),
    *("acm:GetCertificate", "acm:AddTagsToCertificate", "iam:PassRole", "*"),
)
RESOURCES = (
    CA,
    OTHER,
    "*",
    f"{CA[:-30]}*",
    CA.replace("11111111-", "?1111111-"),
    "arn:aws:acm-pca:*:*:certificate-authority/*",
)
DOMAINS = ("a.example", "b.a.example", "*.example", "*.a.example", "?.example", "c.org", CA)
TAGS = ("user/ada", "role/ada", "user/*", "*", "user/${aws:username}")
CONDITIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("StringLike", "acm:DomainNames"): DOMAINS,
    ("ForAllValues:StringLike", "acm:DomainNames"): DOMAINS,
    ("StringEquals", "aws:RequestTag/pcaform:issuer"): TAGS,
    ("StringLike", "aws:ResourceTag/pcaform:issuer"): TAGS,
    ("StringEquals", "acm:CertificateAuthority"): (CA, OTHER),
    ("ArnLike", "acm-pca:TemplateArn"): (END_ENTITY, SUBORDINATE),
}


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.lists(st.sampled_from(sorted(CONDITIONS)), max_size=2, unique=True))
    conditions: dict[str, dict[str, list[str]]] = {}
    for operator, key in keys:
        values = draw(st.lists(st.sampled_from(CONDITIONS[operator, key]), min_size=1, max_size=2, unique=True))
        conditions.setdefault(operator, {})[key] = values
    return {
        "Effect": draw(st.sampled_from(("Allow", "Allow", "Deny"))),
        "Action": draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2, unique=True)),
        "Resource": draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2, unique=True)),
        **({"Condition": conditions} if conditions else {}),
    }


POLICIES = st.lists(statements(), min_size=1, max_size=3).map(lambda each: policy(*each))


@given(POLICIES, POLICIES)
def test_the_same_is_found(before: str, after: str) -> None:
    olds, news = {"x": before}, {"x": after}
    try:
        alone = find_widening(olds, news)
    except PolicyError as error:
        with pytest.raises(PolicyError, match="") as raised:
            find_widening_once(olds, news, Rights({}), own=())
        assert str(raised.value) == str(error)
        return
    found = find_widening_once(olds, news, Rights({}), own=())
    assert set(found.gained) == set(alone.gained)
    assert sorted(found.lines()) == sorted(alone.lines())
