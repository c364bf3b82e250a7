"""Makes `samples/site/jobs`: the 200 mail jobs of a made-up site, eight departments of 25.

Each department has a habit that SMTPD put up with. Run it again after a change:

    python tools/make_site.py
"""

from collections.abc import Callable
from pathlib import Path

SITE = Path(__file__).parents[1] / "samples" / "site"
JOBS = 25

CARDS = """//{job}  JOB ({dept}1),'MAIL OF {dept}',CLASS=A,MSGCLASS=A
//* {shows}
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=({sysout})
//SYSUT1   DD *
{mail}
/*
"""


def mail(dept: str, number: int, **parts: str) -> list[str]:
    """The spool file of a job; parts that are not given are as they should be."""
    low = dept.lower()
    sender = parts.get("sender", f"{low}.batch@acme.example")
    to = parts.get("to", f"{low}.desk@acme.example")
    return [
        f"HELO {parts.get('helo', 'MVS1')}",
        f"MAIL FROM:<{sender}>",
        f"RCPT TO:<{to}>",
        "DATA",
        f"From: {parts.get('header', sender)}",
        f"To: {to}",
        f"Subject: {low} run {number:02} ended",
        "",
        f"Run {number:02} of {dept} ended. Rows: {number * 4711}",
        "",
        "The listing is in the usual place.",
        ".",
        "QUIT",
    ]


def good(dept: str, number: int) -> list[str]:
    return mail(dept, number)


def two_mails(dept: str, number: int) -> list[str]:
    second = mail(dept, number, to="audit@client.example")[1:]
    return [*mail(dept, number)[:-1], *second]


def numbered(dept: str, number: int) -> list[str]:
    """Every third member was saved with sequence numbers."""
    lines = mail(dept, number)
    if number % 3:
        return lines
    return [f"{line:<72}{at * 10000:08}" for at, line in enumerate(lines, 1)]


def local_users(dept: str, number: int) -> list[str]:
    return mail(dept, number, to=f"{dept}DESK" if number % 4 == 0 else "freight@client.example")


def watched(dept: str, number: int) -> list[str]:
    """Some ask SMTPD for its replies."""
    lines = mail(dept, number)
    if number % 5 == 0:
        lines[1:1] = ["VERB ON", f"TICK {dept}{number:02}"]
    return lines


def short_senders(dept: str, number: int) -> list[str]:
    return mail(dept, number, header="OPSA" if number % 6 == 0 else "ops@acme.example")


def periods(dept: str, number: int) -> list[str]:
    """Reports with lines that begin with a period, and forgotten ends."""
    lines = mail(dept, number)
    if number % 7 == 0:
        lines.insert(-2, ".TOTAL  4711")
    return lines[:-2] if number % 10 == 0 else lines


def held(dept: str, number: int) -> list[str]:
    return mail(dept, number, to="dock@client.example")


HABITS: dict[str, tuple[Callable[[str, int], list[str]], str, str]] = {
    "PAYR": (good, "B,SMTP", "A mail as it should be."),
    "SALE": (two_mails, "B,SMTP", "Two mails in one spool file."),
    "LEDG": (numbered, "B,SMTP", "Some members have sequence numbers in columns 73-80."),
    "SHIP": (local_users, "B,SMTP", "Some mail is for a TSO user."),
    "STOK": (watched, "B,SMTP", "Some jobs ask SMTPD for its replies."),
    "OPSX": (short_senders, "B,SMTP", "Some headers name a TSO user, which SMTPD rewrites."),
    "HRES": (periods, "B,SMTP", "Some texts have periods where none should be, or none."),
    "WARE": (held, "H,SMTP", "The class is held: somebody releases the output by hand."),
}


def main() -> None:
    """Write them."""
    for dept, (habit, sysout, shows) in HABITS.items():
        folder = SITE / "jobs" / dept
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, JOBS + 1):
            job = f"{dept}{number:02}"
            text = CARDS.format(
                job=job, dept=dept, shows=shows, sysout=sysout,
                mail="\n".join(habit(dept, number)),
            )  # fmt: skip
            (folder / f"{job}.jcl").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
