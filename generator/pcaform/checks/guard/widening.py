"""Finds the requests that one set of a principal's policies allows and an earlier set did not.

The requests are those of `pcaform access`: every action on every CA that either set names, with every template, by
every route, and those that probe for over-permission; and the plain ones in all contexts that conditions distinguish.
For a pattern of CAs an ARN is tried that matches it. One value of each kind of condition is enough: both ends of an
address range, a text for each wildcard. Templates, names and issuer tags are left out of the contexts: requests are
tried with all of them anyway.

Policies that differ only in names are judged once: those of many issuers are alike but for their CA, tag and domain.
The names are replaced by others that stand for them, and put back into what is found; only names that nothing compares
with a pattern, so that the policies mean the same of them.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice, product

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest, RequestMatrix
from pcaform.checks.access.check import is_allowed, policies_by_action
from pcaform.checks.access.handed_rights import handing_requests
from pcaform.checks.access.report import ISSUING, rows
from pcaform.checks.access.scenario import Scenario, Subject, sample_names
from pcaform.core import facts
from pcaform.core.facts import DEFAULT_TEMPLATE, is_privileged
from pcaform.iam import actions
from pcaform.iam.documents import PolicyError, Statement, read_document, read_statements
from pcaform.iam.escalation import FILLING, VARIABLE, handing_actions, is_reading
from pcaform.iam.evaluator.conditions import samples, satisfying
from pcaform.iam.evaluator.evaluate import Policies
from pcaform.iam.evaluator.patterns import Context, is_like
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.iam.rights import Rights, denies_rights, statements_of
from pcaform.sources.account_snapshot import IamPrincipal, Policy
from pcaform.terraform.schema import normal_json

_TAG = re.compile(rf'"aws:RequestTag/{re.escape(ISSUER_TAG)}": *\[? *"(?P<tag>[^"]+)"')
_MOST = 12

_AUTHORITY = re.compile(
    r'"(?P<arn>arn:(?P<partition>[\w-]+|\*):acm-pca:(?P<region>[\w*?-]*)'
    r'(?::(?P<account>[\d*?]*)(?::(?P<resource>[\w*?/-]*))?)?)"'
)
_TEMPLATE = re.compile(r'"(arn:[\w-]+:acm-pca:::template/([\w]+/V[0-9]+))"')
_IAM = re.compile(r"arn:[\w-]+:iam::([0-9]{12}):")
_CA = re.compile(r'"(arn:[\w-]+:acm-pca:[\w-]+:[0-9]{12}:certificate-authority/)([\w-]+)"')
_PART_OF_CA = re.compile(r"certificate-authority/[\w-]+[*?$]|certificate-authority/[*?][\w*?-]")
_REGION, _ACCOUNT = "us-east-1", "000000000000"
SAMPLE = "00000000-0000-4000-8000-000000000000"
"""The CA id that is used for a wildcard."""
_KIND = "certificate-authority/"
_TRIED = ("acm-pca:", "acm:", "aws:viaawsservice", "aws:tagkeys", f"aws:requesttag/{ISSUER_TAG}".lower())
_NOBODY = Rights({})
Texts = tuple[tuple[str, str], ...]
_MOST_CONTEXTS = 256


@dataclass(frozen=True, slots=True)
class Widening:
    """The newly allowed requests."""

    gained: tuple[AccessRequest, ...]

    @property
    def is_reading(self) -> bool:
        """Tell whether nothing but reading is newly allowed."""
        return all(is_reading(request.action) for request in self.gained)

    @property
    def has_ca_template(self) -> bool:
        """Tell whether a CA certificate can be issued that could not be before."""
        return any(request.has_ca_template for request in self.gained)

    @property
    def has_privileged_template(self) -> bool:
        """Tell whether a certificate can be issued whose purpose the request decides."""
        return any(is_privileged(request.template) for request in self.gained if request.template)

    def lines(self) -> tuple[str, ...]:
        """Return the newly allowed requests in words, one line for each CA or certificate."""
        return tuple(line.replace(FILLING, "*") for line in _lines(self.gained))


def find_widening(
    before: Mapping[str, str], after: Mapping[str, str], rights: Rights = _NOBODY, *, own: Collection[str] = ()
) -> Widening:
    """Compare two sets of policies, each name to JSON; raises PolicyError for a policy that IAM would refuse.

    `rights` are those that others have, which a policy may hand on; `own` are the principals with these policies.
    """
    old, new = (
        policies_by_action(Policies(identity=tuple(read_document(text, name) for name, text in policies.items())))
        for policies in (before, after)
    )
    both = {f"before {name}": text for name, text in before.items()} | dict(after)
    scenario = scenario_of(both)
    policies = tuple(Policy(name, text) for name, text in both.items())
    principal = IamPrincipal("user", "example", scenario.arn("iam", "user/example"), "/", policies)
    tag = next((match["tag"] for text in both.values() for match in _TAG.finditer(text)), "user/example")
    subject = Subject("", "issuer", principal, is_owned=True, owner_tag=tag)
    handings = rights.handings(after.values(), own, is_each=any(map(denies_rights, before.values())))
    requests = list(dict.fromkeys(RequestMatrix(scenario, subject, sample_names([subject])).requests()))
    requests += [
        *chain.from_iterable(map(handing_requests, handings)),
        *_of_new_templates(requests, new_templates(both)),
    ]
    gained = [
        request
        for request in (*requests, *_varied(requests, condition_contexts(before, after)))
        if request.variant != access_request.WITHOUT_DENIES
        and is_allowed(scenario, subject, request, new(request.action))
        and not is_allowed(scenario, subject, request, old(request.action))
    ]
    return Widening(tuple(dict.fromkeys(gained)))


def _of_new_templates(requests: list[AccessRequest], templates: Mapping[str, str]) -> Iterator[AccessRequest]:
    """Yield the plain requests to issue again, with the templates that only the policies name."""
    plain = [
        request
        for request in requests
        if request.template == DEFAULT_TEMPLATE and request.variant == access_request.PLAIN
    ]
    for (name, arn), request in product(templates.items(), plain):
        yield replace(request, template=name, context={**request.context, "acm-pca:templatearn": (arn,)})


def _varied(requests: list[AccessRequest], contexts: list[Context]) -> Iterator[AccessRequest]:
    """Yield the plain requests again, in each of these contexts: by every route, and for every name."""
    for context, request in product(contexts, requests):
        if request.variant == access_request.PLAIN:
            yield replace(request, variant=access_request.CONDITIONS_MET, context={**context, **request.context})


def _lines(gained: tuple[AccessRequest, ...]) -> Iterator[str]:
    plain = [request for request in gained if request.variant == access_request.PLAIN]
    for row in rows(plain):
        for route, may in row.routes():
            more = f", and {len(may) - _MOST} more" if len(may) > _MOST else ""
            yield f"on {row.target}, {route}: {', '.join(may[:_MOST])}{more}"
    plain_actions = {request.action for request in plain}
    others = [each for each in gained if each.variant != access_request.PLAIN and each.action not in plain_actions]
    yield from dict.fromkeys(
        f"on {each.target}: {ISSUING if each.action == actions.ISSUE else each.action}, {each.variant}"
        for each in others
    )


def have_same_meaning(before: Iterable[str], after: Iterable[str]) -> bool:
    """Tell whether two sets of policies allow and deny the same, whatever their wording."""
    old, new = list(before), list(after)
    if old == new:
        return True
    try:
        return normalized_statements(old) == normalized_statements(new)
    except PolicyError:
        return sorted(map(normal_json, old)) == sorted(map(normal_json, new))


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
    differing = [dict(each) for each in sorted(keys[0] ^ keys[1])]
    bases = {_key(_base(each)): _base(each) for each in new if each.is_allow}
    contexts = chain(differing, ({**base, **each} for each in differing for base in bases.values()))
    return [dict(each) for each in islice(dict.fromkeys(map(_key, contexts)), _MOST_CONTEXTS)]


def _key(context: Context) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted(context.items()))


def _contexts(statement: Statement) -> Iterator[Context]:
    """Yield for each value of each condition a context with that value that meets the other conditions."""
    base = _base(statement)
    for key, values in _conditions(statement):
        yield from ({**base, key: (value,)} for value in values)


def _base(statement: Statement) -> Context:
    variables = [match["key"].lower() for each in statement.resources or () for match in VARIABLE.finditer(each)]
    met = satisfying(each for each in statement.conditions if not each.key.startswith(_TRIED))
    return {**met, **dict.fromkeys(variables, (SAMPLE,))}


def _conditions(statement: Statement) -> Iterator[tuple[str, list[str]]]:
    for each in statement.conditions:
        if not each.key.startswith(_TRIED):
            yield each.key, samples(each)
    for resource in statement.resources or ():
        for match in VARIABLE.finditer(resource):
            yield match["key"].lower(), [SAMPLE]


def find_widening_once(
    before: Mapping[str, str], after: Mapping[str, str], rights: Rights, *, own: Collection[str]
) -> Widening:
    """Return what `find_widening` returns; raises PolicyError as it does."""
    text = "\n".join((*before.values(), *after.values()))
    statements = [each for policy in (*before.values(), *after.values()) for each in statements_of(policy) or ()]
    if any(map(handing_actions, statements)) or _PART_OF_CA.search(text):
        return find_widening(before, after, rights, own=own)
    names = dict(_stand_ins(text))
    olds, news = (_replaced(texts, names) for texts in (before, after))
    back = {new: old for old, new in names.items()}
    try:
        return Widening(tuple(_put_back(request, back) for request in _widening(olds, news).gained))
    except PolicyError:  # its text names what is in the policy
        return find_widening(before, after, rights, own=own)


def have_same_meaning_once(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Return what `have_same_meaning` returns."""
    names = dict(_stand_ins("\n".join((*before.values(), *after.values()))))
    return _have_same_meaning(_replaced(before, names), _replaced(after, names))


