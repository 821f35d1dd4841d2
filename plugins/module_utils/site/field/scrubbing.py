# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Replaces what identifies a site in texts. Pure.

In every text: domains, servers, accounts, SIDs, GUIDs, addresses and site codes, where they are known or by their form. In a text
that may be about anything (FREE), also each word that is not in the vocabulary; it is then replaced in every other text too.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ansible_collections.configmgr.scp.plugins.module_utils.site.field import stand_ins as kinds
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.stand_ins import StandIns
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.vocabulary import EXTENSIONS, PUBLIC_HOSTS, is_known

DROPPED = "(dropped)"
# What a text is about.
FORM, FREE, HOST, ACCOUNT, CODE, FLAT = "form", "free", "host", "account", "code", "domain"
_SAME_EVERYWHERE = frozenset({"localhost", "127.0.0.1", "::1", "::", "0.0.0.0", "255.255.255.255"})
_ZERO_GUID = "00000000-0000-0000-0000-000000000000"
_NAME = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_FORMS = {
    "uri": r"http://(?:schemas\.(?:microsoft\.com|xmlsoap\.org|dmtf\.org)|www\.w3\.org)/[^\s\"'<>]*",
    "guid": r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Za-z])",
    "when": r"(?<![0-9A-Za-z])(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?|\d{14}\.[\d*]{6}[+-][\d*]{3}"
    r"|P(?:\d{1,9}[YMD]){0,3}T(?:\d{1,12}(?:\.\d{1,9})?[HMS]){1,3})(?![0-9A-Za-z])",
    "sid": r"(?<![0-9A-Za-z])[Ss]-1(?:-\d{1,14}){1,15}",
    "mac": r"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![0-9A-Za-z])",
    "ipv6": r"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4})(?![0-9A-Za-z:])",
    "ipv4": r"(?<![0-9A-Za-z.])\d{1,3}(?:\.\d{1,3}){3}(?![0-9A-Za-z]|\.\d)",
    "blob": r"(?<![0-9A-Za-z+/=_-])(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+/]{48,}={0,2}",
    "mail": rf"(?P<mailbox>[\w.+-]{{1,64}})@(?P<mail_host>{_NAME}(?:\.{_NAME})*)",
    "account": rf"(?<![\w\\.:-])(?P<flat>{_NAME}(?:\.{_NAME})*)(?P<slashes>\\{{1,4}})(?P<user>[\w.-]{{1,64}}\$?)",
    "unc": rf"(?<![\w\\:.)-])(?P<lead>\\{{2,4}})(?P<host>{_NAME}(?:\.{_NAME})*)",
    "dotted": rf"{_NAME}(?:\.{_NAME})+",
    "word": r"\w[\w-]*",
}
_MASTER = re.compile("|".join(f"(?P<{name}>{form})" for name, form in _FORMS.items()))
# Those of a domain, of a computer and of Entra; all others are the same everywhere.
_OWN_SID = re.compile(r"[Ss]-1-(?:5-21|12-1)-")
_TOP = re.compile(r"[^\W\d_][\w-]*")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+", re.IGNORECASE)


@dataclass
class Known:
    """What is known about a site before a text is read. Texts are compared without letter case.

    :param servers: names of servers, FQDN or short.
    :param domains: DNS names of domains.
    :param flat_domains: NetBIOS names of domains.
    :param accounts: as DOMAIN\\user, user@domain or user.
    :param codes: codes of sites.
    :param words: any other text; with blanks it is replaced as a whole.
    """

    servers: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    flat_domains: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def texts(self) -> set[str]:
        """All of it."""
        return self.servers | self.domains | self.flat_domains | self.accounts | self.codes | self.words

    def add(self, text: str) -> None:
        """Add a name of which only its form is known: an account, an address, an FQDN or a word."""
        text = text.strip()
        if len(text) < 2 or text.casefold() in _SAME_EVERYWHERE or _is_address(text):
            return
        if "\\" in text or "@" in text:
            self.accounts.add(text)
        elif "." in text and " " not in text:
            self.servers.add(text)
        else:
            self.words.add(text)


