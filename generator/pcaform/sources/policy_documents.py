"""Fills policies that are unknown only as text: their statements are in the plan, as those of a data source.

Terraform reads an `aws_iam_policy_document` during the apply where it depends on a resource that changes, be it by a
tag: each policy made of it is unknown then, while the plan has the statements, and the configuration names the
document. What a document is as JSON: provider aws, internal/service/iam/policy_document_data_source.go and
policy_model.go. The ARN of a CA that the plan creates is a placeholder; where anything else is unknown that may
matter, the policy stays unknown.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pcaform.core.grouping import grouped
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.documents import as_list
from pcaform.iam.escalation import handing_actions
from pcaform.iam.rights import is_about_authorities, statements_of
from pcaform.terraform.plan_json import Change, Plan, is_marked
from pcaform.terraform.references import Expressions
from pcaform.terraform.resource_types import AUTHORITY, POLICIES, SSO_INLINE_POLICY

_DOCUMENT = "aws_iam_policy_document"
_VERSION = "2012-10-17"
_MERGED = _SOURCES, _OVERRIDES = "source_policy_documents", "override_policy_documents"
_KNOWN = frozenset(("id", "json", "minified_json", "policy_id", "statement", "version", _SOURCES, _OVERRIDES))
_LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}
_PARTS = frozenset((*_LISTS, *_PRINCIPALS, "sid", "effect", "condition"))
UNKNOWN_PART = "arn:aws:unknown:::known-after-apply"
"""Stands for an unknown part of a statement; the policies of principals keep it where it cannot be about CAs."""
_ARN = re.compile(r"arn:[\w-]+:acm-pca:[\w-]+:[0-9]{12}:certificate-authority/")
_PREFIX = "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/"


def fill_policy_documents(plan: Plan, arns: Mapping[str, str] | None = None) -> Plan:
    """Return the plan with the policies that its documents make, and with the placeholders of ARNs that are in them.

    `arns` are those of CAs that the plan creates, by address; without them this module makes some.
    """
    documents = _Documents(plan, arns)
    try:
        changes = [documents.fill(each) for each in plan.changes] if documents.changes else plan.changes
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):  # not a configuration of Terraform
        return plan
    made_up = documents.arns if documents.changes else {}
    is_new = [each.is_created and each.address in made_up for each in changes]
    made = [
        replace(each, after={**each.after, "arn": made_up[each.address]}) if new else each
        for each, new in zip(changes, is_new, strict=True)
    ]
    return replace(plan, changes=tuple(made))


@dataclass(frozen=True, eq=False)
class _Documents:
    plan: Plan
    given: Mapping[str, str] | None = None
    _texts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def changes(self) -> Mapping[str, Change]:
        """The documents that are read during the apply, by address."""
        return {each.address: each for each in self.plan.changes if (each.type, *each.actions) == (_DOCUMENT, "read")}

    @cached_property
    def arns(self) -> Mapping[str, str]:
        """The ARNs that stand for those of CAs which the plan creates, by address: in the account of the other CAs."""
        if self.given is not None:
            return self.given
        cas = [each for each in self.plan.changes if each.type == AUTHORITY]
        known = [*(each.before for each in cas), *(each.values for each in self.plan.resources)]
        prefix = next((found[0] for each in known if (found := _ARN.match(str(each.get("arn"))))), _PREFIX)
        made = [each.address for each in cas if each.unknown.get("arn")]
        return {address: prefix + re.sub(r"[^\w-]+", "-", address).strip("-") for address in made}

    @cached_property
    def _expressions(self) -> Expressions:
        return Expressions(self.plan.configuration or {})

    def fill(self, change: Change) -> Change:
        """Return a change with the texts that documents give its arguments, but for those that may hide something."""
        unknown = [name for name, mark in change.unknown.items() if is_marked(mark)]
        expressions = self._expressions.of(change.address) if unknown and change.after else {}
        filled = {}
        for name in expressions.keys() & unknown:
            part = (change.after.get(name), change.unknown[name], expressions[name])
            value = self._filled(change.address, *part)
            if UNKNOWN_PART not in json.dumps(value) or _is_harmless(change.type, value):
                filled[name] = value
        unknown_still = {name: mark for name, mark in change.unknown.items() if name not in filled}
        return replace(change, after={**change.after, **filled}, unknown=unknown_still) if filled else change

    def _filled(self, address: str, value: Any, mark: Any, expression: Any) -> Any:
        """Return a value with what its unknown parts refer to, or with what stands for them."""
        if isinstance(value, list) and isinstance(mark, list) and all(isinstance(each, bool) for each in mark):
            found = iter(self._known(expression, address, sum(mark)))
            return [next(found) if is_unknown else each for each, is_unknown in zip(value, mark, strict=True)]
        if isinstance(value, list) and isinstance(mark, list):
            fitting = _fitting(value, expression)
            parts = zip(value, mark, fitting, strict=True)
            return [self._filled(address, each, left, block) for each, left, block in parts]
        if isinstance(mark, Mapping) and isinstance(value, Mapping):
            blocks = expression if isinstance(expression, Mapping) else {}
            names = [name for name, left in mark.items() if is_marked(left)]
            return {
                **value,
                **{each: self._filled(address, value.get(each), mark[each], blocks.get(each)) for each in names},
            }
        return self._known(expression, address, 1)[0] if mark is True else value

    def _known(self, expression: Any, address: str, number: int) -> list[str]:
        """Return the texts and ARNs that an expression refers to, if they are as many as its unknown parts."""
        targets = self._expressions.targets(expression, address) or () if number else ()
        names = [re.sub(r"\.(?:arn|id|json|minified_json)$", "", each) for each in targets]
        arns = self.arns if address in self.changes else {}
        found = [arns.get(each) or self._text(each) for name in names for each in self._instances.get(name, ())]
        return found if len(found) == number else [UNKNOWN_PART] * number

    @cached_property
    def _instances(self) -> Mapping[str, list[str]]:
        """The documents and new CAs by address, with and without the key of the instance."""
        addresses = (*self.changes, *self.arns)
        return grouped((name, each) for each in addresses for name in {each, re.sub(r"\[[^\[]*\]$", "", each)})

    def _text(self, address: str) -> str:
        """Return the JSON of a document, or what stands for it where it cannot be told."""
        if address not in self._texts:
            self._texts[address] = UNKNOWN_PART  # also of a document that would contain itself
            self._texts[address] = self._made(self.changes[address]) if address in self.changes else UNKNOWN_PART
        return self._texts[address]

    def _made(self, change: Change) -> str:
        address, expressions = change.address, self._expressions.of(change.address)
        parts = {name: (change.after.get(name), change.unknown.get(name), expressions.get(name)) for name in _KNOWN}
        values = {name: self._filled(address, *parts[name]) for name in (_SOURCES, "statement", "version", _OVERRIDES)}
        try:
            is_known = values["version"] != UNKNOWN_PART and not any(
                change.after[each] for each in change.after.keys() - _KNOWN
            )
            return json.dumps(render_document(values)) if is_known else UNKNOWN_PART
        except PARTIAL_DATA_ERRORS:
            return UNKNOWN_PART


def render_document(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a data source, merged with others; raises KeyError for a part that is not known here."""
    sources, overrides = ([json.loads(each) for each in arguments.get(name) or () if each] for name in _MERGED)
    own = {
        "Version": arguments.get("version") or _VERSION,
        **({"Id": arguments["policy_id"]} if arguments.get("policy_id") else {}),
        "Statement": [_statement(each) for each in arguments.get("statement") or ()],
    }
    return _merged([*sources, own, *overrides])


