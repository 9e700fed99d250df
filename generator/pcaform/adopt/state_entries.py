"""Builds state entries for resources that a plan (JSON) would create, but that may exist already.

Terraform's plan has the address, every argument, the provider and the schema version. Only the id is built here, so
that the provider can read the object; Terraform's refresh removes entries of objects that do not exist at AWS.
Formats: https://developer.hashicorp.com/terraform/internals/json-format, and the provider's documentation for ids.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pcaform.adopt.state import Entry
from pcaform.terraform.addresses import parse
from pcaform.terraform.resource_types import (
    IAM_POLICY,
    IAM_ROLE,
    IAM_ROLE_POLICY_ATTACHMENT,
    IAM_USER,
    IAM_USER_POLICY_ATTACHMENT,
    PERMISSION,
    SHARE,
)

Planned = Mapping[str, Any]


def _arn_of_policy(after: Planned, account: str) -> str:
    return f"{account}:policy{after['path']}{after['name']}"


IDS: Mapping[str, tuple[tuple[str, ...], Callable[[Planned, str], str]]] = {
    PERMISSION: (
        ("certificate_authority_arn", "principal", "actions"),
        lambda after, _: f"{after['certificate_authority_arn']},{after['principal']},",
    ),
    SHARE: (("resource_arn",), lambda after, _: str(after["resource_arn"])),
    IAM_POLICY: (("name", "path"), _arn_of_policy),
    IAM_USER: (("name",), lambda after, _: str(after["name"])),
    IAM_ROLE: (("name",), lambda after, _: str(after["name"])),
    IAM_USER_POLICY_ATTACHMENT: (
        ("user", "policy_arn"),
        lambda after, _: f"{after['user']}-{after['policy_arn']}",
    ),
    IAM_ROLE_POLICY_ATTACHMENT: (
        ("role", "policy_arn"),
        lambda after, _: f"{after['role']}-{after['policy_arn']}",
    ),
}
"""Resource type -> the arguments that must be known, and a function of them and of `arn:...::account` for the id."""


def planned_entries(plan: Mapping[str, Any], iam: str) -> Iterator[Entry]:
    """Yield an entry for each planned create of a type in IDS; `iam` is `arn:PARTITION:iam::ACCOUNT`."""
    for change in plan.get("resource_changes", []):
        required, build_id = IDS.get(change["type"], ((), None))
        after = change["change"].get("after") or {}
        if build_id is None or change["change"]["actions"] != ["create"] or not set(required) <= _known_names(after):
            continue
        yield _entry(change, {**after, "id": build_id(after, iam)}, plan["configuration"])


def _known_names(after: Planned) -> set[str]:
    return {name for name, value in after.items() if value is not None}


def _entry(change: Mapping[str, Any], attributes: dict[str, Any], configuration: Mapping[str, Any]) -> Entry:
    module = change.get("module_address", "")
    block, module_path = _find_block(change, configuration["root_module"])
    if change["type"] == IAM_POLICY:
        attributes["arn"] = attributes["id"]
    return Entry(
        address=change["address"],
        module=module,
        type=change["type"],
        name=change["name"],
        index=change.get("index"),
        provider=_provider(block["provider_config_key"], change["provider_name"], configuration, module_path),
        schema_version=block["schema_version"],
        attributes=attributes,
    )


def _find_block(change: Mapping[str, Any], module: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Return the configuration block of a changed resource, and the path of its module."""
    path = _names(change.get("module_address", ""))
    for name in path:
        module = module["module_calls"][name]["module"]
    for resource in module["resources"]:
        if (resource["type"], resource["name"]) == (change["type"], change["name"]):
            return resource, ".".join(f"module.{name}" for name in path)
    raise KeyError(change["address"])


def _names(module_address: str) -> list[str]:
    steps = parse(module_address).steps if module_address else ()
    return [step for step in steps if isinstance(step, str)][1::2]


def _provider(key: str, full_name: str, configuration: Mapping[str, Any], module_path: str) -> str:
    """Return a provider's address in the format of states: module, source and alias."""
    provider = configuration.get("provider_config", {}).get(key, {})
    alias = provider.get("alias")
    owner = f"{module_path}." if provider.get("module_address") else ""
    return f'{owner}provider["{full_name}"]' + (f".{alias}" if alias else "")
