"""Expressions by the line: those that pcaform evaluates as Terraform does, and those that it leaves to Terraform."""

NAMES = """\
locals {
  text   = "Größe"
  list   = ["b", "a", "b"]
  object = { b = 1, a = { deep = [true, null] } }
  empty  = []
  set    = toset(["y", "x"])
  nested = [[1, [2]], [], [3]]
}
"""
KNOWN = r"""
1 + 2 * 3 - 4
-(3) + 10 % 4
28 / 2
1.5 + 0.25
0.1 + 0.2
1e3
!true || false && true
1 == 1 ? "same" : "other"
1 == "1"
true == 1
[1] == [true]
{ a = 1 } == { a = 2 }
[1, 2] != [1]
1 < 2 && 3 >= 3
true ? 1 : "x"
false ? 1 : true ? "x" : "y"
true ? [1] : []
true ? [{ a = 1, b = "x" }] : []
true ? { a = 1, b = "x" } : { a = 2, b = "y" }
true ? { a = 1 } : { b = 2 }
true ? { a = "x", b = ["y"] } : { a = "z", b = [] }
true ? null : 1
false ? {} : { a = 1 }
true ? toset(["b", "a"]) : toset(["x"])
distinct([1, "1", 2])
tolist([1, "x", null])
toset([2, "b", 2])
tomap({ a = 1, b = "x" })
coalesce(null, 1, "x")
concat([1, "x"], [2])
concat([1, "x"], local.list)
"a ${1 + 1} ${true} ${local.text}"
"$${x} %%{y} $ % \" \\ \n \t é \U0001f600"
"${local.object.b}"
"  ${~ "x" ~}  "
local.list[1]
local.list["1"]
local.list.0
local.object["a"].deep[0]
local.object.a.deep.*
local.nested[*]
[for each in local.list : "${each}!"]
[for index, each in local.list : "${index}${each}" if each == "b"]
{ for key, value in local.object : upper(key) => key if key != "b" }
{ for each in local.list : each => "x"... }
{ for each in local.set : each => each }
{ for key, value in local.set : key => value }
[for key, value in true ? local.set : toset([]) : key]
[for key, value in local.set[*] : key]
[for key, value in toset([10, 9, 2.5]) : key]
[for key, value in toset([true, false]) : key]
[for key, value in distinct(local.set) : key]
{ (local.text) = 1, "a b" = 2, c : 3 }
{ a = 1, a = 2 }
jsonencode(local.object)
jsonencode({ b = "<&>\u2028", a = [1, 2.5, true, null] })
jsondecode("{\"a\": [1, 2.5, null]}")
merge(local.object, { c = 3 }, null)
lookup(local.object, "b", 9)
lookup({ a = "x" }, "z", "none")
flatten(local.nested)
concat(local.list, ["z"], local.empty)
toset(["b", "a", "b"])
tolist(["b", "a"])
tomap({ a = "x" })
tostring(5)
tonumber("5.50")
tobool("true")
tobool("1")
tobool("0")
distinct(local.list)
compact(["a", "", "b"])
sort(local.list)
reverse(local.list)
keys(local.object)
values({ b = 1, a = 2 })
length(local.list)
length(local.object)
length("abc")
length("")
length([uuid(), 1])
length({ a = uuid() })
replace("a-b", "/(?:a)-(b)/", "$1")
contains(local.list, "b")
element(local.list, 4)
one(["x"])
one([])
zipmap(["a", "b"], [1, 2])
join("-", ["a", "b"], ["c"])
split(",", "a,,b")
split(",", "")
lower("ABC")
upper("abc")
replace("a.b.c", ".", "-")
replace("a1b22", "/[0-9]+/", "-")
replace("web-12", "/([a-z]+)-([0-9]+)/", "$2.${1}x")
replace("https://a.b", "/^https:\\/\\//", "")
trimspace("  a b \n")
trimprefix("abc", "a")
trimsuffix("abc", "c")
startswith("abc", "ab")
endswith("abc", "bc")
chomp("a\r\n\n")
max(1, 5, 3)
format("%s-%03d %v%%", "a", 7, true)
format("%-5s|%5s|%x", "ab", "c", 255)
format("Hello")
format("%s", 5)
format("%v", ["a", 1])
formatlist("%s.%s", ["a", "b"], "x")
formatlist("%s", local.list)
regex("[a-z]+", "12ab34")
regex("^([a-z]+)-([0-9]+)$", "web-12")
regex("(?P<name>[a-z]+)=(?P<value>.*)", "a=b")
regexall("[a-z]", "a1b2")
regexall("x", "a1b2")
try(regex("x", "a"), "none")
can(regex("^a", "abc"))
can(regex("^b", "abc"))
title("hello wor-ld a_b 1st it's")
substr("hello", 1, 3)
substr("hello", -3, -1)
substr("hello", 2, 99)
strcontains("5 years", "year")
trim("--a-b--", "-")
basename("a/b/c.txt")
basename("a/b/")
slice(local.list, 1, 3)
index(local.list, "b")
range(3)
range(1, 7, 2)
range(3, 0)
alltrue([true, "true"])
alltrue([])
anytrue([false, true])
md5("a")
sha1("a")
sha256("a")
base64encode("héllo")
base64decode("aGk=")
nonsensitive("a")
local.empty != null ? (true ? 1 : 0) : 0
"true" && true
!"false"
"true" ? 1 : 0
min(1, 5, 3)
coalesce("", "a")
"e\u0301" == "\u00e9"
jsondecode("\"e\\u0301\"")
"e${"\u0301"}"
try(local.object.none, "fallback")
can(local.object.none)
try(local.list[7], local.list[0])
<<EOT
  plain "quoted" \n
    ${local.text} $${kept}
EOT
<<-EOT
    two
      ${1}

    lines
EOT
[<<-EOT
  in a list
  EOT
, 2]
[
  1, # a comment
  /* another */ 2,
  // and one more
]
(
  1
  +
  2
)
"${
  1
}"
length(
  local
  .list
  ,
)
[
  for index, each in local.list
  : each
  if index > 0
]
{
  for key, value in local.object :
  key
  => "x"
  if key != "b"
}
{

  a = 1

  b = [
    2
  ], c = 3
  for_each = { in = 4
    d = 5 }
}
local.list[
  1
]
(1 + 2) * 3
"${"nested ${"quotes"}"}"
""".strip()
UNKNOWN = r"""
1 / 3
"${10 / 4}"
[1] == tolist([1])
{ a = 1 } == { a = 1 }
contains([[1]], [1])
true ? ["b", "a", "b"] : toset(["x"])
true ? [1, "x"] : ["x", 1]
true ? { a = 1, b = "x" } : { a = 2, b = "y", c = "z" }
true ? { a = 1, b = "x" } : {}
true ? { a = 1 } : tomap({ a = null, b = "x" })
true ? [[1]] : [["x"], ["y"]]
tolist([{ a = 1 }, { a = "x" }])
concat(tolist([1]), ["x"])
12345678901234567890.5
1e400
max("10", "9")
sort([10, 9])
length("e\u0301")
length(toset([uuid(), "a"]))
replace("abxd", "/x*/", "-")
regexall("x*", "abxd")
replace("a{,2}", "/a{,2}/", "-")
upper("ß")
max(true, 1)
lookup(["a"], 0, 1)
lookup(tomap({ a = "x" }), "z", 1)
compact([0])
tolist("abc")
local.list[-1]
tonumber("1_000")
tonumber("nan")
jsondecode("NaN")
element(local.list, -1)
reverse("abc")
uuid()
timestamp()
"%{ if true }x%{ endif }"
format("%q", "a")
format("%5.1f", 1.25)
regex("(?i)A", "a")
regex("[[:alpha:]]", "a")
""".strip()
