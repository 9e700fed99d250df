"""What `import aws` says beforehand about tags: the one difference that almost every adoption meets.

A provider with default tags wants them on all that it manages, and what was made outside Terraform has none of them.
"""

from collections.abc import Mapping

from pcaform.sources.inventory import Inventory

_CA = "aws_acmpca_certificate_authority"
_OPTION = "'pcaform adopt' refuses that unless it is run with --accept tags"


def announcement(inventory: Inventory, defaults: Mapping[str, str]) -> str | None:
    """Return what to expect of the default tags of a spec, None where all CAs that were found have them."""
    own = [each for each in inventory.of_type(_CA) if not each.is_reference]
    if own and not defaults:
        return f"should you add aws.default_tags, applying the stack changes the tags of these CAs: {_OPTION}"
    lacking = [each for each in own if _lacks(each.attributes.get("tags") or {}, defaults)]
    if not lacking:
        return None
    names = ", ".join(sorted(defaults))
    return f"{len(lacking)} CAs have not the default tags of the spec ({names}), applying adds them: {_OPTION}"


def _lacks(tags: Mapping[str, str], defaults: Mapping[str, str]) -> bool:
    return any(tags.get(name) != value for name, value in defaults.items())
