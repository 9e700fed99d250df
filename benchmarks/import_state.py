"""Measures `pcaform import state` as ratios within one run: against `terraform state list` on the same file.

Two kinds of state: 90,000 resources, as that of a large company might have, and among them CAs with their certificates
and permissions; and states of nothing but CAs, where the time has to grow with their number. Terraform runs in an empty
directory, since it would load a configuration as well. Both are new processes; memory is the maximum resident size.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from processes import run
from results import Result, ratios
from validate import spec

from importer.infer.state_builders import ACCOUNT, resource
from importer.infer.strategies import state_of
from pcaform.rules.load import load_valid_text
from pcaform.terraform.runner import find_binary, user_environment

RESOURCES = 90_000
"""Which are 251 MB: an import reads at most 256 MiB."""
STATES = ((100, RESOURCES), (1_000, RESOURCES), (1_000, 0), (5_000, 0), (10_000, 0))
"""CAs, and resources of the whole state; 0 means that it has only CAs."""
RUNS = 2


def other(number: int) -> dict[str, object]:
    """Return a resource that is not about CAs, about as large as typical resources of the provider."""
    tags = {"owner": "platform", "service": f"service-{number % 97}", "environment": "production", "managed": "yes"}
    name = f"queue-{number}"
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sqs:SendMessage", "Resource": "*"}
    filler = {f"setting_{index}": f"{name} has an unused value here" for index in range(28)}
    attributes = {
        "arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}",
        "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        "tags": tags,
        "tags_all": tags,
        **filler,
    }
    return {**resource("aws_sqs_queue", f'module.service["{number % 97}"]', attributes), "name": f"q{number}"}


def state(authorities: int, resources: int) -> bytes:
    """Return a state with some number of CAs, filled up with other resources."""
    document = json.loads(state_of(load_valid_text(spec(authorities), "spec.yaml")))
    document |= {"lineage": "3c1e2f0a-bench", "outputs": {}, "check_results": None}
    mine = document["resources"]
    document["resources"] = mine + [other(number) for number in range(resources - len(mine))]
    return json.dumps(document, indent=2).encode()


def measure() -> Iterator[Result]:
    """Yield each number of CAs, in seconds and in memory."""
    terraform = find_binary()
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as empty:
        for authorities, resources in STATES:
            path = Path(home) / "terraform.tfstate"
            path.write_bytes(state(authorities, resources))
            commands = (
                (sys.executable, "-m", "pcaform", "import", "state", str(path), "--stack", "bench"),
                (terraform, "state", "list", f"-state={path}"),
            )
            env = user_environment(os.environ)
            rounds = [[run(*each, cwd=Path(empty), env=env) for each in commands] for _ in range(RUNS)]
            ours, listing = zip(*rounds, strict=True)
            name = f"a state of {resources:,} resources" if resources else "a state of CAs only"
            others = {"terraform state list": ratios(ours, listing)}
            others["its memory"] = ratios(ours, listing, clock="memory")
            yield Result(name, authorities, "CAs", ours, others)
