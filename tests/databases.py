"""Databases of the tests' own in a real PostgreSQL."""

import os
from itertools import count

import psycopg

_databases = count(1)


def new_database(server: str) -> str:
    """An empty database; how to connect to it."""
    name = f"spool_{os.getpid()}_{next(_databases)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return psycopg.conninfo.make_conninfo(server, dbname=name)
