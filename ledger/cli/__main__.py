"""`python -m ledger.cli` is `certledger`."""

from ledger.cli.main import main

main(prog_name="certledger")
