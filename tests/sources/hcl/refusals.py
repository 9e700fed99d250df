"""Terraform files of which something cannot be read, each with the words that say so."""

PROVIDER = 'provider "aws" {\n  region              = "eu-west-1"\n  allowed_account_ids = ["123456789012"]\n}\n'
NONE = "no private CA in the source: there is nothing to import"


def authority(line: str = "", name: str = "root") -> str:
    """Return a CA of which one line can be said; that line is the third of the block."""
    return f"""\
resource "aws_acmpca_certificate_authority" "{name}" {{
  type = "ROOT"
  {line}
  certificate_authority_configuration {{
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {{
      common_name = "Root"
    }}
  }}
}}
"""


def nested(opening: str, closing: str, depth: int) -> str:
    return f"locals {{\n  a = {opening * depth}1{closing * depth}\n}}\n"


FAILURES: dict[str, tuple[str | bytes, str]] = {
    "twice the equals sign": ("locals {\n  a = = 1\n}\n", "main.tf:2:7: '=' cannot stand here"),
    "an unfinished value": ("locals {\n  a = 1 +\n}\n", "main.tf:2:10: this value is not finished"),
    "no value": ("locals {\n  a =\n}\n", "main.tf:2:6: a value is missing here"),
    "two on a line": ("locals {\n  a = 1 b = 2\n}\n", "main.tf:2:9: 'b' cannot stand here"),
    "two in a block of one line": ("locals { a = 1 b = 2 }\n", "main.tf:1:16: 'b' cannot stand here"),
    "two blocks on a line": (
        'variable "a" {} variable "b" {}\n',
        "main.tf:1:17: 'variable' cannot stand here: a block ends its line",
    ),
    "a label without a block": (
        'resource "a"\n',
        "main.tf:1:13: the end of the line cannot stand here: 'resource' needs '=' and a value, or labels and '{'",
    ),
    "a template as a label": (
        'resource "${a}" "b" {}\n',
        "main.tf:1:10: '\"${a}\"' cannot stand here: 'resource' needs '=' and a value, or labels and '{'",
    ),
    "a text that never ends": (
        'locals {\n  a = "x\n}\n',
        "main.tf:2:7: this text is never closed: '\"' is missing before the end of its line",
    ),
    "an interpolation that never ends": (
        'locals {\n  a = "${x"\n}\n',
        "main.tf:2:11: this text is never closed: '\"' is missing before the end of its line",
    ),
    "a block that never ends": ("locals {\n  a = 1\n", "main.tf:1:8: '{' is never closed"),
    "a heredoc that never ends": (
        "locals {\n  a = <<EOT\nx\n}\n",
        "main.tf:2:7: this heredoc is never closed: no line holds just 'EOT'",
    ),
    "a comment that never ends": ("/* x\nlocals {}\n", "main.tf:1:1: this comment is never closed: '*/' is missing"),
    "the wrong bracket": ("locals {\n  a = [1}\n", "main.tf:2:9: '}' cannot close the '[' of line 2"),
    "a bracket too many": ("locals {\n}\n}\n", "main.tf:3:1: '}' closes nothing"),
    "single quotes": (
        "locals {\n  a = 'x'\n}\n",
        "main.tf:2:7: ''' has no meaning in Terraform's language: text stands in \"double quotes\"",
    ),
    "a control character": (
        "locals {\n  a = \x01\n}\n",
        "main.tf:2:7: 'U+0001' has no meaning in Terraform's language",
    ),
    "an escape that is none": (
        'locals {\n  a = "\\x"\n}\n',
        "main.tf:2:8: '\\x' is no escape of Terraform's: \\n \\r \\t \\\" \\\\ \\uXXXX are",
    ),
    "half a surrogate pair": (
        'locals {\n  a = "\\ud800"\n}\n',
        "main.tf:2:8: '\\ud800' is no escape of Terraform's: \\n \\r \\t \\\" \\\\ \\uXXXX are",
    ),
    "no UTF-8": (b"locals {\n  a = \xff\n}\n", "main.tf:2:7: this byte (0xff) is no UTF-8: Terraform files are UTF-8"),
    "UTF-16": ("locals {}\n".encode("utf-16"), "main.tf:1:1: this byte (0xff) is no UTF-8: Terraform files are UTF-8"),
    "lists too deep": (nested("[", "]", 200), "main.tf:2:106: nested more than 100 levels deep: this is not read"),
    "templates too deep": (
        nested('"${', '}"', 200),
        "main.tf:2:308: nested more than 100 levels deep: this is not read",
    ),
    "blocks too deep": (
        "a {\n" * 200 + "}\n" * 200,
        "main.tf:101:3: nested more than 100 levels deep: this is not read",
    ),
    "a sum without end": (
        f"locals {{\n  a = {'1 + ' * 3000}1\n}}\n",
        "main.tf:2:7: this value is too long or too deeply nested: this is not read",
    ),
    "a resource without a name": (
        'resource "aws_acmpca_certificate_authority" {\n}\n',
        "main.tf:1:1: 'resource \"aws_acmpca_certificate_authority\"' has 1 labels, needed: its type and its name",
    ),
    "a provider that nobody sets up": (
        PROVIDER + authority("provider = aws.west"),
        "main.tf:7: no provider block sets up 'aws.west': add it, or correct its alias",
    ),
    "a provider that has to be evaluated": (
        PROVIDER + authority("provider = aws.west[each.key]"),
        "main.tf:7: which provider is meant cannot be told: write aws.ALIAS",
    ),
    "a value of no block": (
        "a = 1\n",
        "main.tf:1:1: 'a' stands outside of any block: values belong into 'locals', or a .tfvars",
    ),
    "an argument twice": (
        authority("type = 1"),
        "main.tf:3:3: 'type' is given twice, first in line 2: only one of them can be meant",
    ),
    "a resource twice": (
        authority() + authority(),
        (
            'main.tf:12:1: \'resource "aws_acmpca_certificate_authority" "root"\' is declared twice, first in '
            "main.tf:1: only one of them can be meant"
        ),
    ),
    "a local value twice": (
        "locals {\n  a = 1\n}\nlocals {\n  a = 1\n}\n",
        "main.tf:5:3: 'a' is given twice, first in main.tf:2: only one of them can be meant",
    ),
    "a provider twice": (
        PROVIDER + PROVIDER,
        (
            "main.tf:5:1: 'provider \"aws\"' is configured twice, first in main.tf:1: only one of them can be meant, "
            "unless each has an alias of its own"
        ),
    ),
    "a module that is not there": (
        'module "ca" {\n  source = "./nowhere"\n}\n',
        "main.tf:1:1: there is no directory './nowhere' for this module",
    ),
    "a module that calls itself": ('module "ca" {\n  source = "./"\n}\n', "main.tf:1:1: module 'ca' calls itself"),
    "no region": (authority(), "no provider block names a region: name it with '--region'"),
    "a provider without a region": (
        'provider "aws" {}\n' + authority(),
        "main.tf:1: this provider block names no region: name it with '--region'",
    ),
    "a region that is not known": (
        'provider "aws" {\n  region = var.region\n}\nvariable "region" {}\n' + authority(),
        (
            "main.tf:1: this provider block names no region (var.region has no value: give it with '--var-file'): name "
            "it with '--region'"
        ),
    ),
    "no account": (
        'provider "aws" {\n  region = "eu-west-1"\n}\n' + authority(),
        "main.tf:1: this provider block names no single account: name it with '--account-id'",
    ),
    "nothing of ours": (PROVIDER, NONE),
}
UNKNOWN = {
    "a variable without a value": ("var.x", 'variable "x" {}', "var.x has no value: give it with '--var-file'"),
    "no such variable": ("var.x", "", "there is no variable 'x'"),
    "no such local value": ("local.x", "", "there is no local.x"),
    "values in a circle": ("local.a", "locals {\n  a = local.b\n  b = local.a\n}", "it refers to itself"),
    "no such resource": ("aws_x.y.z", "", "there is no aws_x.y"),
    "a data source": (
        "data.aws_ssm_parameter.x.value",
        'data "aws_ssm_parameter" "x" {}',
        "data.aws_ssm_parameter.x.value is read from AWS",
    ),
    "what AWS chooses": (
        "aws_kms_key.x.arn",
        'resource "aws_kms_key" "x" {}',
        "aws_kms_key.x.arn is known only when it exists",
    ),
    "a function of the moment": ("timestamp()", "", "timestamp() is not evaluated here"),
    "a function that does not exist": ("nosuch(1)", "", "nosuch() is not evaluated here"),
    "a function that cannot": ('tonumber("x")', "", "tonumber() cannot be evaluated with these arguments"),
    "a for over what is not known": (
        "[for each in var.x : each]",
        'variable "x" {}',
        "var.x has no value: give it with '--var-file'",
    ),
    "two kinds of values": (
        'true ? { a = 1, b = "x" } : {}',
        "",
        "values of different kinds are made one here",
    ),
    "lists that look alike": (
        "tolist([1]) == [1]",
        "",
        "whether two lists or objects are equal depends on their types too",
    ),
    "a directive": ('"%{ if true }x%{ endif }"', "", "a template directive such as %{ if } is not evaluated here"),
    "too many digits": ("1 / 3", "", "'/' is not evaluated here"),
    "a workspace": ("terraform.workspace", "", "'terraform' has no meaning here"),
    "a file that is not there": ('file("nowhere.txt")', "", "'nowhere.txt' cannot be read as text"),
    "a file outside": ('file("/etc/passwd")', "", "a file outside of the configuration's directory is not read"),
    "a file outside, relative": (
        'file("${path.module}/../x")',
        "",
        "a file outside of the configuration's directory is not read",
    ),
}
HOW_MANY = {
    "count": ("count = var.x", "var.x has no value: give it with '--var-file'"),
    "for_each": ("for_each = toset([var.x])", "var.x has no value: give it with '--var-file'"),
    "for_each of a resource's": ("for_each = aws_kms_key.x.tags_all", "there is no aws_kms_key.x"),
    "count of no number": ('count = "a"', "'count' wants a number"),
    "count beyond reason": ("count = 1000000000", "'count' wants a number"),
    "for_each of a number": ("for_each = 1", "'for_each' wants an object or a set of texts"),
}
