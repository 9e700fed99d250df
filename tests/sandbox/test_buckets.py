"""S3 beyond moto's: MFA delete, buckets in the host name, and the proxy that makes such names reachable."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import REGION

WHERE = {"LocationConstraint": REGION}


def create_bucket(sandbox: Sandbox, name: str) -> Any:
    client = sandbox.client("s3")
    client.create_bucket(Bucket=name, CreateBucketConfiguration=WHERE)
    return client


def versioning(client: Any, bucket: str) -> dict[str, Any]:
    answer = client.get_bucket_versioning(Bucket=bucket)
    return {name: answer[name] for name in ("Status", "MFADelete") if name in answer}


def test_mfa_delete_is_kept_with_the_versioning(sandbox: Sandbox) -> None:
    client = create_bucket(sandbox, "careful")
    assert versioning(client, "careful") == {}
    for setting in ("Enabled", "Disabled"):
        configuration = {"Status": "Enabled", "MFADelete": setting}
        client.put_bucket_versioning(Bucket="careful", VersioningConfiguration=configuration, MFA="serial 123456")
        assert versioning(client, "careful") == configuration


def test_a_bucket_that_never_had_mfa_delete_does_not_answer_it(sandbox: Sandbox) -> None:
    client = create_bucket(sandbox, "plain")
    client.put_bucket_versioning(Bucket="plain", VersioningConfiguration={"Status": "Suspended"})
    assert versioning(client, "plain") == {"Status": "Suspended"}


def ask(sandbox: Sandbox, target: str, *, method: str = "GET", host: str | None = None) -> tuple[int, bytes]:
    """Send a request as it stands; a `target` that is a whole URL is how a client asks a proxy."""
    with closing(http.client.HTTPConnection(sandbox.endpoint_url.removeprefix("http://"))) as connection:
        connection.request(method, target, b"sent" if method == "PUT" else None, {"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("asked", ["directly", "by-proxy"])
def test_a_bucket_with_dots_is_found_by_its_host_name(sandbox: Sandbox, name: str, asked: str) -> None:
    bucket = f"crl.{name.replace('.', '-')}.{asked}.example"
    client = create_bucket(sandbox, bucket)
    host = f"{bucket}.{name}:{sandbox.endpoint_url.rpartition(':')[2]}"
    target, sent = (f"http://{host}", None) if asked == "by-proxy" else ("", host)
    assert ask(sandbox, f"{target}/crl/a%20b.crl?x-id=PutObject", method="PUT", host=sent)[0] == 200
    assert client.get_object(Bucket=bucket, Key="crl/a b.crl")["Body"].read() == b"sent"
    status, listing = ask(sandbox, f"{target}/?list-type=2", host=sent)
    assert (status, b"<Key>crl/a b.crl</Key>" in listing) == (200, True)


class _Elsewhere(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        """Answer with what arrived."""
        body = f"{self.path} {self.headers['Host']} {self.rfile.read(int(self.headers['Content-Length']))!r}".encode()
        self.send_response(207, "Told")
        self.send_header("X-From", "elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_is_for_another_host_is_passed_on(sandbox: Sandbox, elsewhere: str) -> None:
    status, body = ask(sandbox, f"http://{elsewhere}/a%20path?with=query", method="PUT")
    assert (status, body.decode()) == (207, f"/a%20path?with=query {elsewhere} b'sent'")


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/", "http://127.0.0.1:99999/"])
def test_a_host_that_does_not_answer_is_named(sandbox: Sandbox, target: str) -> None:
    status, body = ask(sandbox, target)
    assert (status, b"no answer of 127.0.0.1" in body) == (502, True)


def test_what_is_not_a_request_is_not_printed(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        ask(sandbox, "http://[::1/", host="x")
    assert capfd.readouterr() == ("", "")


def test_a_body_in_chunks_is_read(sandbox: Sandbox) -> None:
    """As from a client that does not know how long its request is."""
    address = sandbox.endpoint_url.removeprefix("http://")
    with closing(http.client.HTTPConnection(address)) as connection:
        for path, status in (("clock", 200), ("faults", 405)):
            body = (part for part in (b'{"advance":', b' "PT1S"}'))
            connection.request("POST", f"/_sandbox/{path}", body, {"Transfer-Encoding": "chunked"}, encode_chunked=True)
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (status, True)
    scope = f"Credential=SANDBOXADMINISTRATOR/20300101/{REGION}/acm-pca/aws4_request"
    headers = {
        "X-Amz-Target": "ACMPrivateCA.DescribeCertificateAuthority",
        "Authorization": f"AWS4-HMAC-SHA256 {scope}",
    }
    with closing(http.client.HTTPConnection(address)) as connection:
        arn = f"arn:aws:acm-pca:{REGION}:111122223333:certificate-authority/00000000-0000-0000-0000-000000000000"
        text = f'{{"CertificateAuthorityArn": "{arn}"}}'.encode()
        connection.request("POST", "/", iter([text]), headers, encode_chunked=True)
        assert b"ResourceNotFoundException" in connection.getresponse().read()
