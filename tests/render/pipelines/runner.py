"""Runs the steps of pipelines as they stand: a checkout for each job, with artifacts between them, on the sandbox.

Of GitHub's expressions it knows those of our workflows. An action does what counts there: it clones, or copies.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_NAME = re.compile(r"('[^']*')|([A-Za-z_][\w-]*(?:\.[\w-]+)*)(\(?)|(&&|\|\||!(?!=))")
_WORDS = {"&&": " and ", "||": " or ", "!": " not "}


def evaluate(expression: str, context: Mapping[str, Any]) -> Any:
    """Return the value of an expression of GitHub."""

    def spell(found: re.Match[str]) -> str:
        text, name, call, operator = found.groups()
        if operator:
            return _WORDS[operator]
        return text or (f"{name}(" if call else f"get({name!r})")

    def get(name: str) -> Any:
        value: Any = context
        for part in name.split("."):
            value = (value or {}).get(part)
        return value

    known = {"get": get, "fromJSON": json.loads, **{each: context[each] for each in ("cancelled", "failure")}}
    return eval(_NAME.sub(spell, " ".join(expression.split())), {"__builtins__": {}}, known)  # noqa: S307 - our workflows


def expand(text: object, context: Mapping[str, Any]) -> Any:
    """Return a value of a workflow without its expressions."""
    if (whole := re.fullmatch(r"\$\{\{(.*)\}\}", str(text))) and "}}" not in whole[1]:
        return evaluate(whole[1], context)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found[1], context) or ""), str(text))


@dataclass
class Runner:
    """A repository with its pipelines, and what is left of the runs: artifacts, the roles that were assumed."""

    origin: Path
    work: Path
    environment: Mapping[str, str]
    event: Mapping[str, Any] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def artifacts(self) -> Path:
        return self.work / "artifacts"

    def context(self, **more: Any) -> dict[str, Any]:
        return {"github": self.event, "vars": {}, "cancelled": lambda: False, "failure": lambda: False, **more}

    def shell(self, script: str, given: Mapping[str, Any], *, at: Path, command: tuple[str, ...] = ()) -> int:
        """Run a script as the engines do, and keep what it said."""
        environment = {**self.environment, **{name: str(value) for name, value in given.items()}}
        run = [*(command or ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")), script]
        done = subprocess.run(run, cwd=at, env=environment, check=False, capture_output=True, text=True)
        self.said.append(done.stdout + done.stderr)
        return done.returncode

    def must(self, script: str, *, at: Path | None = None) -> None:
        """Run a script that has to succeed, in the repository itself."""
        assert self.shell(script, {}, at=at or self.origin) == 0, self.said[-1]

    def checkout(self) -> Path:
        """Return a fresh clone."""
        home = self.work / "checkout"
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run(["git", "clone", "-q", str(self.origin), str(home)], check=True)
        return home

    def run_job(self, file: str, name: str, **given: Any) -> tuple[list[int], dict[str, Any]]:
        """Run the steps of a job of GitHub; return their exit codes up to the first failure, and the job's outputs."""
        job = yaml.safe_load((self.origin / ".github/workflows" / file).read_text(encoding="utf-8"))["jobs"][name]
        home, outputs, codes = self.checkout(), dict[str, Any](), list[int]()
        context = self.context(steps=outputs, **given)
        context["env"] = {key: expand(value, context) or "" for key, value in job.get("env", {}).items()}
        for step in job["steps"]:
            if any(codes) or not evaluate(step.get("if", "'true'").strip("${} "), context):
                continue
            if "uses" in step:
                self._use(
                    step["uses"], {key: expand(each, context) for key, each in step.get("with", {}).items()}, home
                )
                continue
            file_of_outputs = self.work / "outputs"
            file_of_outputs.write_text("", encoding="utf-8")
            places = {"GITHUB_OUTPUT": file_of_outputs, "GITHUB_STEP_SUMMARY": self.work / "summary.md"}
            own = {key: expand(value, context) for key, value in step.get("env", {}).items()}
            codes.append(self.shell(step["run"], {**context["env"], **places, **own}, at=home))
            lines = file_of_outputs.read_text(encoding="utf-8").splitlines()
            outputs[step.get("id", "")] = {"outputs": dict(line.split("=", 1) for line in lines)}
        return codes, {key: expand(value, context) for key, value in job.get("outputs", {}).items()}

    def _use(self, action: str, given: Mapping[str, Any], home: Path) -> None:
        match action.partition("@")[0].rpartition("/")[2]:
            case "configure-aws-credentials":
                self.roles.append(given["role-to-assume"])
            case "upload-artifact":
                (self.artifacts / given["name"]).mkdir(parents=True, exist_ok=True)
                shutil.copy(home / given["path"], self.artifacts / given["name"])
            case "download-artifact":
                for artifact in sorted(self.artifacts.glob(given.get("name") or given["pattern"])):
                    target = home / given["path"] / ("" if "name" in given else artifact.name)
                    shutil.copytree(artifact, target, dirs_exist_ok=True)
            case other:
                assert other in ("checkout", "pcaform-tools"), other

    def run_gitlab(self, name: str, jobs: Mapping[str, Any], *, home: Path, **given: str) -> int:
        """Run the scripts of a job of GitLab in one shell that ends with the first failure."""
        job = jobs[name]
        layers = [job]
        while parent := layers[0].get("extends"):
            layers.insert(0, jobs[parent])
        lines = [line for key in ("before_script", "script") for each in layers for line in each.get(key, [])]
        variables = {key: str(value) for each in layers for key, value in each.get("variables", {}).items()}
        known = {**self.environment, "CI_PROJECT_DIR": str(home), **given}
        for _ in range(2):  # a variable may name others
            known |= {key: _braces(value, known) for key, value in variables.items()}
        self.roles.append(known.pop("AWS_ROLE_ARN", ""))
        known.pop("AWS_WEB_IDENTITY_TOKEN_FILE", None)  # the sandbox gives its own credentials in place of a role
        lines = [line for line in lines if "AWS_TOKEN" not in line]
        return self.shell("\n".join(lines), known, at=home)


def _braces(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), text)
