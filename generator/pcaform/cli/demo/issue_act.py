"""The issuers in the demo, each with its own access key: AWS's case 1 and case 2.

OpenSSL is a second opinion: it makes the request of case 1 and verifies what the sandbox issued.
"""

import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.cli.demo.stack import require
from pcaform.core import facts
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.sandbox.server import Sandbox


@dataclass(frozen=True, slots=True)
class Issuer:
    """An IAM user's own clients."""

    acm: Any
    acm_pca: Any


def create_issuer(server: Sandbox, user_name: str) -> Issuer:
    """Create an access key for the user, and return the issuer that signs its calls with it."""
    key = server.client("iam").create_access_key(UserName=user_name)["AccessKey"]
    credentials = {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
    return Issuer(server.client("acm", **credentials), server.client("acm-pca", **credentials))


def issue_unmanaged(issuer: Issuer, *, arn: str, region: str, directory: Path) -> str:
    """Issue from a request made with OpenSSL, verify it, and return the certificate's ARN."""
    issued = issuer.acm_pca.issue_certificate(
        CertificateAuthorityArn=arn,
        Csr=_create_request(directory, "build.corp.example"),
        SigningAlgorithm="SHA256WITHECDSA",
        TemplateArn=facts.template_arn(region, facts.DEFAULT_TEMPLATE),
        Validity={"Type": "DAYS", "Value": 30},
    )
    certificate_arn = str(issued["CertificateArn"])
    issued = issuer.acm_pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=certificate_arn)
    _verify_chain(directory, issued)
    return certificate_arn


def try_denied_calls(issuer: Issuer, *, arn: str, other_arn: str, region: str) -> list[str]:
    """Try what an issuer must not do; return what was denied, raise StepFailed where a call is allowed."""
    order = {"Csr": b"-", "SigningAlgorithm": "SHA256WITHECDSA", "Validity": {"Type": "DAYS", "Value": 1}}
    template = facts.template_arn(region, "SubordinateCACertificate_PathLen0/V1")
    own = {"CertificateAuthorityArn": arn}
    attempts: dict[str, tuple[str, dict[str, Any]]] = {
        "issuing from another CA": ("issue_certificate", {"CertificateAuthorityArn": other_arn, **order}),
        "a CA certificate": ("issue_certificate", {**own, **order, "TemplateArn": template}),
        "a permission": ("delete_permission", {**own, "Principal": facts.ACM_PRINCIPAL}),
        "a policy of the CA": ("put_policy", {"ResourceArn": arn, "Policy": "{}"}),
        "deleting the CA": ("delete_certificate_authority", own),
    }
    for title, (method, arguments) in attempts.items():
        try:
            getattr(issuer.acm_pca, method)(**arguments)
        except issuer.acm_pca.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
        else:
            code = "nothing"
        require(code == "AccessDeniedException", f"{title}: the sandbox answered {code}")
    return [f"denied: {', '.join(attempts)}"]


def request_managed(issuer: Issuer, *, arn: str, user_name: str, directory: Path) -> str:
    """Request a certificate through ACM, tagged as the issuer's own, verify it, and return its ARN."""
    requested = issuer.acm.request_certificate(
        DomainName="www.corp.example",
        CertificateAuthorityArn=arn,
        KeyAlgorithm="EC_prime256v1",
        Tags=[{"Key": ISSUER_TAG, "Value": f"user/{user_name}"}],
    )
    certificate_arn = str(requested["CertificateArn"])
    certificate = _describe(issuer, certificate_arn)
    require(
        certificate["Status"] == "ISSUED", f"ACM says {certificate['Status']} {certificate.get('FailureReason', '')}"
    )
    _verify(issuer, certificate_arn, directory)
    return certificate_arn


def renew(issuer: Issuer, administrator: Any, *, certificate_arn: str, directory: Path) -> tuple[str, str]:
    """Make ACM renew, as it does before a certificate expires; return the serials before and after."""
    before, after = _renew(issuer, administrator, certificate_arn)
    require(after["Serial"] != before, f"ACM did not renew: {after.get('RenewalSummary')}")
    _verify(issuer, certificate_arn, directory)
    return before, after["Serial"]


def renew_without_permission(issuer: Issuer, administrator: Any, *, certificate_arn: str) -> str:
    """Make ACM try to renew without the CA's permission, as it does daily from then on; return its reason."""
    before, after = _renew(issuer, administrator, certificate_arn)
    summary = after.get("RenewalSummary", {})
    failed = after["Serial"] == before and "RenewalStatusReason" in summary
    require(failed, "the renewal went through without the permission")
    return str(summary["RenewalStatusReason"])


def _renew(issuer: Issuer, administrator: Any, certificate_arn: str) -> tuple[str, Any]:
    """Renew at once; ACM renews what was exported since. Return the serial before, and the certificate after."""
    before = _describe(issuer, certificate_arn)["Serial"]
    administrator.export_certificate(CertificateArn=certificate_arn, Passphrase=secrets.token_hex().encode())
    administrator.renew_certificate(CertificateArn=certificate_arn)
    return before, _describe(issuer, certificate_arn)


def _describe(issuer: Issuer, certificate_arn: str) -> Any:
    return issuer.acm.describe_certificate(CertificateArn=certificate_arn)["Certificate"]


def _verify(issuer: Issuer, certificate_arn: str, directory: Path) -> None:
    issued = issuer.acm.get_certificate(CertificateArn=certificate_arn)
    _verify_chain(directory, issued)


def has_openssl() -> bool:
    """Tell whether there is an `openssl` on PATH."""
    return shutil.which("openssl") is not None


def _create_request(directory: Path, common_name: str) -> bytes:
    """Return a certificate signing request, PEM, with a fresh key that stays in `directory`."""
    subject = ["-subj", f"/CN={common_name}", "-addext", f"subjectAltName=DNS:{common_name}"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(directory / "key.pem")]
    return _openssl("req", "-new", *key, *subject).stdout


def _verify_chain(directory: Path, issued: Mapping[str, Any]) -> None:
    """Raise StepFailed unless what AWS returned has a certificate that chains to the root that ends its chain."""
    end = "-----END CERTIFICATE-----"
    *middle, root = [f"{part.strip()}\n{end}\n" for part in issued["CertificateChain"].split(end) if part.strip()]
    files = {"leaf.pem": issued["Certificate"], "root.pem": root, "middle.pem": "\n".join(middle)}
    for name, text in files.items():
        (directory / name).write_text(text, encoding="ascii")
    leaf, anchor, untrusted = (str(directory / name) for name in files)
    options = ["-x509_strict", "-CAfile", anchor, *(["-untrusted", untrusted] if middle else [])]
    done = _openssl("verify", *options, leaf)
    require(done.returncode == 0, f"openssl does not verify it: {done.stderr.decode(errors='replace').strip()}")


def _openssl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL)
