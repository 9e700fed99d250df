"""The objects that references in expressions return: `aws_x.y.arn`, `data.x.y.json`, `module.x.out`.

The JSON of the data source `aws_iam_policy_document` is written as its documentation says: there too, a list of one
value is written as that value. Attributes that only AWS knows, such as ARNs, have symbolic values, which link resources
to each other and never get into a spec; ARNs of IAM are real, since they follow from the names.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core import facts
from pcaform.sources.hcl.functions import encode_json
from pcaform.sources.hcl.scope import Instance, ModuleScope
from pcaform.sources.hcl.values import Unknown, first_unknown
from pcaform.sources.inventory import SYMBOLIC
from pcaform.terraform import resource_types as types

_VERSION = "2012-10-17"
_MERGING_ARGUMENTS = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
_LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
_NOT_IN_ARN = re.compile(r"[^A-Za-z0-9-]+")
_DIGITS = 8
_CERTIFICATE = "certificate of "
_AUTHORITY_ARN = re.compile(rf"arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]+:certificate-authority/{SYMBOLIC}[A-Za-z0-9-]+")
_SYMBOLIC_ARNS = {
    types.AUTHORITY: ("acm-pca", "certificate-authority"),
    types.CERTIFICATE: ("acm-pca", "certificate"),
    types.ACM_CERTIFICATE: ("acm", "certificate"),
}
_SAME_AS = {(types.INSTALLATION, "id"): "certificate_authority_arn", (types.S3_BUCKET_POLICY, "id"): "bucket"}
_TEXTS = {
    (types.AUTHORITY, "certificate_signing_request"): "request of ",
    (types.CERTIFICATE, "certificate"): _CERTIFICATE,
    (types.CERTIFICATE, "certificate_chain"): "chain of ",
}
_IAM_ARN_TYPES = {
    types.IAM_USER: "user",
    types.IAM_ROLE: "role",
    types.IAM_POLICY: "policy",
    types.IAM_GROUP: "group",
    types.IAM_INSTANCE_PROFILE: "instance-profile",
}


@dataclass(frozen=True)
class ResourceObject:
    """One resource or data source: its arguments, and symbolic values for the attributes that AWS sets."""

    instance: Instance

    def get_attribute(self, name: Any) -> Any:
        """Return one attribute."""
        block = self.instance.block
        if name in block.body.attributes:
            return self.instance.argument(name)
        if any(each.type == name or name in each.labels for each in block.body.blocks):
            return self.instance.values().get(name)
        if block.type == "data":
            return _read_data_source(self.instance, name)
        if isinstance(self.instance.region, Unknown):
            return self.instance.region
        return _computed_attribute(self.instance, name)


@dataclass(frozen=True)
class ModuleOutputs:
    """One module call: the outputs of its module."""

    scope: ModuleScope

    def get_attribute(self, name: Any) -> Any:
        """Return one output."""
        return self.scope.output(str(name))


def _read_data_source(instance: Instance, name: str) -> Any:
    """Return an attribute of a data source; Unknown if it has to be read from AWS."""
    kind, provider = instance.block.labels[0], instance.provider
    if kind == "aws_iam_policy_document" and name == "json":
        return _render_document(instance.values())
    if kind == "aws_caller_identity" and name in ("account_id", "id"):
        return provider.account_id
    if kind == "aws_region" and name in ("name", "id", "region"):
        return provider.region
    if kind == "aws_partition" and name in ("partition", "id"):
        return facts.partition(provider.region) if isinstance(provider.region, str) else provider.region
    if kind in (types.AUTHORITY, types.IAM_POLICY) and name == "id":
        return instance.argument("arn")
    return Unknown(f"{instance.address}.{name} is read from AWS")


def _render_document(arguments: Mapping[str, Any]) -> str | Unknown:
    """Return the JSON of a policy document; Unknown if a part of it is unknown or it merges other documents."""
    unknown = first_unknown(arguments)
    if unknown is not None:
        return unknown
    for name in _MERGING_ARGUMENTS:
        if arguments.get(name):
            return Unknown(f"'{name}' merges documents, which pcaform does not evaluate")
    statements = [_render_statement(block) for block in arguments.get("statement", [])]
    head = {"Version": arguments.get("version") or _VERSION, "Id": arguments.get("policy_id")}
    return encode_json({**{key: value for key, value in head.items() if value}, "Statement": statements})


def _render_statement(arguments: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": arguments.get("sid") or None, "Effect": arguments.get("effect") or "Allow"}
    statement |= {word: _unwrap_single(arguments[name]) for name, word in _LISTS.items() if arguments.get(name)}
    for name, (word, render) in _BLOCKS.items():
        if arguments.get(name):
            statement[word] = render(arguments[name])
    return {key: value for key, value in statement.items() if value is not None}


def _render_principals(blocks: list[Mapping[str, Any]]) -> Any:
    result: dict[str, list[Any]] = {}
    for block in blocks:
        result.setdefault(block["type"], []).extend(block["identifiers"])
    return "*" if result == {"*": ["*"]} else _unwrap_each(result)


def _render_conditions(blocks: list[Mapping[str, Any]]) -> dict[str, Any]:
    result: dict[str, dict[str, list[Any]]] = {}
    for block in blocks:
        result.setdefault(block["test"], {}).setdefault(block["variable"], []).extend(block["values"])
    return {test: _unwrap_each(variables) for test, variables in result.items()}


_BLOCKS: Mapping[str, tuple[str, Callable[[list[Mapping[str, Any]]], Any]]] = {
    "principals": ("Principal", _render_principals),
    "not_principals": ("NotPrincipal", _render_principals),
    "condition": ("Condition", _render_conditions),
}


def _unwrap_each(values: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {name: _unwrap_single(each) for name, each in values.items()}


def _unwrap_single(values: Any) -> Any:
    """Return a list, or its only value; `&{` is this data source's notation of IAM policy variables."""
    texts = [str(value).replace("&{", "${") for value in values]
    return texts[0] if len(texts) == 1 else texts


