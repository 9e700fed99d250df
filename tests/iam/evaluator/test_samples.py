"""A context made for a condition meets it, so that what a policy allows only under conditions is found."""

import pytest

from pcaform.iam.evaluator.conditions import Condition, samples, satisfying


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("StringEquals", "a"),
        ("StringLike", "a*b?"),
        ("ForAnyValue:StringLike", "*.corp"),
        ("ArnLike", "arn:aws:iam::*:role/*"),
        ("IpAddress", "10.0.0.0/8"),
        ("IpAddress", "2001:db8::/32"),
        ("NumericLessThan", "10"),
        ("NumericGreaterThanEquals", "10"),
        ("DateLessThan", "2030-01-01"),
        ("DateGreaterThan", "2030-01-01T00:00:00Z"),
        ("Bool", "true"),
        ("Null", "false"),
        ("Null", "true"),
        ("StringNotEquals", "a"),
    ],
)
def test_context_meets_the_condition(operator: str, value: str) -> None:
    condition = Condition(operator, "aws:key", (value,))
    assert condition.is_met(satisfying([condition]))


def test_both_ends_of_a_range_and_several_texts_for_a_wildcard() -> None:
    assert samples(Condition("IpAddress", "k", ("10.0.0.0/30",))) == ["10.0.0.0", "10.0.0.3"]
    assert samples(Condition("IpAddress", "k", ("office",))) == []
    assert samples(Condition("StringLike", "k", ("a*",))) == ["ax", "a", "azq"]


def test_a_key_that_is_required_has_the_value_that_another_condition_names() -> None:
    required, named = Condition("Null", "k", ("false",)), Condition("StringLike", "k", ("*.corp",))
    assert satisfying([named, required]) == satisfying([required, named]) == {"k": ("x.corp",)}
