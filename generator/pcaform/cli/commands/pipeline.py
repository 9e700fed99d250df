"""`pcaform pipeline`: writes the files with which a CI engine checks, plans and applies the stacks of specs."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pcaform.cli.exit_codes import FINDINGS
from pcaform.core import console
from pcaform.core.problems import Failure

_NEEDED = {
    "github": {"terraform": r"[0-9]+\.[0-9]+\.[0-9]+@[0-9a-f]{64}", "requirements": r".+"},
    "gitlab": {"image": r"[^@\s]+@sha256:[0-9a-f]{64}"},
    "atlantis": {"repository": r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+"},
}
"""The options that an engine needs, and what they look like; those of the others have no meaning for it."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What only some engines need: their tools by version and digest, and the repository."""

    terraform: Annotated[
        str | None, "--terraform VERSION@SHA256: github: the release, and the digest of its linux_amd64.zip."
    ] = None
    requirements: Annotated[
        str | None, "--requirements FILE: github: what pip installs, pcaform included, each with its hashes."
    ] = None
    image: Annotated[
        str | None, "--image IMAGE@sha256:DIGEST: gitlab: the image of the jobs, with Terraform, git and pcaform."
    ] = None
    repository: Annotated[str | None, "--repository HOST/OWNER/NAME: atlantis: the only repository."] = None

    def check(self, engine: str) -> dict[str, str]:
        """Return the options of an engine; raises Failure where one is missing, malformed or of another engine."""
        given = {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}
        needed = _NEEDED[engine]
        if wrong := [name for name in given if name not in needed]:
            raise Failure(f"--{wrong[0]} has no meaning for {engine}, which needs --{' and --'.join(needed)}")
        for name, pattern in needed.items():
            if not re.fullmatch(pattern, given.get(name, "")):
                raise Failure(f"{engine} needs --{name}, in the form that --help shows, with its whole digest if any")
        return given


def command(
    engine: Annotated[Literal["github", "gitlab", "atlantis"], "ENGINE: github, gitlab or atlantis."],
    specs: Annotated[list[str], "SPEC...: Files or directories, from the top of the repository."],
    *,
    plan_role: Annotated[str, "--plan-role ROLE: The role that plans: its name in each account, or its ARN."],
    apply_role: Annotated[str, "--apply-role ROLE: The role that applies."],
    options: EngineOptions,
    stacks: Annotated[str, "--stacks DIR: The directory of the stacks."] = "stacks",
    modules: Annotated[str, "--modules vendored|shared|SOURCE: As for render."] = "vendored",
    branch: Annotated[str, "--branch NAME: The branch from which is applied."] = "main",
    out: Annotated[Path, "--out DIR: The top of the repository."] = Path(),
    force: Annotated[bool, "--force: Overwrite files that were edited by hand."] = False,
    check: Annotated[bool, "--check: Write nothing; list stale files, missing lock files; exit 2 if any."] = False,
) -> int:
    """Write the pipeline of all stacks for a CI engine.

    Every stack is checked, planned, judged by the guard, approved and applied, after those that it needs. The files
    are owned by a manifest, as those of a stack are. A provider's lock file is part of each stack.

    $ pcaform pipeline gitlab specs --plan-role P --apply-role A --image I@sha256:D
    $ pcaform pipeline atlantis specs --plan-role P --apply-role A --repository R
    > pipelines.md
    """
    from pcaform.cli import stacks as steps
    from pcaform.core.files import read_bytes
    from pcaform.render.pipelines.engines import check_requirements, render_pipeline, require_inside

    given = options.check(engine)
    require_inside([*specs, stacks, given.get("requirements", "")])
    if "requirements" in given:
        check_requirements(read_bytes(given["requirements"]).decode(errors="replace"), given["requirements"])
    said = {"plan-role": plan_role, "apply-role": apply_role, **given, "stacks": stacks, "modules": modules}
    values = _values(engine, specs, {**said, "branch": branch})
    rendered = render_pipeline(engine, values)
    outcome = steps.compare(rendered, out, as_diff=False) if check else steps.write(rendered, out, force=force)
    outcome.print()
    unlocked = [each["dir"] for each in values["projects"] if not (out / each["dir"] / ".terraform.lock.hcl").is_file()]
    console.print_status(
        *(
            f"{each}: no .terraform.lock.hcl: run 'terraform -chdir={each} providers lock -platform=linux_amd64' and "
            "commit it, or any provider is taken"
            for each in unlocked
        )
    )
    return FINDINGS if check and unlocked else outcome.code


def _values(engine: str, specs: list[str], said: dict[str, str]) -> dict[str, Any]:
    """Return what the templates place: the options, the command itself, and the jobs of the stacks."""
    from pcaform.cli.fleet_jobs import list_jobs, list_matrices, list_projects
    from pcaform.cli.guard_cases import load_all

    loaded = load_all(specs)
    version, _, digest = said.get("terraform", "").partition("@")
    words = [word for name, value in said.items() for word in (f"--{name}", value)]
    return {
        **{name.replace("-", "_"): value for name, value in said.items()},
        "command": ["pcaform", "pipeline", engine, *specs, *words],
        "specs": specs,
        "terraform_version": version,
        "terraform_sha256": digest,
        "matrices": [{"key": key, "needs": needs} for key, needs, _ in list_matrices(list_jobs(loaded))],
        "projects": list(list_projects(loaded, said["stacks"])),
    }
