"""Bytes and proofs: strict JSON, keys, statements, the Merkle tree, tiles and signed notes.

Everything here is a pure function of its arguments: no clock, no chance, no file, no network.
Hostile bytes leave as one exception family, `ledger.core.errors.CoreError`; an assertion is our own
bug. Needs the standard library and `cryptography` only, so that an auditor can run it anywhere.
"""