def _symbolic_id(address: str) -> str:
    """Return a symbolic id in place of the one that AWS assigns."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:_DIGITS]
    return f"{SYMBOLIC}{_NOT_IN_ARN.sub('-', address).strip('-')}-{digest}"


def replace_ca_arns(text: str, arns: Mapping[str, str]) -> str:
    """Return a text with symbolic ARNs of CAs replaced by the real ones."""
    return _AUTHORITY_ARN.sub(lambda match: arns.get(match[0], match[0]), text)


def is_symbolic_certificate(text: Any) -> bool:
    """Tell whether a value is a symbolic certificate."""
    return isinstance(text, str) and text.startswith(_CERTIFICATE)


def _computed_attribute(instance: Instance, name: str) -> Any:
    """Return an attribute that is not an argument, real or symbolic; Unknown if only AWS knows it."""
    kind, address, provider = instance.block.labels[0], instance.address, instance.provider
    arn_or_id = name in ("arn", "id")
    if arn_or_id and kind in _SYMBOLIC_ARNS:
        service, resource = _SYMBOLIC_ARNS[kind]
        return provider.arn(service, f"{resource}/{_symbolic_id(address)}")
    if arn_or_id and kind in _IAM_ARN_TYPES:
        return _iam_attribute(instance, name)
    if kind == types.S3_BUCKET and name in ("arn", "id", "bucket_domain_name"):
        return _bucket_attribute(instance, name)
    if (kind, name) in _SAME_AS:
        return instance.argument(_SAME_AS[kind, name])
    if (kind, name) == (types.AUTHORITY, "certificate"):
        return Unknown(f"the certificate of {address} is installed later")
    if (kind, name) in _TEXTS:
        return f"{_TEXTS[kind, name]}{address}"
    return Unknown(f"{address}.{name} is known only after creation")


def _iam_attribute(instance: Instance, attribute: str) -> Any:
    kind, name, path = instance.block.labels[0], instance.argument("name"), instance.argument("path")
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    if isinstance(path, Unknown):
        return path
    if attribute == "id" and kind != types.IAM_POLICY:
        return name
    return instance.provider.arn("iam", f"{_IAM_ARN_TYPES[kind]}{path or '/'}{name}", is_global=True)


def _bucket_attribute(instance: Instance, attribute: str) -> Any:
    name = instance.argument("bucket")
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    if attribute == "arn":
        partition = instance.provider.arn("s3", "").split(":")[1]
        return f"arn:{partition}:s3:::{name}"
    return name if attribute == "id" else f"{name}.s3.amazonaws.com"
