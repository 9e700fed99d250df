"""What specs say of each other's CAs: each that is named by its stack is there, and no two stacks need each other.

Only names are kept of a spec, so that thousands can be compared.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pcaform.core.files import display_name
from pcaform.core.finding import Finding, Location, Severity
from pcaform.spec.cas import Reference
from pcaform.spec.messages import suggest
from pcaform.spec.references import parameter_name, remote_state
from pcaform.spec.sections import Destroy
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document
from pcaform.terraform.state_location import state_identity, state_location

RULE = "reference"
_AUTHORITIES = "certificate_authorities"
_STATE = "the place of the state"
_FACTS = ("account_id", "region", "key_algorithm", "activation", _STATE, "the SSM parameter")
Facts = tuple[str | None, ...]
"""What is so of a CA: each of `_FACTS`, None where it is not known."""


@dataclass(frozen=True, slots=True)
class Use:
    """A CA that a stack uses and does not manage: by its ARN, or by its stack and the key there, or both."""

    arn: str
    stack: str
    key: str
    location: Location
    expects: Facts = ()
    """What must be so in the other spec."""


@dataclass(frozen=True, slots=True)
class CaNames:
    """The CAs of one spec, with their ARNs where it has them; those it uses of others; the ARNs that it destroys."""

    used: tuple[Use, ...]
    destroyed: tuple[tuple[str, Location], ...]
    managed: Mapping[str, tuple[str, Facts]] = field(default_factory=dict)
    """What others may expect of each CA, after its ARN; left out of what is kept of many specs."""


def list_ca_names(spec: Spec, document: Document, out: str = "") -> CaNames:
    """Return what other specs need to know of the CAs of a spec; `out` is the directory of the stacks."""
    used = []
    for key, ca in spec.certificate_authorities.items():
        if isinstance(ca, Reference):
            location = document.location((_AUTHORITIES, key, "stack" if ca.stack else "arn"))
            expects = _list_expected(spec, key, ca, out)
            used.append(Use(ca.arn or "", ca.stack or "", ca.certificate_authority or "", location, expects))
    destroyed = tuple(
        (removal.destroy, document.location(("removed", name, "destroy")))
        for name, removal in spec.removed.items()
        if isinstance(removal, Destroy)
    )
    managed = {key: (ca.arn or "", _list_offered(spec, key, out)) for key, ca in spec.managed.items()}
    return CaNames(tuple(used), destroyed, managed)


def _list_expected(spec: Spec, key: str, ca: Reference, out: str) -> Facts:
    if ca.arn:
        return spec.account_of(key), spec.region_of(key)
    if spec.references is None or spec.references.lock_file is not None:
        return ()  # the lock file is to be written
    state = None
    if spec.references.remote_state is not None:
        state = _state_of(dict([remote_state(spec, ca.stack or "")]), f"{out}/{spec.stack}")
    parameter = parameter_name(spec, ca.stack or "", ca.certificate_authority or "")
    return spec.account_of(key), spec.region_of(key), ca.key_algorithm, "not pending", state, parameter


def _list_offered(spec: Spec, key: str, out: str) -> Facts:
    ca = spec.managed[key]
    return (
        spec.account_of(key) if ca.arn else spec.provider_account_of(ca),
        spec.region_of(key),
        ca.key_algorithm,
        "pending" if key in spec.pending else "not pending",
        _state_of(spec.terraform.state, f"{out}/{spec.stack}"),
        parameter_name(spec, spec.stack, key) or "not written",
    )


def _state_of(state: Mapping[str, Mapping[str, Any]], directory: str) -> str | None:
    """Return where a state is; a data source reads that of `cloud` as `remote`."""
    kind, settings = state_location(state)
    place = state_identity(kind, settings, directory)
    return " ".join(["remote" if kind == "cloud" else place[0], *place[1:]]) if place else None


def check_references(stacks: Mapping[str, tuple[str, CaNames]]) -> Iterator[tuple[Finding, str, str]]:
    """Yield what is wrong with the references between stacks, each with the paths of the two specs.

    `stacks` are path and names by stack. A stack that is not among them is left to the lock file.
    """
    users: dict[str, list[tuple[str, str]]] = {}
    for stack, (path, names) in stacks.items():
        for use in names.used:
            users.setdefault(use.arn, []).append((stack, path))
            if (other := stacks.get(use.stack)) is not None and (message := _misfit(use, *other)):
                yield _problem(use.location, message), path, other[0]
    for path, names in stacks.values():
        for arn, location in names.destroyed:
            for stack, user in users.get(arn, ()):
                yield report_use(arn, location, f"'{stack}', {display_name(user)},"), path, user
    yield from _check_cycle(stacks)


def report_use(arn: str, location: Location, user: str) -> Finding:
    """Return the problem of a CA that a spec destroys and another stack uses."""
    return _problem(location, f"the stack {user} uses '{arn}': take it out there first")


def _misfit(use: Use, path: str, names: CaNames) -> str:
    """Return what is wrong with a reference to a CA in a spec, or nothing."""
    where = f"the stack '{use.stack}', {display_name(path)}"
    if use.key not in names.managed:
        return f"'{use.key}' is not a CA of {where}{suggest(use.key, names.managed, word='known')}"
    arn, offered = names.managed[use.key]
    if arn and use.arn and arn != use.arn:
        return f"the lock file has '{use.arn}', but '{use.key}' of {where}, is '{arn}': run 'pcaform lock'"
    for what, expected, seen in zip(_FACTS, use.expects, offered, strict=False):
        if expected not in (None, seen) and not (what == _STATE and seen is None):  # only 'terraform init' knows it
            return f"{what} is '{expected}' for this reference, and '{seen}' in {where}: make them agree"
    return ""


def _check_cycle(stacks: Mapping[str, tuple[str, CaNames]]) -> Iterator[tuple[Finding, str, str]]:
    needs = {stack: {use.stack for use in names.used if use.stack} for stack, (_, names) in stacks.items()}
    try:
        sort_by_need(needs)
    except CycleError as error:
        cycle = error.args[1][::-1]  # each needs the next one
        path, names = stacks[cycle[0]]
        use = next(each for each in names.used if each.stack == cycle[1])
        message = f"these stacks need each other: {' -> '.join(cycle)}. One of them has to be applied first"
        for stack in cycle:
            yield _problem(use.location, message), path, stacks[stack][0]


def sort_by_need(needs: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return stacks in levels: those of each need only stacks of the levels before; others than its keys are left out.

    The order inside a level is that of `needs`. Raises CycleError where stacks need each other.
    """
    sorter = TopologicalSorter({stack: [each for each in of if each in needs] for stack, of in needs.items()})
    sorter.prepare()
    order = {stack: number for number, stack in enumerate(needs)}
    levels: list[list[str]] = []
    while ready := sorter.get_ready():
        levels.append(sorted(ready, key=order.__getitem__))
        sorter.done(*ready)
    return levels


def _problem(location: Location, message: str) -> Finding:
    return Finding(RULE, "", message, severity=Severity.ERROR, location=location)
