"""Every rule of the guard: its level, which change it is about, and what that does at AWS.

What a delete does is read in the provider's source (internal/service/acmpca): a CA is disabled and deleted, a
certificate is revoked, a permission is deleted, and an installation is left as it is. What follows from it, below
https://docs.aws.amazon.com/privateca/latest/: userguide/PCADeleteCA.html, APIReference/API_DeletePermission.html,
APIReference/API_RevokeCertificate.html, userguide/pca-rbp.html, APIReference/API_CrlConfiguration.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pcaform.checks.guard.levels import Level

_BREAKS, _WIDENS, _NOTICE = Level.BREAKS_TRUST, Level.WIDENS_ACCESS, Level.NOTICE


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule is about, in words for the documentation."""

    level: Level
    change: str
    consequence: str


RULES: Mapping[str, Rule] = {
    "ca-destroyed": Rule(
        _BREAKS, "destroys a CA", "it is disabled at once and deleted after 7 to 30 days, with its key"
    ),
    "ca-replaced": Rule(
        _BREAKS,
        "replaces a CA: subject, key, type and the like changed",
        "the same, and a new CA with a new key that nothing trusts",
    ),
    "ca-made-again": Rule(
        _BREAKS,
        "creates a CA that exists, or that was deleted outside",
        "a second CA with a new key; the one that is trusted is out of Terraform's sight, or gone",
    ),
    "arn-changed": Rule(
        _BREAKS,
        "gives the entry of a CA or a certificate the ARN of another one",
        "the state keeps the one that it has; where it is lost, the other one is taken and changed in its place",
    ),
    "ca-disabled": Rule(_BREAKS, "disables a CA", "it issues and renews nothing, and publishes no revocation"),
    "certificate-destroyed": Rule(
        _BREAKS,
        "destroys an `aws_acmpca_certificate`",
        "it is revoked; one that signs itself is not, but Terraform loses it",
    ),
    "certificate-replaced": Rule(
        _BREAKS, "replaces an `aws_acmpca_certificate`", "the same, and another one is issued"
    ),
    "certificate-rolled-back": Rule(
        _BREAKS,
        "installs a certificate in a CA that is not newer than the live one",
        "a CA renewed outside Terraform has its old certificate again",
    ),
    "certificate-reissued": Rule(
        _BREAKS,
        "installs a new certificate over a live one that this stack did not issue or install",
        "the CA presents another certificate than the one that is known",
    ),
    "permission-destroyed": Rule(
        _BREAKS, "takes ACM's permission away", "ACM renews nothing any more, which shows months later"
    ),
    "permission-replaced": Rule(
        _BREAKS, "replaces it, perhaps with fewer actions", "ACM cannot renew in between, or never again"
    ),
    "revocation-off": Rule(
        _BREAKS,
        "switches a revocation list or OCSP off, or closes the list to its readers",
        "nobody learns of revoked certificates any more, or refuses all of them",
    ),
    "revocation-moved": Rule(
        _BREAKS,
        "gives the list or OCSP another bucket or name, or takes the name away",
        "certificates issued so far name the old place, which is not served any more",
    ),
    "list-bucket-destroyed": Rule(
        _BREAKS,
        "destroys the bucket of a revocation list or its policy, or takes from AWS the right to write there",
        "lists end, and no new one can be written",
    ),
    "share-narrowed": Rule(
        _BREAKS,
        "takes a CA's policy or its share of RAM away, or keeps somebody out of it",
        "they issue and renew nothing from this CA any more, which shows months later",
    ),
    "share-open": Rule(_BREAKS, "lets everybody in with a CA's policy", "whoever has an AWS account may use the CA"),
    "ca-template": Rule(
        _BREAKS,
        "lets a policy that exists, or another account, issue CA certificates",
        "its principals can make CAs that everybody trusts who trusts this one",
    ),
    "role-trusts-anybody": Rule(
        _BREAKS, "lets everybody take a role that may use CAs", "whoever has an AWS account has the role's rights"
    ),
    "stack-moved": Rule(_BREAKS, "moves the stack to another region or account", "every CA is made anew there"),
    "state-moved": Rule(
        _BREAKS, "keeps the state of a stack in another place", "Terraform finds no state there and makes every CA anew"
    ),
    "stack-gone": Rule(_BREAKS, "takes the spec of a stack away", "nothing says any more how its CAs are kept"),
    "privileged-template": Rule(
        _WIDENS,
        "lets a policy that exists issue by a template that leaves a certificate's purpose to the request",
        "its principals sign code, OCSP answers, or whatever they ask for",
    ),
    "policy-widened": Rule(_WIDENS, "lets a policy that exists allow more", "its principals may do more with CAs"),
    "access-granted": Rule(_WIDENS, "adds a policy that is about CAs", "its principals may do more with CAs"),
    "trust-extended": Rule(_WIDENS, "lets more principals take a role that may use CAs", "they have its rights"),
    "share-extended": Rule(_WIDENS, "lets more accounts issue from a CA", "they issue without being asked"),
    "secret-in-state": Rule(
        _WIDENS, "puts a secret into the state", "whoever reads the state, or a backup of it, has the secret"
    ),
    "access-removed": Rule(_NOTICE, "takes away a policy that is about CAs", "its principals issue nothing by it"),
    "policy-changed": Rule(
        _NOTICE, "changes a policy without a request that it newly allows", "nothing that pcaform could find"
    ),
    "principal-destroyed": Rule(
        _NOTICE, "destroys or replaces a user or a role that may use CAs", "whoever uses it issues nothing any more"
    ),
    "managed-certificate-destroyed": Rule(
        _NOTICE,
        "destroys or replaces a private certificate of ACM",
        "certificate and key are gone once nothing uses it",
    ),
    "protection-lifted": Rule(
        _NOTICE,
        "takes `deletion_protection` from a CA, or gives `force_destroy` to a bucket of lists",
        "the plan after it may destroy the CA, or the lists with their bucket",
    ),
    "deletion-window-shortened": Rule(
        _NOTICE, "makes the time shorter in which a deleted CA can be restored", "after it the key is gone for good"
    ),
    "waiver-expired": Rule(_BREAKS, "relies on a waiver whose last day is over", "what it accepted counts again"),
}
"""By level, then as the documentation tells them."""
