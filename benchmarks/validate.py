"""How long validating takes, as ratios within one run: against the C-level YAML parse of the same bytes."""

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from pcaform.rules.load import load_text
from pcaform.terraform.runner import TerraformMissing, find_binary

CA = """  issuing-{number}:
    type: SUBORDINATE
    parent: root
    subject: {{common_name: Corp Issuing CA {number}, organization: Corp, country: DE}}
    key_algorithm: EC_prime256v1
    validity: {{type: YEARS, value: 5}}
    revocation_configuration:
      crl_configuration: {{enabled: true, s3_bucket_name: corp-crl, expiration_in_days: 7}}
      ocsp_configuration: {{enabled: true}}
    permissions:
      - principal: acm.amazonaws.com
    tags: {{owner: platform, service: certificates}}
"""
HEAD = """version: 1
stack: bench
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Corp Root CA}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 20}
"""


def spec(authorities: int) -> bytes:
    """Return a spec of a root and as many CAs below it."""
    return (HEAD + "".join(CA.format(number=number) for number in range(authorities))).encode()


def seconds(work: Callable[[], object], runs: int) -> float:
    """Return the median time of a piece of work, collected garbage left out of it."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compare(name: str, texts: list[bytes], runs: int) -> float:
    """Print one line: validating the texts against loading them with PyYAML's C loader; return our time."""

    def ours() -> None:
        assert not any(load_text(text, "spec.yaml").problems for text in texts)

    def floor() -> None:
        for text in texts:
            yaml.load(text, Loader=yaml.CSafeLoader)

    ours_took, floor_took = seconds(ours, runs), seconds(floor, runs)
    print(f"{name:40} {ours_took:8.3f} s, {ours_took / floor_took:5.2f} x the C-level parse ({floor_took:.3f} s)")
    return ours_took


def processes(*command: str) -> float:
    """Return the median time of a command as a whole process."""
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True), runs=9)


def main() -> None:
    """Print everything."""
    compare("one spec of 200 CAs", [spec(200)], runs=9)
    compare("1,000 specs of 5 CAs", [spec(5)] * 1000, runs=3)
    thousand = compare("one spec of 1,000 CAs", [spec(1000)], runs=3)
    ten_thousand = compare("one spec of 10,000 CAs", [spec(10_000)], runs=1)
    print(f"{'10,000 CAs against 1,000':40} {ten_thousand / thousand:8.1f} times (10 is linear)")
    program = str(Path(sys.executable).parent / "pcaform")
    helped = processes(program, "--help")
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        Path(file.name).write_bytes(spec(200))
        validated = processes(program, "validate", file.name)
    print(f"{'pcaform validate of 200 CAs, process':40} {validated:8.3f} s")
    try:
        terraform = processes(find_binary(), "version")
    except TerraformMissing as missing:
        print(f"pcaform --help {helped:.3f} s; {missing}")
    else:
        print(
            f"{'pcaform --help':40} {helped:8.3f} s, {helped / terraform:5.2f} x terraform version ({terraform:.3f} s)"
        )


if __name__ == "__main__":
    main()
