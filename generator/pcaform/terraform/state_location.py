"""Where the state of a stack lies, as its backend says: two stacks in one place destroy each other's resources.

Settings of access, locking and encryption are left out; every other one may name another state:
https://developer.hashicorp.com/terraform/language/backend.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

LOCAL = "local"
FILE = "terraform.tfstate"
"""The state in the directory of a stack without another backend."""
_ACCESS = re.compile(
    r"assume_role.*|profile|role_arn|session_name|external_id|transitive_tag_keys|.*policy(_arns)?|.*tags"  # access
    r"|access_key|secret_key|.*token|.*credentials.*|shared_config_files?|username|password|client_.*|oidc_.*"
    r"|impersonate_.*|tenant_id|subscription_id|resource_group_name|msi_endpoint|http_auth|.*_account_ids|sas_.*"
    r"|encrypt|.*encryption_key|kms_.*|sse_.*|acl|snapshot|gzip"  # encryption and copies
    r"|dynamodb_.*|use_.*|lock|.*lock_.*"  # locking and endpoints
    r"|iam_.*|sts_.*|ec2_.*|.*proxy|custom_ca_bundle|ca_file|cert_file|key_file|insecure|force_path_style|max_retries"
    r"|retry_.*|skip_.*"
)
"""Arguments of backends that do not name a location."""
_DEFAULTS = {LOCAL: {"path": FILE}}


def state_location(backend: Mapping[str, Mapping[str, Any]] | None) -> tuple[str, dict[str, Any]]:
    """Return the kind of a backend and the settings that locate the state; no backend is a file in the stack."""
    for kind, settings in (backend or {}).items():
        defaults = _DEFAULTS.get(kind, {})
        return kind, {
            name: value
            for name, value in settings.items()
            if not _ACCESS.fullmatch(name) and value not in (None, defaults.get(name))
        }
    return LOCAL, {}


_IDENTITY = {
    LOCAL: (("path",), ()),
    "s3": (("bucket", "key"), ()),
    "gcs": (("bucket",), ("prefix",)),
    "azurerm": (("container_name", "key"), ("storage_account_name",)),
    "oss": (("bucket",), ("prefix", "key")),
    "cos": (("bucket",), ("prefix", "key")),
    "kubernetes": (("secret_suffix",), ("namespace",)),
    "consul": (("path",), ("address",)),
    "http": (("address",), ()),
    "pg": (("conn_str",), ("schema_name",)),
    "remote": (("workspaces",), ("organization", "hostname")),
}
"""The settings of a backend that make a state another one: those without which it is not known, and others."""


def state_identity(backend: str, settings: Mapping[str, Any], stack: str) -> tuple[str, ...] | None:
    """Return what two stacks with one state have in common; None if only 'terraform init' is told where the state is.

    A local path is relative to the directory of the stack, which is beside those of other stacks.
    """
    required, others = _IDENTITY.get(backend, (tuple(settings), ()))
    if backend == LOCAL:
        return (LOCAL, posixpath.normpath(posixpath.join(stack, settings.get("path", FILE))))
    if not required or not all(settings.get(name) for name in required):
        return None
    return (backend, *(repr(settings.get(name)) for name in (*required, *others)))
