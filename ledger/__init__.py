"""Certificate Ledger: signed statements, admitted by rules, in a log that nobody can rewrite."""
