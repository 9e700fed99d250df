"""What is there before the command of a picture: a repository with a change, an account with a fault."""

import subprocess
import sys
from pathlib import Path

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ALL_ACTIONS, Pki


def changed_key(home: Path, _server: Sandbox) -> None:
    """Commit a spec on main, and change the key algorithm of its issuing CA."""
    spec = home / "corp-pki.yaml"
    init = ["init", "--shape", "acm", "--account-id", "123456789012", "--region", "eu-west-1"]
    _run(sys.executable, "-m", "pcaform", *init, home=home)
    _run("git", "init", "-q", "-b", "main", home=home)
    _run("git", "add", ".", home=home)
    author = ("-c", "user.name=tester", "-c", "user.email=tester@corp.example", "-c", "commit.gpgsign=false")
    _run("git", *author, "commit", "-qm", "first", home=home)
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace("EC_prime256v1", "EC_secp384r1"), encoding="utf-8")


def broken_renewal(_home: Path, server: Sandbox) -> None:
    """Create a root and an issuing CA, have ACM issue, and take ACM's permission away."""
    pki, acm = Pki(server.client("acm-pca")), server.client("acm")
    root = pki.root(configuration={"Subject": {"CommonName": "Corp Root CA"}})
    issuing = pki.subordinate(root, configuration={"Subject": {"CommonName": "Corp Issuing CA 1"}})
    acm_itself = {"CertificateAuthorityArn": issuing, "Principal": "acm.amazonaws.com"}
    pki.client.create_permission(**acm_itself, Actions=ALL_ACTIONS)
    request = {"DomainName": "shop.corp.example", "CertificateAuthorityArn": issuing, "KeyAlgorithm": "EC_prime256v1"}
    certificate = acm.request_certificate(**request)["CertificateArn"]
    acm.export_certificate(CertificateArn=certificate, Passphrase=b"correct horse")
    pki.client.delete_permission(**acm_itself)


def _run(*command: str, home: Path) -> None:
    subprocess.run(command, cwd=home, check=True, capture_output=True)
