"""OpenSSL as a second opinion: it makes the request of case 1 and verifies what the sandbox issued."""

import shutil
import subprocess
from pathlib import Path

from pcaform.cli.demo.steps import require


def is_installed() -> bool:
    """Tell whether there is an `openssl` on PATH."""
    return shutil.which("openssl") is not None


def create_request(directory: Path, common_name: str) -> bytes:
    """Return a certificate signing request, PEM, with a fresh key that stays in `directory`."""
    subject = ["-subj", f"/CN={common_name}", "-addext", f"subjectAltName=DNS:{common_name}"]
    key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        str(directory / "key.pem"),
    ]
    return _openssl("req", "-new", *key, *subject).stdout


def verify(directory: Path, *, certificate: str, chain: str) -> None:
    """Raise StepFailed unless a certificate chains to the root that ends `chain`."""
    *middle, root = _split(chain)
    files = {"leaf.pem": certificate, "root.pem": root, "middle.pem": "\n".join(middle)}
    for name, text in files.items():
        (directory / name).write_text(text, encoding="ascii")
    untrusted = ["-untrusted", str(directory / "middle.pem")] if middle else []
    done = _openssl(
        "verify",
        "-x509_strict",
        "-CAfile",
        str(directory / "root.pem"),
        *untrusted,
        str(directory / "leaf.pem"),
    )
    require(done.returncode == 0, f"openssl does not verify it: {done.stderr.decode(errors='replace').strip()}")


def _split(chain: str) -> list[str]:
    end = "-----END CERTIFICATE-----"
    return [f"{part.strip()}\n{end}\n" for part in chain.split(end) if part.strip()]


def _openssl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL)
