"""The generated parts of docs/engines.md: the releases of Terraform and OpenTofu, and what each of them brought.

One table has it all. An input in `tests/cli/engines` shows what pcaform says of what a release brought.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent.parent / "tests" / "cli" / "engines"
_TERRAFORM, _OPENTOFU = "Terraform", "OpenTofu"


@dataclass(frozen=True)
class Release:
    """A release of an engine: how it is known, and what stacks need of it."""

    engine: str
    number: str
    known: str
    needed: str = "nothing more"


@dataclass(frozen=True)
class Feature:
    """What a release brought; `answer` is what pcaform does with it, `cases` are the inputs that show it."""

    engine: str
    since: str
    what: str
    answer: str
    cases: tuple[str, ...] = ()


_FLOOR = "the oldest that stacks accept: `use_lockfile`, and `removed` with `destroy = false`"
RELEASES = (
    Release(_TERRAFORM, "1.10", "read", _FLOOR),
    Release(_TERRAFORM, "1.11", "run: the whole test suite, with 1.11.4 and provider aws 5.100"),
    Release(_TERRAFORM, "1.12 to 1.15", "read, at the tags v1.12.0, v1.13.0, v1.14.0, v1.15.0"),
    Release(_TERRAFORM, "1.16", "read, at v1.16.0-rc2"),
    Release(_TERRAFORM, "1.17", "read, as of August 2026, before its release"),
    Release(_OPENTOFU, "1.10", "read, at v1.10.0", _FLOOR),
    Release(_OPENTOFU, "1.11", "read, at v1.11.0"),
    Release(_OPENTOFU, "1.12", "read, at v1.12.6"),
    Release(_OPENTOFU, "1.13", "read, as of August 2026, before its release"),
)
FEATURES = (
    Feature(
        _TERRAFORM,
        "1.8",
        "`complete` in a plan",
        "the guard notes that a plan is partial, `import plan` reports it, `adopt` refuses it. OpenTofu's plans "
        "do not have it",
    ),
    Feature(
        _TERRAFORM,
        "1.9",
        "`deferred_changes` in a plan (`-allow-deferral`, alpha builds only)",
        "a doubt of the guard for each that is in scope; `adopt` refuses the plan",
        ("terraform-1.10-deferred-change",),
    ),
    Feature(
        _TERRAFORM,
        "1.10",
        "ephemeral values and resources",
        "no plan and no state has them. `import hcl` says that they are in no file; a spec needs none",
        ("terraform-1.10-ephemeral",),
    ),
    Feature(
        _TERRAFORM,
        "1.11",
        "write-only arguments",
        "not read: of resources that a spec has, only an imported ACM certificate has one",
        ("terraform-1.11-write-only",),
    ),
    Feature(
        _TERRAFORM,
        "1.12",
        "`identity` of resources in states and plans, and in `import` blocks",
        "read in states, plans and files; a stack imports by id, which all releases take",
        ("terraform-1.12-identity-and-checks", "terraform-1.12-deposed"),
    ),
    Feature(
        _TERRAFORM,
        "1.12",
        "the backend `oci`",
        "`terraform.backend` has the backends of Terraform 1.11: refused in a spec, left out by `import hcl`",
    ),
    Feature(
        _TERRAFORM,
        "1.14",
        "actions: `action` blocks, `action_trigger`, `-invoke`; `action_invocations` in a plan",
        "a doubt of the guard for each, with the event and the resource, that a waiver accepts by address or "
        "type; `adopt` "
        "refuses the plan, `import hcl` reports triggers of what it takes",
        ("terraform-1.14-action", "terraform-1.14-action-accepted", "terraform-1.14-action-trigger"),
    ),
    Feature(
        _TERRAFORM,
        "1.14",
        "`deferred_action_invocations` in a plan (alpha builds only)",
        "the same",
        ("terraform-1.14-action-deferred",),
    ),
    Feature(
        _TERRAFORM,
        "1.14",
        "`state_store` (alpha builds only, up to 1.17)",
        "left out by `import hcl`, no key of a spec: no released Terraform reads a stack with it",
        ("terraform-1.14-state-store",),
    ),
    Feature(
        _TERRAFORM,
        "1.14",
        "`terraform query`",
        "no release of provider aws that was read lists private CAs; `import aws` does",
    ),
    Feature(
        _TERRAFORM,
        "1.15",
        "variables and local values in the `source` of a module",
        "read",
        ("terraform-1.15-module-source",),
    ),
    Feature(
        _TERRAFORM,
        "1.16",
        "`import` blocks in modules",
        "read: what they name exists, and is not created a second time",
        ("terraform-1.16-import-in-module",),
    ),
    Feature(
        _TERRAFORM,
        "1.16",
        "`on_failure` of an `action_trigger`: `taint` marks what was just created",
        "the doubt says that the next plan would replace it, which the guard refuses then",
        ("terraform-1.16-action-taint",),
    ),
    Feature(
        _TERRAFORM,
        "1.16",
        "`lifecycle { destroy = false }`",
        "a CA that has it is imported with `deletion_protection`, as with `prevent_destroy`",
        ("terraform-1.16-destroy-false",),
    ),
    Feature(
        _TERRAFORM,
        "1.17",
        "`-minimal-refresh`",
        "no plan shows it. Like `-refresh=false` it hides a CA that was renewed elsewhere: plan without it",
    ),
    Feature(
        _TERRAFORM,
        "later",
        "a part of a plan that none of these releases has",
        "a doubt of the guard at `plan.NAME`, which a waiver accepts; `adopt` refuses the plan, `import plan` "
        "reports it",
        ("terraform-1.18-part", "terraform-1.18-part-accepted", "terraform-1.18-part-imported"),
    ),
    Feature(
        _TERRAFORM,
        "later",
        "another format of plans (not 1.x) or of states (not 4)",
        "refused",
        ("terraform-2.0-format", "terraform-2.0-state"),
    ),
    Feature(
        _OPENTOFU,
        "1.7",
        "encrypted states and plans; `encryption` in `terraform`",
        "refused with advice: `tofu state pull` and `tofu show -json` decrypt; `import hcl` says where to keep the "
        "block",
        ("opentofu-1.7-encrypted-state", "opentofu-1.7-encrypted-plan", "opentofu-1.7-encryption"),
    ),
    Feature(
        _OPENTOFU,
        "1.8",
        "`*.tofu` files, read in place of `*.tf` of the same name",
        "`import hcl` reads them if there are no others, or with `--opentofu`; else it reports each. Beside a "
        "stack they are "
        "files that pcaform did not write",
        ("opentofu-1.8-files", "opentofu-1.8-files-only", "opentofu-1.8-files-read"),
    ),
    Feature(
        _OPENTOFU,
        "1.9",
        "`for_each` of a provider; `-exclude`",
        "`import hcl` refuses what uses an instance of such a provider; a state and a plan tell. No plan shows "
        "`-exclude`",
        ("opentofu-1.9-provider-for-each",),
    ),
    Feature(
        _OPENTOFU,
        "1.11",
        "`lifecycle { enabled = ... }`, and `delete_because_enabled_false` in a plan",
        "`false`: nothing is there, and a destroy of what was; an expression that is unknown is reported",
        ("opentofu-1.11-enabled", "opentofu-1.11-enabled-false"),
    ),
    Feature(_OPENTOFU, "1.11", "ephemeral values, write-only arguments", "as with Terraform"),
    Feature(_OPENTOFU, "1.12", "`identity` in `import` blocks, states and plans", "as with Terraform"),
    Feature(
        _OPENTOFU,
        "1.12",
        "`prevent_destroy` of an expression; the block `language`",
        "read by `import hcl`: variables by their default and `--var-file`",
        ("opentofu-1.12-prevent-destroy-and-language",),
    ),
    Feature(
        _OPENTOFU,
        "1.12",
        "`lifecycle { destroy = false }`: `forget` and `forget, create` in a plan, `skip_destroy` in a state",
        "a note that it is forgotten; with a create it is judged as a replacement. `import state` reads such a "
        "state as others",
        ("opentofu-1.12-forget", "opentofu-1.12-forget-create", "opentofu-1.12-skip-destroy"),
    ),
)


def release_table(_: str) -> str:
    """Return a row for each range of releases: how it is known, and what stacks need of it."""
    rows = [f"| {each.engine} | {each.number} | {each.known} | {each.needed} |" for each in RELEASES]
    return "\n".join(["| engine | release | known | stacks need |", "| --- | --- | --- | --- |", *rows])


def feature_tables(_: str) -> str:
    """Return a table for each engine: since when it has what, what pcaform does with it, and inputs that show it."""
    return "\n".join(line for engine in (_TERRAFORM, _OPENTOFU) for line in _feature_table(engine))


def _feature_table(engine: str) -> Iterator[str]:
    yield from (
        f"### {engine}",
        "",
        "| since | what | what pcaform does with it | shown by |",
        "| --- | --- | --- | --- |",
    )
    for each in FEATURES:
        if each.engine == engine:
            shown = ", ".join(f"[{_label(case)}](../tests/cli/engines/{case})" for case in each.cases)
            yield f"| {each.since} | {each.what} | {each.answer} | {shown or 'read only'} |"
    yield ""


def _label(case: str) -> str:
    return case.split("-", 2)[2].replace("-", " ")
