"""The objects that references in expressions return: `aws_x.y.arn`, `data.x.y.json`, `module.x.out`."""

from dataclasses import dataclass
from typing import Any

from pcaform.core import facts
from pcaform.sources.hcl import symbolic_values
from pcaform.sources.hcl.iam_policy_document import render_document
from pcaform.sources.hcl.scope import Instance, ModuleScope
from pcaform.sources.hcl.unknown import Unknown
from pcaform.terraform.resource_types import AUTHORITY, IAM_POLICY


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
        provider, address = self.instance.provider, self.instance.address
        return symbolic_values.computed_attribute(
            block.labels[0], name, address, get_argument=self.get_argument, provider=provider
        )

    def get_argument(self, name: str) -> Any:
        """Return one argument, None if it is not set."""
        return self.instance.argument(name)


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
        return render_document(instance.values())
    if kind == "aws_caller_identity" and name in ("account_id", "id"):
        return provider.account_id
    if kind == "aws_region" and name in ("name", "id", "region"):
        return provider.region
    if kind == "aws_partition" and name in ("partition", "id"):
        return facts.partition(provider.region) if isinstance(provider.region, str) else provider.region
    if kind in (AUTHORITY, IAM_POLICY) and name == "id":
        return instance.argument("arn")
    return Unknown(f"{instance.address}.{name} is read from AWS")
