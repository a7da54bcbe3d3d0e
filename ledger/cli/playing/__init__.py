"""Several parties played from one machine, where real ones sign on machines of their own.

An importer and the demonstration plan statements, and here they are signed, kept and sent through
the same door as everybody else's.
"""
