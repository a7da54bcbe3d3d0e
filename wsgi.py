"""The application for a WSGI server of your own choosing; `certledger serve` needs no other.

    CERTLEDGER_HOME=/srv/ledger granian --interface wsgi --factory wsgi:application

It is a factory: call it in the process that serves, after any fork, since an open database must not
be carried over one. Run `certledger projections follow` beside it to keep the views up to date.
"""

from api.serving import application

__all__ = ["application"]