def _fitting(values: list[Any], expressions: Any) -> list[Any]:
    """Return for each block the expressions whose constants it has; of several alike, those at the same place."""
    blocks = expressions if isinstance(expressions, list) else []
    found = []
    for index, value in enumerate(values):
        fits = [each for each in blocks if isinstance(value, Mapping) and _fits(value, each)]
        same = blocks[index] if len(blocks) == len(values) else None
        found.append(fits[0] if len(fits) == 1 else same if same in fits else None)
    return found


def _fits(value: Mapping[str, Any], block: Mapping[str, Any]) -> bool:
    constants = [(value.get(name), each["constant_value"]) for name, each in block.items() if "constant_value" in each]
    return all(sorted(map(str, as_list(one))) == sorted(map(str, as_list(other))) for one, other in constants)


def _statement(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a statement as the provider writes it; raises KeyError for a part that this release does not know."""
    if unknown := [name for name, each in values.items() if each and name not in _PARTS]:
        raise KeyError(*unknown)
    made: dict[str, Any] = {"Sid": values["sid"]} if values.get("sid") else {}
    made["Effect"] = values.get("effect") or "Allow"
    made |= {element: _texts(values[name]) for name, element in _LISTS.items() if values.get(name)}
    for name, element in _PRINCIPALS.items():
        by_type: dict[str, list[str]] = {}
        for each in values.get(name) or ():
            by_type.setdefault(each["type"], []).extend(each["identifiers"])
        if by_type:
            made[element] = "*" if by_type == {"*": ["*"]} else {kind: _texts(each) for kind, each in by_type.items()}
    conditions: dict[str, dict[str, list[str]]] = {}
    for each in values.get("condition") or ():
        conditions.setdefault(each["test"], {}).setdefault(each["variable"], []).extend(each["values"])
    tests = {test: {name: _texts(each) for name, each in names.items()} for test, names in conditions.items()}
    return {**made, "Condition": tests} if tests else made


def _texts(values: Any) -> Any:
    """Return a list, or its only value; `&{` is this data source's notation of IAM policy variables."""
    texts = [str(value).replace("&{", "${") for value in as_list(values)]
    return texts[0] if len(texts) == 1 else texts


def _merged(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Return documents as one: the newest version, and of statements with the same name the last one."""
    statements: list[Any] = []
    for each in (each for document in documents for each in as_list(document.get("Statement") or [])):
        sids = [other.get("Sid") for other in statements]
        if each.get("Sid") in (set(sids) - {None, ""}):
            statements[sids.index(each["Sid"])] = each
        else:
            statements.append(each)
    ids = [each["Id"] for each in documents if each.get("Id")]
    version = max(each.get("Version") or "" for each in documents)
    return {"Version": version, **({"Id": ids[-1]} if ids else {}), "Statement": statements}


def _is_harmless(kind: str, value: Any) -> bool:
    """Tell whether the policy of a principal has unknown parts only where it can be about no CA."""
    if kind not in (*POLICIES, SSO_INLINE_POLICY) or not isinstance(value, str) or value == UNKNOWN_PART:
        return False
    statements = [json.dumps(each) for each in json.loads(value)["Statement"]]
    hidden = [f'{{"Statement": [{each.replace(UNKNOWN_PART, "*")}]}}' for each in statements if UNKNOWN_PART in each]
    return not any(
        is_about_authorities(each) or any(map(handing_actions, statements_of(each) or ())) for each in hidden
    )
