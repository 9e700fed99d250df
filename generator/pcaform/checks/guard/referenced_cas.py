"""Policies -> the CAs and templates that they name; for a pattern, an ARN that fits it."""

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
"""The id that stands for any."""

VARIABLE = re.compile(r"\$\{(?P<key>[^\s,'{}\"]+)[^}\"]*\}")
_KIND = "certificate-authority/"


def scenario_of(policies: Mapping[str, str]) -> Scenario:
    """Return the CAs that policies name, in the region and account of the first that says them."""
    found = [match for text in _written(policies) for match in _AUTHORITY.finditer(text) if _id(match)]
    region = next((match["region"] for match in found if match["region"].replace("-", "").isalnum()), _REGION)
    accounts = [match["account"] or "" for match in found] + _IAM.findall(" ".join(policies.values()))
    account = next((each for each in accounts if each.isdigit()), _ACCOUNT)
    empty = Scenario(region, account, {}, ())
    return Scenario(region, account, {match["arn"]: _concrete(match, empty) for match in found}, ())


def new_templates(policies: Mapping[str, str]) -> dict[str, str]:
    """Return the templates that this release does not know: name -> ARN."""
    named = [match.groups() for text in _written(policies) for match in _TEMPLATE.finditer(text)]
    return {name: arn for arn, name in named if name not in facts.TEMPLATES}


def _written(policies: Mapping[str, str]) -> Iterator[str]:
    """Yield policies as JSON writes them, every text in plain quotes, and each variable as the id of a CA."""
    for text in policies.values():
        yield VARIABLE.sub(SAMPLE, json.dumps(json.loads(text)))


def _id(match: re.Match[str]) -> str:
    """Return the id, or the pattern of ids, that an ARN names; empty where it is none of a CA."""
    resource = match["resource"]
    if resource is None:
        return "*"
    if resource.startswith(_KIND):
        return resource.removeprefix(_KIND)
    return "*" if is_like(f"{_KIND}{SAMPLE}", resource, {}) else ""


def _concrete(match: re.Match[str], stage: Scenario) -> str:
    """Return an ARN that fits a pattern; one without wildcards is itself."""
    partition = stage.arn("acm-pca", "x").split(":")[1] if "*" in match["partition"] else match["partition"]
    region = _fitting(match["region"], stage.region, "east")
    account = _fitting(match["account"] or "*", stage.account_id, "0")
    named = SAMPLE if _id(match) == "*" else re.sub(r"[*?]", "0", _id(match))
    return f"arn:{partition}:acm-pca:{region}:{account}:{_KIND}{named}"


def _fitting(pattern: str, known: str, filling: str) -> str:
    """Return what is known where it fits a pattern, else the pattern with something in its gaps."""
    return known if is_like(known, pattern, {}) else pattern.replace("*", filling).replace("?", filling[0])
