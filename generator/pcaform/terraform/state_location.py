"""Where the state of a stack lies, as its backend says: two stacks in one place destroy each other's resources.

Settings of access, locking and encryption are left out; every other one may name another state. Defaults and spellings
are those of https://developer.hashicorp.com/terraform/language/backend and of the backends' source,
https://github.com/hashicorp/terraform/tree/v1.11.0/internal/backend.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

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
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    LOCAL: {"path": FILE},
    "consul": {"address": "127.0.0.1:8500"},
    "cos": {"prefix": "", "key": FILE},
    "gcs": {"prefix": ""},
    "kubernetes": {"namespace": "default"},
    "oss": {"prefix": "env:", "key": FILE},
    "pg": {"schema_name": "terraform_remote_state"},
    "remote": {"hostname": "app.terraform.io"},
    "s3": {"workspace_key_prefix": "env:"},
}
_PORTS = {"": 80, "http": 80, "https": 443, "postgres": 5432, "postgresql": 5432}


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


def _path(text: str) -> str:
    """Return the name of an object in a bucket, as Terraform joins it or the service reads it."""
    return posixpath.normpath(f"/{text}").strip("/")


def _url(text: str) -> tuple[str, ...]:
    """Return scheme, host, port, path and query of a URL, which may have no scheme, as its server sees them."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host, port = (parts.hostname or "").removesuffix("."), parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ("", text, "", "", "")
    return (parts.scheme, "127.0.0.1" if host == "localhost" else host, str(port), parts.path or "/", parts.query)


_IDENTITY: Mapping[str, tuple[tuple[str, ...], Callable[[Mapping[str, str]], tuple[str, ...]]]] = {
    "s3": (("bucket", "key"), lambda given: (given["bucket"], given["key"].strip("/"))),
    "gcs": (("bucket",), lambda given: (given["bucket"], _path(given["prefix"]))),
    "azurerm": (
        ("container_name", "key"),
        lambda given: (given.get("storage_account_name", "").lower(), given["container_name"], given["key"]),
    ),
    "oss": (("bucket",), lambda given: (given["bucket"], _path(f"{given['prefix']}/{given['key']}"))),
    "cos": (("bucket",), lambda given: (given["bucket"], _path(f"{given['prefix']}/{given['key']}"))),
    "kubernetes": (("secret_suffix",), lambda given: (given["namespace"], given["secret_suffix"])),
    "consul": (("path",), lambda given: (*_url(given["address"])[1:], given["path"].strip("/"))),
    "http": (("address",), lambda given: _url(given["address"])),
    "pg": (("conn_str",), lambda given: (*_url(given["conn_str"])[1:4], given["schema_name"])),
    "remote": (
        ("workspaces",),
        lambda given: (given["hostname"].lower(), given.get("organization", ""), given["workspaces"]),
    ),
}
"""The settings without which the state is not known, and what makes a state another one, in one spelling."""


def state_identity(backend: str, settings: Mapping[str, Any], directory: str) -> tuple[str, ...] | None:
    """Return what two stacks with one state have in common; None if only 'terraform init' is told where the state is.

    A local path is relative to the directory of the stack, which is beside those of other stacks.
    """
    given = {**_DEFAULTS.get(backend, {}), **{name: str(value) for name, value in settings.items()}}
    if backend == LOCAL:
        return (LOCAL, posixpath.normpath(posixpath.join(directory, given["path"])))
    required, identify = _IDENTITY.get(backend, (tuple(given), lambda given: tuple(map(repr, sorted(given.items())))))
    return (backend, *identify(given)) if required and all(given.get(name) for name in required) else None
