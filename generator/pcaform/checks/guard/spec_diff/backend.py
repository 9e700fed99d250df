"""Where a stack keeps its state, in two specs: elsewhere Terraform finds none, and makes every CA a second time.

Settings: https://developer.hashicorp.com/terraform/language/backend. What only says who reads, locks or encrypts a
state is left out of the comparison; all else may tell two states apart.
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
    r"assume_role.*|profile|role_arn|session_name|external_id|transitive_tag_keys|.*policy(_arns)?|.*tags"  # who it is
    r"|access_key|secret_key|.*token|.*credentials.*|shared_config_files?|username|password|client_.*|oidc_.*"
    r"|impersonate_.*|tenant_id|subscription_id|resource_group_name|msi_endpoint|http_auth|.*_account_ids|sas_.*"
    r"|encrypt|.*encryption_key|kms_.*|sse_.*|acl|snapshot|gzip"  # how it is kept
    r"|dynamodb_.*|use_.*|lock|.*lock_.*"  # how it is locked, and which ways to it are used
    r"|iam_.*|sts_.*|ec2_.*|.*proxy|custom_ca_bundle|ca_file|cert_file|key_file|insecure|force_path_style|max_retries"
    r"|retry_.*|skip_.*"
)
"""Arguments of backends that name no place."""
_SHOWN = frozenset(("s3", "gcs", "azurerm", _LOCAL))
"""Backends whose places hold no secret; a connection to a database does."""
_DEFAULTS = {_LOCAL: {"path": "terraform.tfstate"}}


def backend_change(before: Spec, after: Spec) -> Iterator[Change]:
    """Yield the change of a backend, where the stack looks for its state in another place than before."""
    (old_kind, old), (new_kind, new) = _place(before), _place(after)
    if (old_kind, old) == (new_kind, new) or not calls(before):
        return
    is_secret = old_kind == new_kind and old_kind not in _SHOWN
    values = {"backend": old_kind, **old}, {"backend": new_kind, **new}
    secret = (is_secret, is_secret)
    yield Change("terraform.backend", change_types.BACKEND, ("update",), *values, {}, "", (), "", secret=secret)


def _place(spec: Spec) -> tuple[str, Mapping[str, Any]]:
    """Return a backend's kind and what tells its states apart; without one the state is a file beside the stack."""
    for kind, settings in (spec.terraform.backend or {}).items():
        defaults = _DEFAULTS.get(kind, {})
        return kind, {
            name: value
            for name, value in settings.items()
            if not _ACCESS.fullmatch(name) and value not in (None, defaults.get(name))
        }
    return _LOCAL, {}
