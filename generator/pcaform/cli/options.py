"""The words that options take, where there is a closed list of them."""

from enum import StrEnum


class Format(StrEnum):
    """What `validate --format` takes."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


class ReportFormat(StrEnum):
    """What `--format` of guard and of the imports takes."""

    text = "text"
    json = "json"


class AccessFormat(StrEnum):
    """What `access --format` takes."""

    text = "text"
    markdown = "markdown"
    json = "json"


class Described(StrEnum):
    """What `schema` describes."""

    spec = "spec"
    guard = "guard"
    access = "access"
    imports = "import"
    adopt = "adopt"


class Difference(StrEnum):
    """What `adopt --accept` takes."""

    tags = "tags"
    force_destroy = "force-destroy"
    timeouts = "timeouts"


class Shell(StrEnum):
    """What `sandbox --shell` takes."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


class Pipeline(StrEnum):
    """What `access --pipeline` takes."""

    plan = "plan"
    apply = "apply"
    scp = "scp"


class Status(StrEnum):
    """What `import aws --status` takes: every status of a CA."""

    CREATING = "CREATING"
    PENDING_CERTIFICATE = "PENDING_CERTIFICATE"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    DELETED = "DELETED"