@lru_cache(maxsize=1024)
def _have_same_meaning(before: Texts, after: Texts) -> bool:
    return have_same_meaning(dict(before).values(), dict(after).values())


@lru_cache(maxsize=1024)
def _widening(before: Texts, after: Texts) -> Widening:
    return find_widening(dict(before), dict(after))


def _stand_ins(text: str) -> Iterator[tuple[str, str]]:
    """Yield each name that is compared with no pattern, and the one that stands for it."""
    for number, (start, name) in enumerate(dict.fromkeys(_CA.findall(text)), start=1):
        yield f"{start}{name}", f"{start}00000000-0000-4000-8000-{number:012}"
    for key, stand_in in (("acm:DomainNames", "stand-in.example"), (f"Tag/{ISSUER_TAG}", "user/stand-in")):
        conditions = re.findall(rf'{key}":\s*(\[[^\]]*\]|"[^"]*")', text)
        names = set(re.findall(r'"([^"]*)"', "".join(conditions))) - {"true", "false"}  # of `Null`
        if len(names) == 1 and not re.search(r"[*?$]", name := names.pop()):
            yield name, stand_in


def _replaced(texts: Mapping[str, str], names: Mapping[str, str]) -> Texts:
    replaced = []
    for title, text in texts.items():
        for old, new in names.items():
            text = text.replace(f'"{old}"', f'"{new}"')  # noqa: PLW2901
        replaced.append((title, text))
    return tuple(replaced)


def _put_back(request: AccessRequest, names: Mapping[str, str]) -> AccessRequest:
    def back(text: str) -> str:
        for new, old in names.items():
            text = text.replace(new, old)
        return text

    return replace(
        request,
        target=back(request.target),
        names=request.names and tuple(map(back, request.names)),
        tag=request.tag and back(request.tag),
        names_label=back(request.names_label),
        resource=back(request.resource),
    )
