"""Certificates of tests: an authority that is trusted, and one that is not."""

import ssl
from functools import cache

import trustme

from cssmtp.smtp.wire import Policy
from cssmtp.targets import Target

NAME = "mail.example.com"


@cache
def authority(number: int = 0) -> trustme.CA:
    """One of several authorities; made once."""
    return trustme.CA(organization_name=f"authority {number}")


def server_context(
    *names: str, by: int = 0, clients: int | None = None, version: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    """A server with a certificate of these names; `clients` need one of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority(by).issue_cert(*(names or ("127.0.0.1", NAME))).configure_cert(context)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        authority(clients).configure_trust(context)
    if version is not None:
        context.maximum_version = version
    return context


@cache
def server_pem() -> str:
    """Key and certificates of a server at 127.0.0.1."""
    made = authority(0).issue_cert("127.0.0.1", NAME)
    return made.private_key_and_cert_chain_pem.bytes().decode("ascii")


def client_policy(
    target: Target,
    *,
    trusts: int = 0,
    own: int | None = None,
    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
) -> Policy:
    """A client that trusts an authority, and has a certificate of its `own` perhaps."""
    return Policy(target.host or target.address, _client_context(trusts, own, minimum))


@cache
def _client_context(trusts: int, own: int | None, minimum: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = minimum
    authority(trusts).configure_trust(context)
    if own is not None:
        authority(own).issue_cert("client.example.com").configure_cert(context)
    return context
