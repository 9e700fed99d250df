"""Where a stack keeps its state, in two specs: elsewhere Terraform finds none, and makes every CA a second time.

Settings: https://developer.hashicorp.com/terraform/language/backend. What only says who reads, locks or encrypts a
state is left out of the comparison; all else may tell two states apart.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.findings import finding
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.verdict import Outcome
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


def backend_changed(before: Spec, after: Spec) -> Iterator[Outcome]:
    """Yield the finding on a stack that looks for its state in another place than before."""
    (old_kind, old), (new_kind, new) = _place(before), _place(after)
    if (old_kind, old) == (new_kind, new) or not calls(before):
        return
    is_secret = not {old_kind, new_kind} <= _SHOWN
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    if old_kind != new_kind:
        names, is_secret = ["backend"], False
    values = {"backend": old_kind, **old}, {"backend": new_kind, **new}
    change = Change("terraform.backend", "backend", ("update",), *values, {}, "", (), "", secret=(is_secret, is_secret))
    message = "the state is looked for in another place: where there is none, Terraform makes all CAs a second time"
    advice = (
        "take the state along with 'terraform init -migrate-state', see that a plan has no changes, and waive this; or "
        "leave the backend as it is"
    )
    yield finding(change, "state-moved", message, advice=advice, arguments=names)


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
