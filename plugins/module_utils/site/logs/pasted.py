# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What web pages, tickets and Markdown put around the lines of a log: tags, entities, fences, quote marks, bullets. Pure."""

from __future__ import annotations

import html
import re

QUOTE, BULLET, NUMBER = "quote", "bullet", "number"
# Between two blocks of a web page (paragraphs, list items), in the result of ``plain``.
BOUNDARY = "\x1e"

_BLOCK = re.compile(
    r"</?(?:p|div|pre|li|ul|ol|tr|table|tbody|thead|blockquote|h[1-6]|html|body|section|article)\b[^<>]{0,200}>", re.IGNORECASE
)
_BREAK = re.compile(r"<br\b[^<>]{0,200}>", re.IGNORECASE)
_CELLS = re.compile(r"</t[dh]\s*>\s{0,20}<t[dh]\b[^<>]{0,200}>", re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:span|code|td|th|b|i|u|a|em|strong|font|samp|kbd|tt|mark|small|o:p)\b[^<>]{0,400}>|<!--[^<>]{0,200}-->", re.IGNORECASE
)
# A line that begins with a tag, or that ends with one.
_TAGGED = re.compile(
    r"\s{0,20}<(?:p|div|pre|li|tr|td|span|code|em|i|b|strong|font|samp|br)\b[^<>]{0,200}>"
    r"|.*</(?:p|div|pre|li|tr|td|span|code|em|i|b|strong|font|samp)>\s*\Z|.*<br\b[^<>]{0,20}>\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_AT_BEGIN = re.compile(r"(?:\s{0,20}<(?:p|div|pre|li|td|span|code|em|i|b|strong|font|samp)\b[^<>]{0,200}>){1,9}", re.IGNORECASE)
_AT_END = re.compile(
    r"(?:\s{0,20}(?:</(?:p|div|pre|li|tr|td|span|code|em|i|b|strong|font|samp)\s*>|<br\b[^<>]{0,20}>)){1,9}\s*\Z", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\([<>\[\]_])")
# Blanks that are none for the patterns of records, and characters without width.
_BLANKS = {ord(sign): " " for sign in "\u00a0\u2007\u2009\u202f"} | dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
)
_FENCE = re.compile(
    r"\s{0,8}(?:`{3,}[ \t]*(?:log|logs|te?xt|plain|plaintext|none|output|console|xml|html|powershell|shell|cmd|csv)?"
    r"|\[/?(?:code|quote|pre)(?:=[^\]]{0,40})?\]"
    r"|\{(?:code|noformat|quote)(?:[:|][^}]{0,60})?\})\s*",
    re.IGNORECASE,
)
_FENCES = frozenset("`[{")
_QUOTED = re.compile(r"[ \t]{0,3}>(?:[ \t]{0,3}>){0,8}(?:[ \t]|\Z)")
_BULLETED = re.compile(r"[ \t]{0,12}(?:[-*+\u2022\u00b7\u25aa\u25e6]|(\d{1,3})[.)])[ \t]{1,8}(?=\S)")
_MARKS = re.compile(r"(?:[ \t>`*+\u2022-]|\d{1,3}[.)] )*")
_MOST_TAGS = 200
STARTS = frozenset(">-*+\u2022\u00b7\u25aa\u25e60123456789 \t")
"""The characters with which a marked line begins."""


def is_unusual(line: str) -> bool:
    """Whether a line has anything that ``plain`` changes."""
    return "<" in line or "&" in line or "`" in line or not line.isascii()


def is_tagged(line: str) -> bool:
    """Whether a line begins or ends with a tag that only formats text."""
    return "<" in line and _TAGGED.match(line) is not None


def is_fence(line: str) -> bool:
    """Whether a line is only the beginning or the end of a code block: three back quotes, ``[code]``, ``{noformat}``."""
    return line.lstrip()[:1] in _FENCES and _FENCE.fullmatch(line) is not None


def is_empty(line: str) -> bool:
    """Whether a line has nothing but tags and marks."""
    return not _MARKS.sub("", plain(line), count=1).strip("`* \t" + BOUNDARY)


def mark(line: str) -> tuple[str, str]:
    """QUOTE, BULLET or NUMBER and the line without this mark; an empty text and the line when it has none."""
    found = _QUOTED.match(line)
    if found:
        return QUOTE, line[found.end() :]
    found = _BULLETED.match(line)
    if found:
        return (NUMBER if found[1] else BULLET), line[found.end() :]
    return "", line


def without_marks(line: str) -> str:
    """The line without all quote marks, bullets and back quotes at its beginning, and back quotes at its end."""
    found = _MARKS.match(line)
    return line[found.end() if found else 0 :].rstrip("` \t")


def plain(text: str) -> str:
    """The text of web text: without tags and entities, BOUNDARY between blocks, tabs between cells, ordinary blanks.

    A text without anything of this kind stays as it is.
    """
    if "<" in text:
        text = _INLINE.sub("", _BREAK.sub("\n", _BLOCK.sub(BOUNDARY, _CELLS.sub("\t", text))))
    if "&amp;lt;" in text:
        text = html.unescape(text)
    if "&" in text:
        text = html.unescape(text)
    if "\\<" in text:
        text = _ESCAPED.sub(r"\1", text)
    return text if text.isascii() else text.translate(_BLANKS)


def bare(text: str) -> str:
    """A text that is not web text, without the tags around it, with ordinary blanks; what is in it stays as it is."""
    end = _AT_END.search(text, max(0, len(text) - _MOST_TAGS)) if text.endswith(">") else None
    if end:
        begin = _AT_BEGIN.match(text)
        text = text[begin.end() if begin else 0 : end.start()]
    return text if text.isascii() else text.translate(_BLANKS)
