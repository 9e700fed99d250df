"""Builds the notice of `import aws` about default tags, a difference that almost every adoption has.

A provider adds its default tags to all resources that it manages; those made outside Terraform do not have them.
"""

from collections.abc import Mapping

from pcaform.sources.inventory import Inventory
from pcaform.terraform.resource_types import AUTHORITY

_OPTION = "'pcaform adopt' refuses this unless run with --accept tags"


def build_tag_notice(inventory: Inventory, defaults: Mapping[str, str]) -> str | None:
    """Return a notice about the default tags of a spec, None if all imported CAs have them."""
    own = [ca for ca in inventory.of_type(AUTHORITY) if not ca.is_reference]
    if own and not defaults:
        return f"if you add aws.default_tags, applying the stack changes the tags of these CAs: {_OPTION}"
    lacking = [ca for ca in own if _lacks(ca.attributes.get("tags") or {}, defaults)]
    if not lacking:
        return None
    names = ", ".join(sorted(defaults))
    return f"{len(lacking)} CAs lack the default tags of the spec ({names}), and applying adds them: {_OPTION}"


def _lacks(tags: Mapping[str, str], defaults: Mapping[str, str]) -> bool:
    return any(tags.get(name) != value for name, value in defaults.items())
