"""Only certificates leave a PEM file: everything else in it is dropped or refused, and none of it is shown."""

import base64
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conftest import Run
from pcaform.rules.load import load_file
from pcaform.spec.cas import OfflineActivation

SECRET = "c2VjcmV0IGtleSBtYXRlcmlhbA=="
CASE = Path(__file__).parent.parent / "rules" / "cases" / "offline-certificate.ok.yaml"


@cache
def pems() -> tuple[str, str, str]:
    """Return the signing request, the certificate and the chain of a CA that was signed elsewhere."""
    blocks = CASE.read_text(encoding="utf-8").split("-----BEGIN ")[1:]
    lines = [f"-----BEGIN {block}".splitlines() for block in blocks]
    texts = [
        [line.strip() for line in each if line.strip() and line.startswith(("-----", "        "))] for each in lines
    ]
    request, certificate, chain = ("\n".join(each) + "\n" for each in texts[:3])
    return request, certificate, chain


def write_spec(directory: Path, certificate: str = "sub.pem", chain: str = "chain.pem") -> None:
    request, own, above = pems()
    for name, text in {"sub.csr": request, "sub.pem": own, "chain.pem": above}.items():
        (directory / name).write_text(text, encoding="ascii")
    spec = CASE.read_text(encoding="utf-8").split("    activation:\n")[0]
    files = f"{{certificate_signing_request: sub.csr, certificate: {certificate}, certificate_chain: {chain}}}"
    (directory / "spec.yaml").write_text(f"{spec}    activation: {files}\n", encoding="utf-8")


def block(label: str, body: str = SECRET) -> str:
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def der() -> bytes:
    return base64.b64decode("".join(pems()[1].splitlines()[1:-1]))


KEYS = [
    *("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"),
    *("DSA PRIVATE KEY", "ANY PRIVATE KEY"),
]


