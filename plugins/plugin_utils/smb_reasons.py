# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a file server's status codes mean for a file transfer (MS-ERREF, NTSTATUS), as parts of sentences."""

from __future__ import annotations

from collections.abc import Mapping

ACCESS_DENIED = 0xC0000022
# For the share itself: the last is the answer to a DFS referral request, which the library sends when the share does not exist.
NO_SHARE = frozenset({0xC00000CC, 0xC0000225})

_NAME = "Windows does not allow a name in this path"
_OF_FILES: Mapping[int, str] = {
    0xC0000033: _NAME,
    0xC0000039: _NAME,
    0xC000003B: _NAME,
    0xC000000F: "the file does not exist",
    0xC0000034: "the file does not exist",
    0xC000003A: "the folder does not exist",
    0xC0000225: "the file does not exist",
    0xC0000035: "a file or folder of this name already exists",
    0xC0000043: "another program has the file open",
    0xC0000054: "another program has locked the file",
    0xC0000056: "it is being deleted; try again when the program that has it open has closed it",
    0xC0000044: "the account's quota on the drive is used up",
    0xC000007F: "the drive is full",
    0xC00000A2: "the drive is write-protected",
    0xC00000A3: "the drive is not ready; check that it contains a disk",
    0xC0000101: "the folder is not empty",
    0xC0000103: "a part of this path is a file, but a folder is needed",
    0xC00000BA: "it is a folder, but a file is needed",
    0xC0000121: "it cannot be deleted; it is read-only, or in use",
    0xC0000185: "the drive of the server failed (input/output error)",
    0xC000009A: "the server has no resources left for it",
    0xC0000205: "the server has no resources left for it",
}
_OF_LOGONS: Mapping[int, str] = {
    0xC000006A: "wrong user or password",
    0xC000006D: "wrong user or password, or the server does not allow this kind of logon",
    0xC0000064: "the user does not exist on the server",
    0xC000006E: "an account restriction does not allow it, for example for an empty password",
    0xC000006F: "the account may not log on at this time",
    0xC0000070: "the account may not log on from this computer",
    0xC0000071: "the password has expired",
    0xC0000072: "the account is disabled",
    0xC000015B: "the account has no right to log on over the network",
    0xC0000193: "the account has expired",
    0xC0000224: "the password must be changed first",
    0xC0000234: "the account is locked out",
    0xC000005E: "the server cannot reach a domain controller",
    0xC000018B: "the server's own account in the domain is not trusted",
    0xC0000413: "the server allows only selected accounts of this domain (selective authentication)",
}


def no_share(host: str, share: str) -> str:
    """The message that a server does not have a share; an administrative share exists only with its drive."""
    if share.endswith("$") and len(share) == 2:
        return (
            f"{host} has no share {share}: it has no drive {share[0]}:, or its administrative shares are disabled "
            "(AutoShareServer). Give a path on a drive that it has"
        )
    return f"{host} has no share {share}"


def of_logon(status: int) -> str | None:
    """Why a logon failed; None for a status that is about something else."""
    return _OF_LOGONS.get(status)


def of_file(status: int, *, root: bool) -> str | None:
    """What is wrong with a file, a folder or the share itself; None for an unknown status.

    :param root: the request is for the share itself, not for something in it.
    """
    if status != ACCESS_DENIED:
        return _OF_FILES.get(status)
    if root:
        return "access is denied; only members of the server's Administrators group may use the administrative shares"
    return "access is denied; the account has no right to do this here, or the file, the folder or the share is read-only"
