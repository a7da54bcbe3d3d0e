"""Everything that is SQLite's own. Nothing outside this package speaks SQL or imports a driver.

``pysqlite3`` carries its own SQLite library, because the one of many systems has the WAL-reset bug
(see :func:`ledger.store.sqlite.driver.refuse_affected`).
"""
