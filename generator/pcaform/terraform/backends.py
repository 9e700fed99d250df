"""The backends of Terraform 1.11 with their arguments: which hold a secret, and where Terraform takes it from instead.

Source: https://developer.hashicorp.com/terraform/language/backend; `terraform init` refuses every other name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

_SECRET_TEXT = re.compile(
    r"://[^/?#\s]*:[^/?#\s]*@|\bpassword\s*=|[?&][a-z_-]*(token|password|secret|sig|key)=|PRIVATE KEY|\"private_key",
    re.IGNORECASE,
)
"""A password in a URL or a connection, a token in a query, the content of a key's file instead of its name."""


@dataclass(frozen=True, slots=True)
class Backend:
    """The names of a backend's plain arguments, its secrets by their environment variable, its objects and blocks."""

    plain: frozenset[str]
    secrets: Mapping[str, str]
    objects: Mapping[str, frozenset[str]]
    """The keys of each object; an empty one has any keys, with text."""
    blocks: frozenset[str]

    @property
    def names(self) -> list[str]:
        """The names that a spec can have."""
        return sorted({*self.plain, *self.objects})


def _backend(plain: str, *, secrets: str = "", objects: Mapping[str, str] | None = None, blocks: str = "") -> Backend:
    variables = dict(pair.split("=") for pair in secrets.split())
    keys = {name: frozenset(words.split()) for name, words in (objects or {}).items()}
    return Backend(frozenset(plain.split()), variables, keys, frozenset(blocks.split()))


_S3_ROLE = "role_arn duration policy policy_arns session_name"

BACKENDS: Mapping[str, Backend] = {
    "azurerm": _backend(
        "ado_pipeline_service_connection_id client_certificate_path client_id client_id_file_path "
        "client_secret_file_path container_name endpoint environment key lookup_blob_endpoint metadata_host "
        "msi_endpoint oidc_request_url oidc_token_file_path resource_group_name snapshot storage_account_name "
        "subscription_id tenant_id use_aks_workload_identity use_azuread_auth use_cli use_msi use_oidc",
        secrets="access_key=ARM_ACCESS_KEY sas_token=ARM_SAS_TOKEN client_secret=ARM_CLIENT_SECRET "
        "client_certificate=ARM_CLIENT_CERTIFICATE client_certificate_password=ARM_CLIENT_CERTIFICATE_PASSWORD "
        "oidc_token=ARM_OIDC_TOKEN oidc_request_token=ARM_OIDC_REQUEST_TOKEN",
    ),
    "consul": _backend(
        "address ca_file cert_file datacenter gzip key_file lock path scheme",
        secrets="access_token=CONSUL_HTTP_TOKEN http_auth=CONSUL_HTTP_AUTH",
    ),
    "cos": _backend(
        "accelerate acl bucket cam_role_name domain encrypt endpoint key prefix profile region shared_credentials_dir",
        secrets="secret_id=TENCENTCLOUD_SECRET_ID secret_key=TENCENTCLOUD_SECRET_KEY "
        "security_token=TENCENTCLOUD_SECURITY_TOKEN",
        blocks="assume_role",
    ),
    "gcs": _backend(
        "bucket credentials impersonate_service_account impersonate_service_account_delegates kms_encryption_key "
        "prefix storage_custom_endpoint",
        secrets="access_token=GOOGLE_OAUTH_ACCESS_TOKEN encryption_key=GOOGLE_ENCRYPTION_KEY",
    ),
    "http": _backend(
        "address client_ca_certificate_pem client_certificate_pem lock_address lock_method retry_max retry_wait_max "
        "retry_wait_min skip_cert_verification unlock_address unlock_method update_method username",
        secrets="password=TF_HTTP_PASSWORD client_private_key_pem=TF_HTTP_CLIENT_PRIVATE_KEY_PEM",
    ),
    "kubernetes": _backend(
        "client_certificate cluster_ca_certificate config_context config_context_auth_info config_context_cluster "
        "config_path config_paths host in_cluster_config insecure load_config_file namespace proxy_url secret_suffix "
        "username",
        secrets="client_key=KUBE_CLIENT_KEY_DATA password=KUBE_PASSWORD token=KUBE_TOKEN",
        objects={"labels": ""},
        blocks="exec",
    ),
    "local": _backend("path workspace_dir"),
    "oss": _backend(
        "acl assume_role_policy assume_role_role_arn assume_role_session_expiration assume_role_session_name bucket "
        "ecs_role_name encrypt endpoint key prefix profile region shared_credentials_file sts_endpoint "
        "tablestore_endpoint tablestore_table",
        secrets="access_key=ALICLOUD_ACCESS_KEY secret_key=ALICLOUD_SECRET_KEY security_token=ALICLOUD_SECURITY_TOKEN",
        blocks="assume_role",
    ),
    "pg": _backend("conn_str schema_name skip_index_creation skip_schema_creation skip_table_creation"),
    "remote": _backend("hostname organization", secrets="token=TF_TOKEN_app_terraform_io", blocks="workspaces"),
    "s3": _backend(
        "acl allowed_account_ids bucket custom_ca_bundle dynamodb_endpoint dynamodb_table encrypt endpoint "
        "ec2_metadata_service_endpoint ec2_metadata_service_endpoint_mode forbidden_account_ids force_path_style "
        "http_proxy https_proxy iam_endpoint insecure key kms_key_id max_retries no_proxy profile region retry_mode "
        "shared_config_files shared_credentials_file shared_credentials_files skip_credentials_validation "
        "skip_metadata_api_check skip_region_validation skip_requesting_account_id skip_s3_checksum sts_endpoint "
        "sts_region use_dualstack_endpoint use_fips_endpoint use_lockfile use_path_style workspace_key_prefix",
        secrets="access_key=AWS_ACCESS_KEY_ID secret_key=AWS_SECRET_ACCESS_KEY token=AWS_SESSION_TOKEN "
        "sse_customer_key=AWS_SSE_CUSTOMER_KEY web_identity_token=AWS_WEB_IDENTITY_TOKEN_FILE",
        objects={
            "assume_role": f"{_S3_ROLE} external_id source_identity tags transitive_tag_keys",
            "assume_role_with_web_identity": f"{_S3_ROLE} web_identity_token_file",
            "endpoints": "dynamodb iam s3 sso sts",
        },
    ),
}


