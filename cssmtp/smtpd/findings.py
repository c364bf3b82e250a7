"""The catalogue of what is found in SMTP.CONFIG and on the way to a CSSMTP configuration.

IBM's SMTPD says EZA5162E, EZA5192E, EZA5209I or EZA5297E to some of these; their texts are not
known, so all ids are our own, JML850-JML889. Wrong lines and characters are those of
`cssmtp.config.findings`.
"""

from jes.messages import Message

UNKNOWN = Message("JML850W", "{word} is not a statement of SMTPD{hint}; its line is passed over")
NO_VALUE = Message("JML851E", "a value is missing; expected {rule}")
BAD_VALUE = Message("JML852E", "{word} is not allowed; expected {rule}")
EXTRA_WORDS = Message("JML853E", "{word} is one word too many; expected {rule}")
REPEATED = Message("JML854W", "coded again; line {line} is replaced by this one")
NO_END = Message("JML855E", "the list that begins here is not closed by {end}")
STRAY_END = Message("JML856E", "{word} closes no list")
HASH = Message("JML857E", "{word}: comments begin with a semicolon")

# --- between statements -------------------------------------------------------------------------
TWO_IPMAILERS = Message(
    "JML860W", "IPMAILERNAME is coded too (line {line}); which of them SMTPD takes is not known"
)
MAILER_AND_IPMAILER = Message(
    "JML861W", "UNKNOWN and IPMAILERADDRESS exclude each other on z/VM; z/OS is not known"
)
NO_ROUTE = Message("JML862I", "without name servers and IPMAILER only the site tables give routes")
NO_WARNING = Message("JML863I", "mail is returned after {age} days, before the warning is due")
SECURE_ALONE = Message("JML864I", "SECURE speaks of a gateway, and GATEWAY is not coded")

# --- the converter ------------------------------------------------------------------------------
CHANGED = Message("JML870I", "becomes {to}; risk {risk}: {change}")
CHANGED_MUCH = Message("JML870W", "becomes {to}; risk {risk}: {change}")
NO_EQUIVALENT = Message("JML871I", "has no equivalent; risk {risk}: {change}")
LOST = Message("JML871W", "has no equivalent; risk {risk}: {change}")
NO_RELAY = Message(
    "JML872W",
    "mail went to the servers of its recipients (MX); CSSMTP needs a relay: {placeholder} stands"
    " where its name must be written",
)
OUT_OF_RANGE = Message("JML873W", "{value} is written as {written}, the nearest that CSSMTP takes")
