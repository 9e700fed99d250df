"""Finds the CAs and templates that policies name, and the condition contexts in which two sets of policies may differ.

For a pattern of CAs it is an ARN that matches it. One value of each kind of condition is enough: both ends of an
address range, a text for each wildcard. Templates, names and issuer tags are left out: requests are tried with all of
them anyway.
"""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice

from pcaform.checks.access.scenario import Scenario
from pcaform.core import facts
from pcaform.iam.documents import Statement, read_statements
from pcaform.iam.evaluator.patterns import Context, is_like
from pcaform.iam.policies.statements import ISSUER_TAG

_AUTHORITY = re.compile(
    r'"(?P<arn>arn:(?P<partition>[\w-]+|\*):acm-pca:(?P<region>[\w*?-]*)'
    r'(?::(?P<account>[\d*?]*)(?::(?P<resource>[\w*?/-]*))?)?)"'
)
_TEMPLATE = re.compile(r'"(arn:[\w-]+:acm-pca:::template/([\w]+/V[0-9]+))"')
_IAM = re.compile(r"arn:[\w-]+:iam::([0-9]{12}):")
_REGION, _ACCOUNT = "us-east-1", "000000000000"
SAMPLE = "00000000-0000-4000-8000-000000000000"
"""The CA id that is used for a wildcard."""

VARIABLE = re.compile(r"\$\{(?P<key>[^\s,'{}\"]+)[^}\"]*\}")
_KIND = "certificate-authority/"

_TRIED = ("acm-pca:", "acm:", "aws:viaawsservice", "aws:tagkeys", f"aws:requesttag/{ISSUER_TAG}".lower())
_GAPS = ("x", "", "zq")
_MOST = 256


def scenario_of(policies: Mapping[str, str]) -> Scenario:
    """Return the CAs that policies name, in the first region and account that a policy names."""
    matches = [match for text in _normalized_json(policies) for match in _AUTHORITY.finditer(text) if _id(match)]
    region = next((match["region"] for match in matches if match["region"].replace("-", "").isalnum()), _REGION)
    accounts = [match["account"] or "" for match in matches] + _IAM.findall(" ".join(policies.values()))
    account = next((each for each in accounts if each.isdigit()), _ACCOUNT)
    empty = Scenario(region, account, {}, ())
    return Scenario(region, account, {match["arn"]: _concrete_arn(match, empty) for match in matches}, ())


def new_templates(policies: Mapping[str, str]) -> dict[str, str]:
    """Return the templates in policies that this release does not know: name -> ARN."""
    templates = [match.groups() for text in _normalized_json(policies) for match in _TEMPLATE.finditer(text)]
    return {name: arn for arn, name in templates if name not in facts.TEMPLATES}


def _normalized_json(policies: Mapping[str, str]) -> Iterator[str]:
    """Yield policies as normalized JSON, with each policy variable replaced by the id of a CA."""
    for text in policies.values():
        yield VARIABLE.sub(SAMPLE, json.dumps(json.loads(text)))


def _id(match: re.Match[str]) -> str:
    """Return the id, or the pattern of ids, in an ARN; empty if it is not the ARN of a CA."""
    resource = match["resource"]
    if resource is None:
        return "*"
    if resource.startswith(_KIND):
        return resource.removeprefix(_KIND)
    return "*" if is_like(f"{_KIND}{SAMPLE}", resource, {}) else ""


def _concrete_arn(match: re.Match[str], scenario: Scenario) -> str:
    """Return an ARN that matches a pattern; without wildcards, the pattern itself."""
    partition = scenario.arn("acm-pca", "x").split(":")[1] if "*" in match["partition"] else match["partition"]
    region = _match_or_fill(match["region"], scenario.region, "east")
    account = _match_or_fill(match["account"] or "*", scenario.account_id, "0")
    ca_id = SAMPLE if _id(match) == "*" else re.sub(r"[*?]", "0", _id(match))
    return f"arn:{partition}:acm-pca:{region}:{account}:{_KIND}{ca_id}"


def _match_or_fill(pattern: str, value: str, filling: str) -> str:
    """Return `value` if it matches a pattern, else the pattern with its wildcards filled."""
    return value if is_like(value, pattern, {}) else pattern.replace("*", filling).replace("?", filling[0])


def condition_contexts(before: Mapping[str, str], after: Mapping[str, str]) -> list[Context]:
    """Return contexts that meet the conditions that differ, with and without the other conditions of the second set."""
    if not before:
        return []
    old, new = (
        [each for name, text in policies.items() for each in read_statements(text, name)]
        for policies in (before, after)
    )
    keys = [{_key(each) for statement in statements for each in _contexts(statement)} for statements in (old, new)]
    differing = [json.loads(each) for each in sorted(keys[0] ^ keys[1])]
    bases = {_key(_base(each)): _base(each) for each in new if each.is_allow}
    contexts = chain(differing, ({**base, **each} for each in differing for base in bases.values()))
    return [{key: (value,) for key, value in each.items()} for each in islice(_unique(contexts), _MOST)]


def _unique(contexts: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    seen = set()
    for each in contexts:
        if _key(each) not in seen:
            seen.add(_key(each))
            yield each


def _key(context: Mapping[str, str]) -> str:
    return json.dumps(context, sort_keys=True)


def _contexts(statement: Statement) -> Iterator[dict[str, str]]:
    """Yield for each value of each condition a context with that value that meets the other conditions."""
    base = _base(statement)
    for _, key, values in _conditions(statement):
        yield from ({**base, key: value} for value in values)


def _base(statement: Statement) -> dict[str, str]:
    """Return a context that meets all conditions of a statement."""
    return {key: values[0] for operator, key, values in _conditions(statement) if values and "Not" not in operator}


def _conditions(statement: Statement) -> Iterator[tuple[str, str, list[str]]]:
    for each in statement.conditions:
        if not each.key.startswith(_TRIED):
            samples = [sample for value in each.values for sample in _samples(each.operator, value)]
            yield each.operator, each.key, samples
    for resource in statement.resources or ():
        for match in VARIABLE.finditer(resource):
            yield "Resource", match["key"].lower(), [SAMPLE]


def _samples(operator: str, text: str) -> list[str]:
    if "Null" in operator:
        return ["x"] if text == "false" else []
    if "IpAddress" in operator:
        return _ends(text)
    gaps = _GAPS if "*" in text or "?" in text else _GAPS[:1]
    return [text.replace("*", gap).replace("?", gap[:1] or "y") for gap in gaps]


def _ends(text: str) -> list[str]:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return []
    return [str(network[0]), str(network[-1])]
