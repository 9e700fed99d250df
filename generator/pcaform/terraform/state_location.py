"""Where the state of a stack lies, as its backend says: two stacks in one place destroy each other's resources.

Settings of access, locking and encryption are left out; every other one may name another state. Defaults and spellings
are those of https://developer.hashicorp.com/terraform/language/backend and of the backends' source,
https://github.com/hashicorp/terraform/tree/v1.11.0/internal/backend.
"""

import posixpath
import re
from collections.abc import Mapping
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
_LOCATED_BY: Mapping[str, Mapping[str, str | None]] = {
    LOCAL: {"path": FILE},
    "azurerm": {"storage_account_name": "", "container_name": None, "key": None},
    "cloud": {"hostname": "app.terraform.io", "organization": None, "workspaces": None},
    "consul": {"address": "127.0.0.1:8500", "path": None},
    "cos": {"bucket": None, "prefix": "", "key": FILE},
    "gcs": {"bucket": None, "prefix": ""},
    "http": {"address": None},
    "kubernetes": {"namespace": "default", "secret_suffix": None},
    "oss": {"bucket": None, "prefix": "env:", "key": FILE},
    "pg": {"conn_str": None, "schema_name": "terraform_remote_state"},
    "remote": {"hostname": "app.terraform.io", "organization": "", "workspaces": None},
    "s3": {"bucket": None, "key": None},
}
"""The settings of a backend that make a state another one, with their defaults; without the others it is not known."""
_PORTS = {"": 80, "http": 80, "https": 443, "postgres": 5432, "postgresql": 5432}


def state_location(backend: Mapping[str, Mapping[str, Any]] | None) -> tuple[str, dict[str, Any]]:
    """Return the kind of a backend and the settings that locate the state; no backend is a file in the stack."""
    for kind, arguments in (backend or {}).items():
        defaults, workspaces = _LOCATED_BY.get(kind, {}), arguments.get("workspaces") or {}
        of_cloud = {"workspaces": workspaces.get("name"), "workspace_names": workspaces.get("tags")}  # in any project
        settings = {**arguments, **of_cloud}
        return kind, {
            name: value
            for name, value in settings.items()
            if not _ACCESS.fullmatch(name) and value not in (None, defaults.get(name))
        }
    return LOCAL, {}


def state_identity(backend: str, settings: Mapping[str, Any], directory: str) -> tuple[str, ...] | None:
    """Return what two stacks with one state have in common; None if only 'terraform init' is told where the state is.

    A local path is relative to the directory of the stack, which is beside those of other stacks. Terraform joins the
    parts of an object's name like those of a path, or refuses what a bucket would read otherwise.
    """
    defaults = _LOCATED_BY.get(backend, dict.fromkeys(sorted(settings)))
    values = {name: str(settings.get(name, default) or "") for name, default in defaults.items()}
    if not values or any(default is None and not values[name] for name, default in defaults.items()):
        return None
    if backend == LOCAL:
        return (LOCAL, posixpath.normpath(posixpath.join(directory, values["path"])))
    if "bucket" in values:
        return (backend, posixpath.normpath("/".join(values.values())))
    return (backend, *(part for name, value in values.items() for part in _normalize(backend, name, value)))


def _normalize(backend: str, name: str, value: str) -> tuple[str, ...]:
    """Return a setting in one spelling; which scheme a database or Consul is asked with makes no other state."""
    if name in ("address", "conn_str"):
        return _url(value) if backend == "http" else _url(value)[1:4]
    return (value.lower() if name in ("hostname", "storage_account_name") else value.strip("/"),)


def _url(text: str) -> tuple[str, ...]:
    """Return scheme, host, port, path and query of a URL, which may have no scheme, as its server sees them."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host, port = (parts.hostname or "").removesuffix("."), parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ("", text, "", "", "")
    return (parts.scheme, "127.0.0.1" if host == "localhost" else host, str(port), parts.path or "/", parts.query)
