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
    """What `--format` of access and drift takes."""

    text = "text"
    markdown = "markdown"
    json = "json"


class AuditFormat(StrEnum):
    """What `audit --format` takes."""

    text = "text"
    json = "json"
    html = "html"


class Described(StrEnum):
    """What `schema` describes."""

    spec = "spec"
    guard = "guard"
    access = "access"
    imports = "import"
    drift = "drift"
    audit = "audit"


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
