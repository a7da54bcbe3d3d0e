"""`python -m ledger.cli` is `certledger`."""

from ledger.cli.main import main

if __name__ == "__main__":  # workers that are spawned import this file under another name
    main(prog_name="certledger")