class Scrubber:
    """Replaces originals by stand-ins. First every text is read, so that a name is replaced also where its form does not show it.

    :param known: what is known beforehand.
    :param texts: all texts that will be scrubbed, each with what it is about.
    """

    def __init__(self, known: Known, texts: Iterable[tuple[str, str]]) -> None:
        read = list(texts)
        # A stand-in must not look like anything that is in a text, else nobody could tell the two apart.
        self._stand_ins = StandIns(
            {form for text in (*known.texts(), *(text for text, _about in read)) for form in _tokens(text)}
        )
        self._words: dict[str, tuple[str, str]] = {}
        self._phrases: list[tuple[str, re.Pattern[str]]] = []
        for domain in sorted(known.domains):
            self._learn_domain(domain)
        for server in sorted(known.servers, key=lambda name: (-name.count("."), name)):
            self._learn_server(server)
        for flat in sorted(known.flat_domains):
            self._learn(kinds.FLAT_DOMAIN, flat)
        for code in sorted(known.codes):
            self._learn(kinds.SITE_CODE, code)
        for account in sorted(known.accounts):
            self._learn_account(account)
        for about in (CODE, HOST, FLAT, ACCOUNT):
            for text in dict.fromkeys(text.strip() for text, found in read if found == about):
                self._learn_named(text, about)
        for text in dict.fromkeys(text for text, _about in read):
            for match in _MASTER.finditer(text):
                self._learn_match(match)
        # Late, because the name of a host may be among them, which the texts show better.
        for word in sorted(known.words):
            if word.casefold() not in self._words:
                self._learn_word(word)
        for text in dict.fromkeys(text for text, about in read if about == FREE):
            _MASTER.sub(self._learn_free, text)

    def scrub(self, text: str) -> str:
        """The text with stand-ins."""
        for phrase, pattern in self._phrases:
            text = pattern.sub(self._stand_ins.of(kinds.WORD, phrase), text)
        return _MASTER.sub(self._replaced, text)

    def originals(self) -> list[tuple[str, str]]:
        """(kind, original in lower case) of everything that has a stand-in."""
        return list(self._stand_ins.originals())

    def _learn_named(self, text: str, about: str) -> None:
        """A text that is a name, by the property that has it."""
        if about == CODE:
            if re.fullmatch(r"\w{3}", text):
                self._learn(kinds.SITE_CODE, text)
        elif about == ACCOUNT:
            self._learn_account(text)
        elif about == FLAT and "." not in text:
            self._learn_word(text, kinds.FLAT_DOMAIN)
        elif about == FLAT:
            self._learn_domain(text)
        else:
            # The name of a database server may have an instance or a port.
            server = re.split(r"[\\,]", text.lstrip("\\"))[0]
            if re.fullmatch(rf"{_NAME}(?:\.{_NAME})*\.?", server) and not _is_address(server):
                self._learn_server(server)

    def _learn_free(self, match: re.Match[str]) -> str:
        """Every word of a free text that is not in the vocabulary."""
        if not any(match[kind] for kind in ("uri", "guid", "sid", "mac", "ipv4", "when")) and not _VERSION.fullmatch(match[0]):
            for word in re.findall(r"[^\W_]+", self._replaced(match)):
                # A single letter is a drive, and no name.
                if len(word) > 1 and not is_known(word) and not self._is_stand_in(word):
                    self._learn(kinds.WORD, word)
        return match[0]

    def _is_stand_in(self, word: str) -> bool:
        return word.casefold() in self._stand_ins.parts()

    def _learn(self, kind: str, name: str) -> None:
        if name:
            self._words.setdefault(name.casefold(), (kind, self._stand_ins.of(kind, name)))

    def _learn_domain(self, domain: str) -> None:
        domain = domain.rstrip(".")
        if not self._stand_ins.has(kinds.DOMAIN, domain):
            self._stand_ins.of(kinds.DOMAIN, domain)
            # The first label is nearly always the NetBIOS name, the others name the organisation; the last is public.
            first, *others = domain.split(".")[:-1] or [domain]
            self._learn(kinds.FLAT_DOMAIN, first)
            for label in others:
                if not is_known(label):
                    self._learn(kinds.WORD, label)

    def _learn_server(self, server: str) -> None:
        short, _dot, domain = server.rstrip(".").partition(".")
        if domain:
            self._learn_domain(domain)
        self._learn(kinds.SERVER, short)

    def _learn_account(self, account: str) -> None:
        flat, slash, user = account.partition("\\")
        if slash:
            self._learn(kinds.FLAT_DOMAIN, flat) if "." not in flat else self._learn_domain(flat)
        else:
            user, at, domain = account.partition("@")
            if at and "." in domain:
                self._learn_domain(domain)
        name = user.removesuffix("$")
        if name.casefold() not in self._words:
            self._learn_word(name, kinds.USER)

    def _learn_word(self, text: str, kind: str = kinds.WORD) -> None:
        if re.fullmatch(r"\w[\w-]*", text):
            self._learn(kind, text)
        elif re.search(r"[^\W_]", text):
            self._stand_ins.of(kinds.WORD, text)
            self._phrases.append((text, re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)))
            self._phrases.sort(key=lambda entry: -len(entry[0]))

    def _learn_match(self, match: re.Match[str]) -> None:
        text = match[0]
        kind = next(name for name in _FORMS if match[name] is not None)
        if kind == "dotted" and self._is_host(text) and not self._stand_ins.has(kinds.DOMAIN, text):
            self._learn_server(text)
        elif kind == "unc" and not is_known(match["host"]) and not _is_address(match["host"]):
            self._learn_server(match["host"])
        elif kind == "mail":
            self._learn_account(text)
        elif kind == "account" and not self._is_path(match):
            self._learn_account(f"{match['flat']}\\{match['user']}")

    def _replaced(self, match: re.Match[str]) -> str:
        kind = next(name for name in _FORMS if match[name] is not None)
        handler: Callable[[re.Match[str]], str] = getattr(self, f"_{kind}")
        return handler(match)

    def _uri(self, match: re.Match[str]) -> str:
        return re.sub(r"[^/]+", lambda part: self._of_word(part[0]), match[0])

    def _guid(self, match: re.Match[str]) -> str:
        return match[0] if match[0] == _ZERO_GUID else self._stand_ins.of(kinds.GUID, match[0])

    def _sid(self, match: re.Match[str]) -> str:
        return self._stand_ins.of(kinds.SID, match[0]) if _OWN_SID.match(match[0]) else match[0]

    def _when(self, match: re.Match[str]) -> str:
        return match[0]

    def _mac(self, match: re.Match[str]) -> str:
        return self._stand_ins.of(kinds.MAC, match[0])

    def _ipv6(self, match: re.Match[str]) -> str:
        text = match[0]
        if not _is_address(text):
            return re.sub(r"\w[\w-]*", lambda word: self._of_word(word[0]), text)
        return text if text in _SAME_EVERYWHERE else self._stand_ins.of(kinds.IPV6, text)

    def _ipv4(self, match: re.Match[str]) -> str:
        text = match[0]
        return text if text in _SAME_EVERYWHERE or not _is_address(text) else self._stand_ins.of(kinds.IPV4, text)

    def _blob(self, _match: re.Match[str]) -> str:
        return DROPPED

    def _mail(self, match: re.Match[str]) -> str:
        mailbox = match["mailbox"].casefold()
        name = self._words[mailbox][1] if mailbox in self._words else self._stand_ins.of(kinds.USER, mailbox)
        return f"{name}@{self._host(match['mail_host'], domain=True)}"

    def _account(self, match: re.Match[str]) -> str:
        if self._is_path(match):
            return f"{self._part(match['flat'])}{match['slashes']}{self._part(match['user'])}"
        flat = self._host(match["flat"], domain=True)
        user = match["user"].removesuffix("$")
        name = self._words[user.casefold()][1] if user.casefold() in self._words else self._stand_ins.of(kinds.USER, user)
        return f"{flat}{match['slashes']}{name}{'$' if match['user'].endswith('$') else ''}"

    def _unc(self, match: re.Match[str]) -> str:
        return f"{match['lead']}{self._host(match['host'])}"

    def _dotted(self, match: re.Match[str]) -> str:
        return self._part(match[0])

    def _word(self, match: re.Match[str]) -> str:
        return self._of_word(match[0])

    def _part(self, text: str) -> str:
        """A part of a path, or a text with dots."""
        if _VERSION.fullmatch(text) or text.casefold() in PUBLIC_HOSTS:
            return text
        if "." in text and self._is_host(text):
            return self._host(text)
        return re.sub(r"[^.]+", lambda label: self._of_word(label[0]), text)

    def _host(self, text: str, *, domain: bool = False) -> str:
        """The stand-in of a host or of a domain."""
        if _is_address(text):
            return text if text in _SAME_EVERYWHERE else self._stand_ins.of(kinds.IPV4, text)
        if "." not in text:
            known = self._words.get(text.casefold())
            if known or is_known(text):
                return self._of_word(text)
            return self._stand_ins.of(kinds.FLAT_DOMAIN if domain else kinds.SERVER, text)
        if domain or self._stand_ins.has(kinds.DOMAIN, text):
            return self._stand_ins.of(kinds.DOMAIN, text)
        short, _dot, rest = text.partition(".")
        known = self._words.get(short.casefold())
        return f"{known[1] if known else self._stand_ins.of(kinds.SERVER, short)}.{self._stand_ins.of(kinds.DOMAIN, rest)}"

    def _is_host(self, text: str) -> bool:
        """Whether a text with dots names a host: not a version, a file, or a name of the product's own."""
        labels = text.split(".")
        if _VERSION.fullmatch(text) or text.casefold() in PUBLIC_HOSTS:
            return False
        if labels[-1].casefold() in EXTENSIONS or not _TOP.fullmatch(labels[-1]):
            return False
        return not all(is_known(label) for label in labels)

    def _is_path(self, match: re.Match[str]) -> bool:
        r"""Whether a text such as SOFTWARE\Microsoft is a path and no account."""
        return is_known(match["flat"]) and match["flat"].casefold() not in self._words

    def _of_word(self, word: str) -> str:
        key = word.casefold()
        if key in self._words:
            return self._words[key][1]
        if is_known(word) or not word:
            return word
        for name in sorted((name for name in self._words if ("-" in name or "_" in name) and name in key), key=len, reverse=True):
            # A name with a hyphen inside a longer word.
            word = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", self._words[name][1], word, flags=re.IGNORECASE)
        return re.sub(r"[^_-]+", lambda part: self._words.get(part[0].casefold(), ("", part[0]))[1], word)


def _tokens(text: str) -> set[str]:
    """What a stand-in must not equal."""
    return {match[0] for match in _MASTER.finditer(text)} | set(re.findall(r"[^\W_]+", text))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
