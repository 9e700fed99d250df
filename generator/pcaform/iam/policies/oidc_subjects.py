"""Checks subjects of OIDC tokens in a trust policy: whether a pattern also matches subjects of other tenants.

Public providers put the tenant first: https://docs.github.com/en/actions/reference/security/oidc,
https://docs.gitlab.com/ci/secrets/id_token_authentication/, and for others
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html.
"""

import re

_TENANTS = (
    "repo:",
    "repository:",
    "repository_owner:",
    "repository_owner_id:",
    "job_workflow_ref:",
    "project_path:",
    "organization:",
    "org/",
    "owner:",
)
"""The prefixes of tenants in the subjects of GitHub, GitLab, HCP Terraform, Buildkite, CircleCI and Vercel."""

_WILD = re.compile(r"[*?]|\$\{")


def is_untrusted_subject(subject: str) -> bool:
    """Tell whether a pattern matches subjects of any tenant: a wildcard or a variable is before the tenant's end."""
    wild = _WILD.search(subject)
    if wild is None:
        return False
    head = subject[: wild.start()]
    if any(start.startswith(head) for start in _TENANTS):
        return True
    tenants = [head.removeprefix(start) for start in _TENANTS if head.startswith(start)]
    return any(re.match("[^:/]+[:/]", tenant) is None for tenant in tenants)
