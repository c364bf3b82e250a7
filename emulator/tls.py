"""The TLS policy of the system file, in the place of AT-TLS policy (blueprint §8)."""

import ssl
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cssmtp.setting import no_policy
from cssmtp.smtp.wire import Policy
from cssmtp.targets import Target
from emulator.exits import UsageFault
from emulator.settings import TlsPolicy

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def policy_of(tls: TlsPolicy | None) -> Callable[[Target], Policy]:
    """For each target the same rule; without a policy there is none, and TLS with it fails.

    Raises `UsageFault` for a file that cannot be used.
    """
    if tls is None:
        return no_policy
    context = client_context(tls)
    return lambda target: Policy(target.host or target.address, context)


def sandbox_policy(
    tls: TlsPolicy | None, authority: Callable[[], bytes]
) -> Callable[[Target], Policy]:
    """The rule for the sandbox, whose `authority` (PEM) is trusted besides; it is asked for when a
    mail needs TLS. Raises `UsageFault` for a file that cannot be used."""
    given = None if tls is None else client_context(tls)

    @cache
    def context() -> ssl.SSLContext:
        made = given or client_context(TlsPolicy())
        made.load_verify_locations(cadata=authority().decode("ascii"))
        return made

    return lambda target: Policy(target.host, context())


def client_context(tls: TlsPolicy) -> ssl.SSLContext:
    """How we begin TLS: servers' certificates are of `ca`, or of an authority that this machine
    trusts. Raises `UsageFault`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = tls.check_name
    context.minimum_version = _VERSIONS[tls.minimum_version]
    context.options |= getattr(ssl, "OP_NO_RENEGOTIATION", 0)
    if tls.ca is None:
        context.load_default_certs()
    else:
        _use("ca", tls.ca, lambda: context.load_verify_locations(tls.ca))
    certificate = tls.certificate
    if certificate is not None:
        where = tls.key or certificate
        _use("certificate", where, lambda: context.load_cert_chain(certificate, tls.key, _no_word))
    return context


def _use(key: str, path: Path, load: Callable[[], object]) -> None:
    try:
        load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise UsageFault(f"tls.{key}: {path} cannot be used: {reason}") from error


def _no_word() -> str:
    """The pass phrase of a key: we have none, and must not ask on the terminal."""
    return ""
