"""The lock files of specs: which CAs they need, and where the ARNs of these are found."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pcaform.core import facts
from pcaform.core.files import base_directory, read_if_present, write_file
from pcaform.core.problems import Failure, Invalid
from pcaform.render.pipelines.documents import parse_ca_arns
from pcaform.rules.load import check_files
from pcaform.rules.together import check_together, list_claims
from pcaform.sources.aws.session import Caller
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.parse import load_pem_files
from pcaform.spec.references import LockedCa, list_references, lock_file_name, parse_lock_file
from pcaform.spec.stack import Spec

Locked = dict[str, dict[str, LockedCa]]
"""CAs by stack and key."""
_APPLY = "apply that stack, then give '--states DIR' with its state or outputs, or '--live'"


@dataclass(frozen=True)
class LockedFile:
    """A lock file as it is to be; CAs that are not found, and those that are others than before."""

    path: Path
    after: Locked
    unknown: tuple[str, ...]
    replaced: tuple[str, ...]

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file: JSON, sorted."""
        stacks = {
            stack: {key: ca.model_dump() for key, ca in sorted(cas.items())}
            for stack, cas in sorted(self.after.items())
            if cas
        }
        return (json.dumps({"version": 1, "stacks": stacks}, indent=2) + "\n").encode()

    @cached_property
    def is_new(self) -> bool:
        """Tell whether the file would change."""
        found = read_if_present(self.path)
        return found != self.content if found is not None else any(self.after.values())

    def write(self) -> None:
        """Replace the file; raises Failure where it cannot be written."""
        write_file(self.path, self.content)


def lock_specs(paths: Sequence[str], states: Path | None, caller: Caller | None) -> list[LockedFile]:
    """Return each lock file that specs name; raises Invalid for specs with errors, other than what is not locked yet.

    `states` is a directory with a state or the outputs of stacks, `caller` who looks for CAs in their accounts.
    """
    results, specs = check_files(paths, is_judged=False, load=load_pem_files)
    if len(specs) < len(results):
        raise Invalid({problem for result in results for problem in result.problems})
    if shared := [problem for problem, *_ in check_together(map(list_claims, specs))]:
        raise Invalid(shared)
    by_stack = {spec.stack: spec for _, spec, _ in specs}
    needed: dict[Path, dict[tuple[str, str], str]] = {}
    for path, spec, document in specs:
        if (name := lock_file_name(spec, document)) is not None:
            file = Path(os.path.relpath(os.path.realpath(base_directory(path) / name)))
            needed.setdefault(file, {}).update({(stack, key): spec.stack for _, stack, key in list_references(spec)})
    sources = _Sources(by_stack, states, caller, {})
    return [_lock(file, cas, sources) for file, cas in sorted(needed.items())]


def _lock(path: Path, needed: Mapping[tuple[str, str], str], sources: "_Sources") -> LockedFile:
    content = read_if_present(path)
    before = (
        {stack: dict(cas) for stack, cas in parse_lock_file(content, str(path)).items()} if content is not None else {}
    )
    specs = sources.specs
    after: Locked = {
        stack: {key: ca for key, ca in cas.items() if stack not in specs or key in specs[stack].managed}
        for stack, cas in before.items()
    }
    unknown, replaced = [], []
    for (stack, key), user in sorted(needed.items()):
        old, found = before.get(stack, {}).get(key), sources.find(stack, key)
        new = found or old
        if new is None:
            advice = _APPLY if stack in specs else "name the spec of that stack too"
            unknown.append(f"'{key}' of '{stack}' is not found, and '{user}' needs it: {advice}")
            continue
        if old and new.arn != old.arn:
            message = f"'{key}' of '{stack}' is '{new.arn}', but '{old.arn}' is locked: with '--replace', what uses"
            replaced.append(f"{message} it is of the other CA from then on")
        after.setdefault(stack, {})[key] = new
    return LockedFile(path, after, tuple(unknown), tuple(replaced))


@dataclass(frozen=True)
class _Sources:
    """Where the ARNs of a stack's CAs are found: its spec, its state or outputs, its account."""

    specs: Mapping[str, Spec]
    states: Path | None
    caller: Caller | None
    arns: dict[str, Mapping[str, str]]
    """What was found already, by stack and key."""

    def find(self, stack: str, key: str) -> LockedCa | None:
        """Return a CA; None where no source has it. Raises Failure for an ARN that cannot be that of the spec's CA."""
        spec = self.specs.get(stack)
        if spec is None:
            return None
        ca = spec.managed[key]
        if stack not in self.arns:
            found = {*self._search(spec)}
            self.arns[stack] = dict(found)
            if len(self.arns[stack]) < len(found):
                seen = (f"  {name}: {arn}" for name, arn in sorted(found))
                raise Failure(f"the sources of the stack '{stack}' have several ARNs for one CA", *seen)
        arn = ca.arn or self.arns[stack].get(key)
        return None if arn is None else LockedCa(arn=_require_own(arn, spec, key, ca), key_algorithm=ca.key_algorithm)

    def _search(self, spec: Spec) -> Iterator[tuple[str, str]]:
        if all(ca.arn for ca in spec.managed.values()):
            return
        if self.caller is not None:
            yield from _search_account(spec, self.caller).items()
        if self.states is not None:
            for place in (f"{spec.stack}.json", f"{spec.stack}.tfstate", f"{spec.stack}/terraform.tfstate"):
                if (content := read_if_present(self.states / place)) is not None:
                    yield from parse_ca_arns(content, str(self.states / place)).items()


def _search_account(spec: Spec, caller: Caller) -> Mapping[str, str]:
    from pcaform.checks.drift.cas import match_cas
    from pcaform.checks.drift.check import refuse_other_account, select_regions
    from pcaform.cli.account_session import open_account
    from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot

    account = open_account(select_regions(spec, replace(caller)), spec)
    refuse_other_account(spec, account)
    return match_cas(spec, read_snapshot(account, SnapshotRequest())).arns


def _require_own(arn: str, spec: Spec, key: str, ca: CertificateAuthority) -> str:
    region = spec.region_of(key)
    is_elsewhere = ca.provider is not None and ca.provider.assume_role is not None
    account_id = arn.split(":")[4] if is_elsewhere else spec.aws.account_id
    if not arn.startswith(f"arn:{facts.partition(region)}:acm-pca:{region}:{account_id}:"):
        message = f"'{arn}' is not '{key}' of the stack '{spec.stack}', which is in account {account_id}, {region}"
        raise Failure(f"{message}: name its own state")
    return arn
