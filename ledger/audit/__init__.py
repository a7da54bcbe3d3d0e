"""Independent replay: everything that a ledger claims, checked again from its bytes.

Numbered steps A1 to A7 (`ledger.audit.findings.STEPS`); `ledger.audit.run.audit` takes them in one
pass over a source of entries. Standard library, `ledger.core` and `ledger.domain` only.
"""
