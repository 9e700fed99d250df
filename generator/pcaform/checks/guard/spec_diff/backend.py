"""Compares the state locations of two specs: in a new location Terraform finds no state and creates every CA again.

Settings: https://developer.hashicorp.com/terraform/language/backend. Settings of access, locking and encryption
are left out of the comparison; every other setting may name another state.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.spec_diff import change_types
from pcaform.render.plan.resources import calls
from pcaform.spec.stack import Spec

_LOCAL = "local"
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
_SHOWN = frozenset(("s3", "gcs", "azurerm", _LOCAL))
"""Backends whose locations contain no secret; a database connection does."""
_DEFAULTS = {_LOCAL: {"path": "terraform.tfstate"}}


def backend_change(before: Spec, after: Spec) -> Iterator[Change]:
    """Yield the change of a backend, if the state is in another location than before."""
    (old_kind, old), (new_kind, new) = _location(before), _location(after)
    if (old_kind, old) == (new_kind, new) or not calls(before):
        return
    is_secret = old_kind == new_kind and old_kind not in _SHOWN
    values = {"backend": old_kind, **old}, {"backend": new_kind, **new}
    secret = (is_secret, is_secret)
    yield Change("terraform.backend", change_types.BACKEND, ("update",), *values, {}, "", (), "", secret=secret)


def _location(spec: Spec) -> tuple[str, Mapping[str, Any]]:
    """Return the type and location settings of a backend; without one the state is a file in the stack's directory."""
    for kind, settings in (spec.terraform.backend or {}).items():
        defaults = _DEFAULTS.get(kind, {})
        return kind, {
            name: value
            for name, value in settings.items()
            if not _ACCESS.fullmatch(name) and value not in (None, defaults.get(name))
        }
    return _LOCAL, {}
