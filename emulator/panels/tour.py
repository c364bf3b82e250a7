"""A walk through the demo system: what is said at each place, and the command that goes there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the tour: its title, what to see there, and the command that shows it."""

    title: str
    text: str
    command: str


TOUR: tuple[Stop, ...] = (
    Stop(
        "The menu",
        "Every panel has a command of one to six letters. Type one behind ===> and press Enter, or "
        "type S beside a line here. MENU brings you back from anywhere, F3 one step back.",
        "MENU",
    ),
    Stop(
        "ST: all jobs",
        "Each job on the spool, whatever queue it is on. Max-RC is how it ended. Type ? beside a "
        "job to see its data sets, or S to read all of them as one text.",
        "ST",
    ),
    Stop(
        "O: output that is ready",
        "Mail waits here until a CSSMTP takes it, which is a matter of moments. Wtr is the writer "
        "name that output is meant for: SYSOUT=(B,CSSMTP) in the JCL.",
        "O",
    ),
    Stop(
        "H: output that is held",
        "A bad spool file ends here, and so does output of a held class. F1 on a row explains why "
        "it waits; O beside it releases it.",
        "H",
    ),
    Stop(
        "MAIL: what became of each mail",
        "One row for a recipient: delivered, undeliverable or pending, and what the server said.",
        "MAIL",
    ),
    Stop(
        "CSSMTP: the mail forwarder",
        "Its target servers, the spool files it has in hand, and how many mails a minute go out.",
        "CSSMTP",
    ),
    Stop(
        "LOG: the console",
        "Every job, every spool file and every command leaves its lines here. All that you do on a "
        "panel is a command: look for yours after you have typed one.",
        "LOG",
    ),
    Stop(
        "Commands",
        "/ in front of a command gives it to the system: try /$D JQ. PREFIX PAY* keeps all other "
        "jobs away, FILTER and SORT work on any column, and what is set stands in the third line.",
        "ULOG",
    ),
    Stop(
        "That is all",
        "F1 explains the panel you are on, Ctrl-P finds anything by its name, =X ends. Have a look "
        "around: nothing here leaves this machine.",
        "MENU",
    ),
)