CLOUD = _backend(
    "hostname organization", secrets="token=TF_TOKEN_app_terraform_io", objects={"workspaces": "name project tags"}
)
"""https://developer.hashicorp.com/terraform/cli/cloud/settings: what `backend` is to others."""

REMOTE_STATES: Mapping[str, Backend] = {
    **BACKENDS,
    "remote": replace(BACKENDS["remote"], objects={"workspaces": frozenset(["name"])}, blocks=frozenset()),
}
"""https://developer.hashicorp.com/terraform/language/state/remote-state-data: HCP Terraform too is `remote` there."""


def describe_gap(cloud: Mapping[str, Any]) -> str:
    """Return what a `cloud` lacks to say which workspace has the state; empty for nothing."""
    workspaces = cloud.get("workspaces")
    named = [name for name in ("name", "tags") if isinstance(workspaces, Mapping) and workspaces.get(name)]
    is_whole = isinstance(cloud.get("organization"), str) and len(named) == 1
    return "" if is_whole else "'cloud' needs 'organization', and 'workspaces' with either 'name' or 'tags'"


def is_secret_text(value: Any) -> bool:
    """Tell whether the value of a plain argument holds a secret anyway."""
    return any(isinstance(text, str) and _SECRET_TEXT.search(text) for text in _list_scalars(value))


def is_literal(value: Any, *, depth: int = 0) -> bool:
    """Tell whether a value is a scalar, or a list of scalars; mappings too, `depth` levels of them."""
    if isinstance(value, Mapping):
        return depth > 0 and all(is_literal(each, depth=depth - 1) for each in value.values())
    return not isinstance(value, list | tuple) or not any(isinstance(each, list | Mapping) for each in value)


def _list_scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _list_scalars(each)
    else:
        yield value