@pytest.mark.parametrize("label", KEYS)
@pytest.mark.parametrize("name", ["sub.pem", "chain.pem", "sub.csr"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_private_key_is_refused_and_not_shown(
    pcaform: Run, tmp_path: Path, label: str, name: str, *, is_first: bool
) -> None:
    write_spec(tmp_path)
    text = (tmp_path / name).read_text(encoding="ascii")
    parts = [block(label), text] if is_first else [text, block(label)]
    (tmp_path / name).write_text("".join(parts), encoding="ascii")
    for command in (["validate", "spec.yaml"], ["render", "spec.yaml", "--out", "st"], ["access", "spec.yaml"]):
        done = pcaform(*command, cwd=tmp_path)
        line = 1 if is_first else text.count("\n") + 1
        assert done.returncode == 1
        assert f"'{name}' cannot be used: it holds a private key in line {line}" in done.stdout + done.stderr
        assert SECRET not in done.stdout + done.stderr
    assert not (tmp_path / "st").exists()


REFUSED: dict[str, tuple[Callable[[str], str], str]] = {
    "another block": (lambda text: text + block("EC PARAMETERS"), "it holds 'EC PARAMETERS' in line"),
    "trust settings": (lambda text: text.replace(" CERT", " TRUSTED CERT"), "'openssl x509' converts it"),
    "PKCS #7": (lambda _: block("PKCS7"), "'openssl pkcs7 -print_certs' converts it"),
    "a request": (lambda text: text + pems()[0], "it holds 'CERTIFICATE REQUEST' in line"),
    "no block": (lambda _: SECRET, "it holds no -----BEGIN CERTIFICATE-----"),
    "a key without its dashes": (lambda text: text + "\\n-BEGIN PRIVATE KEY-" + SECRET, "a private key in line"),
    "no end": (lambda text: text[:-40], "has no begin or no end"),
    "an end alone": (lambda text: text + "-----END CERTIFICATE-----\n", "has no begin or no end"),
    "a line lost": (lambda text: "\n".join([*text.splitlines()[:3], *text.splitlines()[4:]]), "is damaged"),
    "a header": (lambda text: text.replace("-----\nM", "-----\nProc-Type: 4,ENCRYPTED\n\nM"), "is damaged"),
    "more in the block": (
        lambda _: block("CERTIFICATE", base64.b64encode(der() + b"secret").decode()),
        "is damaged",
    ),
    "UTF-16": ("\0".join, "it is binary"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_no_certificate_is_refused_by_name(pcaform: Run, tmp_path: Path, fault: str) -> None:
    change, message = REFUSED[fault]
    write_spec(tmp_path)
    (tmp_path / "sub.pem").write_text(change(pems()[1]), encoding="ascii")
    done = pcaform("validate", "spec.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stdout
    assert SECRET not in done.stdout
    assert "[file]" in done.stdout


def test_der_is_refused_with_the_command_that_converts_it(pcaform: Run, tmp_path: Path) -> None:
    write_spec(tmp_path)
    key = ec.derive_private_key(7, ec.SECP256R1())
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    for content in (der(), key.private_bytes(serialization.Encoding.DER, form, plain)):
        (tmp_path / "sub.pem").write_bytes(content)
        assert "it is binary, such as DER" in pcaform("validate", "spec.yaml", cwd=tmp_path).stdout


def test_a_stack_has_nothing_but_the_certificates(pcaform: Run, tmp_path: Path) -> None:
    _, own, above = pems()
    write_spec(tmp_path)
    noise = "subject=CN=Zürich\nCertificate:\n    Data: a comment\n"
    (tmp_path / "chain.pem").write_text(f"\ufeff{noise}{above}\n{noise}", encoding="utf-8")
    (tmp_path / "sub.pem").write_bytes(own.replace(" CERT", " X509 CERT").replace("\n", "\r\n").encode())
    done = pcaform("render", "spec.yaml", "--out", "st", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = sorted((tmp_path / "st" / "corp-pki" / "certificates").iterdir())
    assert [path.read_text(encoding="ascii") for path in written] == [own, above]


def test_text_without_a_line_feed_at_its_end_keeps_it(tmp_path: Path) -> None:
    """A state has what AWS returned, and an import writes it into the spec: nothing differs then."""
    text = pems()[1].rstrip("\n")
    write_spec(tmp_path)
    (tmp_path / "sub.pem").write_text(text, encoding="ascii")
    activation = load_file(str(tmp_path / "spec.yaml")).managed["issuing"].activation
    assert isinstance(activation, OfflineActivation)
    assert activation.certificate == text


@pytest.mark.parametrize("value", [f'"-----BEGIN PRIVATE\\x20KEY-----\\n{SECRET}"', f"{SECRET * 3}", f'"a\\n{SECRET}"'])
def test_a_key_in_the_spec_itself_is_not_shown(pcaform: Run, tmp_path: Path, value: str) -> None:
    write_spec(tmp_path, certificate=value)
    done = pcaform("validate", "spec.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "this text" in done.stdout
    assert SECRET not in done.stdout


def test_a_spec_with_a_private_key_anywhere_is_not_read(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(f"version: 1\nstack: |\n  -----BEGIN PRIVATE KEY-----\n  {SECRET}: [\n")
    done = pcaform("validate", "spec.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("spec.yaml:3:1: a private key")
    assert SECRET not in done.stdout


FILES = {
    "/dev/zero": "a pipe or a device",
    "fifo": "a pipe or a device",
    ".": "Is a directory",
    "missing.pem": "No such file",
    "n" * 300 + ".pem": "File name too long",
    "sub.pem/x.pem": "Not a directory",
    "loop.pem": "symbolic links",
    '"a\\0.pem"': "no file has such a name",
    "large.pem": "it has more than 4 MiB",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_kind_is_one_problem(pcaform: Run, tmp_path: Path, name: str) -> None:
    write_spec(tmp_path, certificate=name)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop.pem").symlink_to("loop.pem")
    (tmp_path / "large.pem").write_bytes(b"x\n" * (3 << 20))
    done = pcaform("validate", "spec.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "1 spec: 1 error\n"
    assert FILES[name] in done.stdout


def test_a_certificate_larger_than_aws_takes_is_refused(pcaform: Run, tmp_path: Path) -> None:
    write_spec(tmp_path)
    (tmp_path / "sub.pem").write_text(pems()[1] * 100, encoding="ascii")
    assert "allowed: at most 32768" in pcaform("validate", "spec.yaml", cwd=tmp_path).stdout
