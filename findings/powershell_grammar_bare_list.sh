#!/bin/sh
# tree-sitter-powershell 0.26.4: a list of unquoted words as an argument is a syntax error.
#
# In argument mode, PowerShell reads unquoted words as texts, and a comma makes a list of them (about_Parsing, about_Arrays): the command
# Get-Service a,b gets two names. The grammar accepts the list only if its items are quoted, are variables or numbers; with unquoted words
# the tree has an error, with and without a blank after the comma. A program that refuses scripts by has_error refuses valid scripts.
#
# This runs only the two parsers' packages in a temporary folder. No PowerShell is needed; it makes no connection after the installation.
set -eu
core=0.26.1 grammar=0.26.4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q --disable-pip-version-check install "tree-sitter==$core" "tree-sitter-powershell==$grammar"
cat >"$folder/read.py" <<'PY'
import tree_sitter
import tree_sitter_powershell

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
for text in ("Get-Service a", "Get-Service 'a','b'", "Get-Service $a,$b", "Get-Service 1,2", "Get-Service a,b", "Get-Service a, b"):
    print(f"{text}: {'error' if parser.parse(text.encode()).root_node.has_error else 'accepted'}")
PY
seen=$("$folder/venv/bin/python" "$folder/read.py")
# shellcheck disable=SC2016  # the dollar signs are PowerShell's
wanted='Get-Service a: accepted
Get-Service '\''a'\'','\''b'\'': accepted
Get-Service $a,$b: accepted
Get-Service 1,2: accepted
Get-Service a,b: error
Get-Service a, b: error'
echo "tree-sitter $core, tree-sitter-powershell $grammar"
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "the result has changed; expected:"; echo "$wanted"; exit 1; }
