"""The words that an option takes where the list of them is closed."""

from enum import StrEnum


class ReportFormat(StrEnum):
    """What `--format` of validate, guard, access and drift takes."""

    text = "text"
    markdown = "markdown"
    json = "json"
    github = "github"
    sarif = "sarif"


class AuditFormat(StrEnum):
    """What `audit --format` takes."""

    text = "text"
    markdown = "markdown"
    json = "json"
    html = "html"
    github = "github"
    sarif = "sarif"


class ImportFormat(StrEnum):
    """What `--format` of the imports takes."""

    text = "text"
    json = "json"


class FailOn(StrEnum):
    """What `guard --fail-on` takes: a level; heavier levels count too."""

    breaks_trust = "breaks-trust"
    widens_access = "widens-access"
    notice = "notice"


class SchemaOf(StrEnum):
    """Whose JSON Schema `schema` prints."""

    spec = "spec"
    guard = "guard"
    access = "access"
    imports = "import"
    drift = "drift"
    audit = "audit"
    adopt = "adopt"


class AcceptedChange(StrEnum):
    """What `adopt --accept` takes."""

    tags = "tags"
    force_destroy = "force-destroy"
    timeouts = "timeouts"
    wording = "wording"


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
