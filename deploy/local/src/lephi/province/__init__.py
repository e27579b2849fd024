"""The province's TTHC system, made up: another side of the exchange, with code of its own.

It publishes dossiers, keeps what it is told, acknowledges it, counts by day, and misbehaves when it
is asked to. Nothing here is shared with the service that it talks to.
"""
