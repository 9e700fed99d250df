"""The words that options take, where there is a closed list of them."""

from enum import StrEnum


class Format(StrEnum):
    """What `validate --format` takes."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


class ReportFormat(StrEnum):
    """What `--format` of the imports takes."""

    text = "text"
    json = "json"


class GuardFormat(StrEnum):
    """What `guard --format` takes."""

    text = "text"
    markdown = "markdown"
    json = "json"
    github = "github"
    sarif = "sarif"


class FailOn(StrEnum):
    """What `guard --fail-on` takes: a level, and with it all that weigh more."""

    breaks_trust = "breaks-trust"
    widens_access = "widens-access"
    notice = "notice"


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
    adopt = "adopt"


class Difference(StrEnum):
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
