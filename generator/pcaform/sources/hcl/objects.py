"""The objects that references in expressions return: `aws_x.y.arn`, `data.x.y.json`, `module.x.out`.

The JSON of the data source `aws_iam_policy_document` is written as its documentation says: there too, a list of one
value is written as that value. Attributes that only AWS knows, such as ARNs, have symbolic values, which link resources
to each other and never get into a spec; ARNs of IAM are real, since they follow from the names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.sources.hcl.operators import encode_json
from pcaform.sources.hcl.scope import Instance, ModuleScope
from pcaform.sources.hcl.values import Unknown, first_unknown
from pcaform.sources.policy_documents import render_document
from pcaform.sources.symbols import computed_attribute
from pcaform.terraform import resource_types as types


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
        return computed_attribute(self.instance, name)


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
    """Return the JSON of a policy document; Unknown if a part of it is unknown."""
    unknown = first_unknown(arguments)
    if unknown is not None:
        return unknown
    try:
        return encode_json(render_document(arguments))
    except PARTIAL_DATA_ERRORS:
        return Unknown("pcaform does not evaluate this policy document")
