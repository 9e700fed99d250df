"""How long validating takes, as ratios within one run: against the C-level YAML parse of the same bytes."""

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from processes import Usage, run
from results import Result, ratios

from pcaform.rules.load import load_text
from pcaform.terraform.runner import find_binary

SIZES = {200: 9, 1000: 3, 10_000: 1}
"""CAs -> runs."""

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


def seconds(work: Callable[[], object]) -> Usage:
    """Return the processor time of a piece of work within this process, collected garbage left out of it."""
    gc.collect()
    start = time.process_time()
    work()
    return Usage(time.process_time() - start)


def compare(name: str, texts: list[bytes], size: int, runs: int) -> Result:
    """Compare validating some texts with loading them with PyYAML's C loader."""

    def ours() -> None:
        assert not any(load_text(text, "spec.yaml").problems for text in texts)

    def floor() -> None:
        for text in texts:
            yaml.load(text, Loader=yaml.CSafeLoader)

    pairs = [(seconds(ours), seconds(floor)) for _ in range(runs)]
    return Result(name, size, "CAs", [one for one, _ in pairs], {"PyYAML, C loader": ratios(*zip(*pairs, strict=True))})


def measure() -> Iterator[Result]:
    """Yield specs of several sizes, many small ones, and the start-up."""
    for size, runs in SIZES.items():
        yield compare("one spec", [spec(size)], size, runs)
    yield compare("1,000 specs of 5 CAs", [spec(5)] * 1000, 5000, runs=3)
    program, terraform = str(Path(sys.executable).parent / "pcaform"), find_binary()
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        Path(file.name).write_bytes(spec(200))
        commands = {"pcaform --help": ["--help"], "pcaform validate, 200 CAs": ["validate", file.name]}
        rounds = [
            (run(terraform, "version"), *(run(program, *arguments) for arguments in commands.values()))
            for _ in range(9)
        ]
    start_up, *both = zip(*rounds, strict=True)
    for name, ours in zip(commands, both, strict=True):
        yield Result(name, 0, "processes", ours, {"terraform version": ratios(ours, start_up)})
