"""ServiceConnectionTool.exe: how a hierarchy without internet gets its updates (facts/internet-and-offline.md, section 5).

Its command line, its output files and some lines of its log are documented. All other messages, the format of the manifest and
the payloads, and its exit codes are the lab's own.
"""
