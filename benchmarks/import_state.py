"""Measures `pcaform import state` as ratios within one run: against `terraform state list` on the same file.

Two kinds of state: 100,000 resources, as that of a large company might have, and among them CAs with their certificates
and permissions; and states of nothing but CAs, where the time has to grow with their number. Terraform runs in an empty
directory, since it would load a configuration as well. Both are new processes; memory is the maximum resident size.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from validate import spec

from pcaform.rules.load import load_valid_text
from pcaform.terraform.runner import TerraformMissing, find_binary, user_environment

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # for the helpers that build states without Terraform
from importer.infer.state_builders import ACCOUNT, resource
from importer.infer.strategies import state_of

RESOURCES = 100_000
STATES = ((100, RESOURCES), (1_000, RESOURCES), (1_000, 0), (5_000, 0), (10_000, 0))
"""CAs, and resources of the whole state; 0 means that it has only CAs."""
RUNS = 3
"""The best run counts, since disturbances only make a process slower."""


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


def run(command: list[str], directory: str, environment: dict[str, str]) -> tuple[float, float]:
    """Return the time of a command's process in seconds, and its maximum memory in GB."""
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.chdir(directory)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        os.execvpe(command[0], command, environment)  # noqa: S606 - without a shell on purpose
    _, status, used = os.wait4(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, command
    return time.perf_counter() - start, used.ru_maxrss / 1e6


def best(command: list[str], directory: str, environment: dict[str, str]) -> tuple[float, float]:
    """Return the shortest time of a few runs, and the least memory."""
    runs = [run(command, directory, environment) for _ in range(RUNS)]
    return min(took for took, _ in runs), min(memory for _, memory in runs)


def main() -> None:
    """Print one line for each number of CAs."""
    try:
        terraform = find_binary()
    except TerraformMissing as missing:
        print(missing)
        return
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as empty:
        for authorities, resources in STATES:
            path = Path(home) / "terraform.tfstate"
            path.write_bytes(state(authorities, resources))
            ours = [sys.executable, "-m", "pcaform", "import", "state", str(path), "--stack", "bench"]
            took, memory = best(ours, empty, dict(os.environ))
            listing, peak = best([terraform, "state", "list", f"-state={path}"], empty, user_environment(os.environ))
            among = f"CAs among {resources} resources" if resources else "CAs"
            name = f"import state, {authorities} {among}, {path.stat().st_size / 1e6:.0f} MB"
            print(
                f"{name:58} {took:6.2f} s, {took / listing:4.2f} x terraform state list ({listing:.2f} s); "
                f"{memory:.2f} GB, {memory / peak:4.2f} x Terraform's",
                flush=True,
            )


if __name__ == "__main__":
    main()
