"""Finds the CAs and templates that policies name; for a pattern, an ARN that matches it."""

import json
import re
from collections.abc import Iterator, Mapping

from pcaform.checks.access.scenario import Scenario
from pcaform.core import facts
from pcaform.iam.evaluator.patterns import is_like

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
