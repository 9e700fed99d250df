"""The instances of resources, data sources and module calls, with the attributes that expressions refer to.

The JSON of the data source `aws_iam_policy_document` is written as its documentation says: there too, a list of one
value is written as that value. Attributes that only AWS knows, such as ARNs, have symbolic values, which link resources
to each other and never get into a spec; ARNs of IAM are real, since they follow from the names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pcaform.core import facts
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.sources.hcl.blocks import Block, evaluate_body
from pcaform.sources.hcl.operators import encode_json
from pcaform.sources.hcl.providers import ProviderConfig
from pcaform.sources.hcl.static_config import ReferenceScope
from pcaform.sources.hcl.values import Scope, Unknown, first_unknown
from pcaform.sources.policy_documents import render_document
from pcaform.sources.symbols import Planned, computed_attribute
from pcaform.terraform import resource_types as types

if TYPE_CHECKING:
    from pcaform.sources.hcl.scope import ModuleScope


@dataclass(frozen=True)
class Instance:
    """One instance of a block: its address, and the scope in which its arguments are evaluated."""

    block: Block
    address: str
    scope: Scope
    module_scope: "ModuleScope"

    def argument(self, name: str) -> Any:
        """Return one argument, None if it is not set."""
        return self.block.argument(name, self.scope)

    @cached_property
    def provider(self) -> ProviderConfig:
        """Its provider configuration: that of its `provider` argument, else the default one; its `region` overrides."""
        attribute = self.block.body.attributes.get("provider")
        location = attribute.location if attribute else ""
        reference = self.block.argument("provider", ReferenceScope())
        return self.module_scope.provider(reference, location).in_region(self.region)

    @cached_property
    def region(self) -> Any:
        """The `region` argument of a resource, None if it has none."""
        return None if self.block.type == "module" else self.argument("region")

    def values(self) -> dict[str, Any]:
        """Return all arguments and nested blocks."""
        return evaluate_body(self.block.body, self.scope, is_inner=False)

    def get_attribute(self, name: Any) -> Any:
        """Return one attribute of a resource or data source, with symbolic values for those that AWS sets."""
        if name in self.block.body.attributes:
            return self.argument(name)
        if any(each.type == name or name in each.labels for each in self.block.body.blocks):
            return self.values().get(name)
        if self.block.type == "data":
            return _read_data_source(self, name)
        if isinstance(self.region, Unknown):
            return self.region
        return computed_attribute(Planned(self.block.labels[0], self.address, self.provider, self.argument), name)


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
