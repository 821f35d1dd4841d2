"""ServiceConnectionTool.exe: how a hierarchy without internet gets its updates (facts/internet-and-offline.md, section 5).

Its command line and what it leaves behind are documented, and some lines of its log. All other words, the form of manifest and
payloads, and its exit codes are the lab's own.
"""
