"""The command line: composes the rooms, each imported only by the command that needs it.

A party's tools (`keys`, `sign`, `submit`) need no server software, an auditor's no HTTP either.
"""
