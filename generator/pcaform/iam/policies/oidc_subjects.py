"""Subjects of tokens: whether what a trust policy asks for is somebody's, or anybody's who registers with the provider.

Providers that serve the whole world put the tenant first: https://docs.github.com/en/actions/reference/security/oidc,
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
"""What comes before a tenant in the subjects of GitHub, GitLab, HCP Terraform, Buildkite, CircleCI and Vercel."""

_WILD = re.compile(r"[*?]|\$\{")


def is_untrusted_subject(subject: str) -> bool:
    """Tell whether a pattern fits subjects of tenants that it does not name: a wildcard or a variable comes first."""
    wild = _WILD.search(subject)
    if wild is None:
        return False
    head = subject[: wild.start()]
    if any(start.startswith(head) for start in _TENANTS):
        return True
    named = [head.removeprefix(start) for start in _TENANTS if head.startswith(start)]
    return any(re.match("[^:/]+[:/]", tenant) is None for tenant in named)
