"""Resources, data sources and module calls as expressions see them: `aws_x.y.arn`, `data.x.y.json`, `module.x.out`."""

from dataclasses import dataclass, field
from typing import Any

from pcaform.core import facts
from pcaform.sources.hcl import symbolic_values
from pcaform.sources.hcl.iam_policy_document import document
from pcaform.sources.hcl.scope import Instance, ModuleScope
from pcaform.sources.hcl.unknown import Unknown


@dataclass(frozen=True)
class ResourceObject:
    """What stands for one resource: arguments that are given, and symbols for what AWS will add."""

    instance: Instance
    _contents: dict[str, Any] = field(default_factory=dict)

    def step(self, name: Any) -> Any:
        """Return one attribute."""
        block = self.instance.block
        if name in block.body.attributes:
            return self.instance.argument(name)
        if any(each.type == name or name in each.labels for each in block.body.blocks):
            return self.instance.contents().get(name)
        if block.type == "data":
            return _read(self.instance, name)
        if isinstance(self.instance.region, Unknown):
            return self.instance.region
        place, address = self.instance.place, self.instance.address
        return symbolic_values.computed(block.labels[0], name, address, known=self.step_or_none, place=place)

    def step_or_none(self, name: str) -> Any:
        """Return one argument, None where it is not given."""
        return self.instance.argument(name)


@dataclass(frozen=True)
class ModuleOutputs:
    """What stands for one module call: the outputs of the module in it."""

    scope: ModuleScope

    def step(self, name: Any) -> Any:
        """Return one output."""
        return self.scope.output(str(name))


def _read(instance: Instance, name: str) -> Any:
    """Return an attribute of a data source, where no call of AWS is needed for it."""
    kind, place = instance.block.labels[0], instance.place
    if kind == "aws_iam_policy_document" and name == "json":
        return document(instance.contents())
    if kind == "aws_caller_identity" and name in ("account_id", "id"):
        return place.account_id
    if kind == "aws_region" and name in ("name", "id", "region"):
        return place.region
    if kind == "aws_partition" and name in ("partition", "id"):
        return facts.partition(place.region) if isinstance(place.region, str) else place.region
    if kind in ("aws_acmpca_certificate_authority", "aws_iam_policy") and name == "id":
        return instance.argument("arn")
    return Unknown(f"{instance.address}.{name} is read from AWS")
