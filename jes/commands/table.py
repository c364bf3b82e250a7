"""The commands that there are: what each is called, what it takes, and what carries it out."""

from collections.abc import Callable
from dataclasses import dataclass

from jes.commands import jobs, mvs, output, system
from jes.commands.grammar import JesCommand, MvsCommand
from jes.commands.selection import JOBS, OUTPUTS, Desk

_SPOOL = ("SPOOL", "SPL")
_INIT = ("I", "INIT")
_MEMBER = ("MEMBER", "MEM")


@dataclass(frozen=True, slots=True)
class Entry:
    """A command of JES2: its verb, every name of its object, its syntax and one line of help."""

    group: str
    verb: str
    objects: tuple[str, ...]
    syntax: str
    help: str
    run: Callable[[Desk, JesCommand], list[str]]


@dataclass(frozen=True, slots=True)
class MvsEntry:
    """A command of MVS, by every name of its verb."""

    verbs: tuple[str, ...]
    syntax: str
    help: str
    run: Callable[[Desk, MvsCommand], list[str]]


JES: tuple[Entry, ...] = (
    Entry("Jobs", "D", JOBS, "$D J…[,filters][,keywords|,LONG]", "display jobs", jobs.display),
    Entry("Jobs", "D", ("A",), "$D A[,J|,S|,T|,ALL]", "display active jobs", jobs.display_active),
    Entry("Jobs", "D", ("N",), "$D N[,J|,S|,T|,ALL]", "display queued jobs", jobs.display_queued),
    Entry("Jobs", "D", ("Q",), "$D Q[,Q=CNV|XEQ|OUT|PPU|HOLD|XMT][,V=volume][,R=dest]",
          "count the jobs on the queues", system.display_queues),
    Entry("Jobs", "T", JOBS, "$T J…[,filters|,ALL],C=class,P=priority,S=ANY",
          "change jobs; a / before a keyword makes it a filter", jobs.change),
    Entry("Jobs", "H", JOBS, "$H J…[,filters|,ALL]", "hold jobs", jobs.hold),
    Entry("Jobs", "H", ("A",), "$H A", "hold all jobs", jobs.hold_all),
    Entry("Jobs", "A", JOBS, "$A J…[,filters|,ALL]", "release held jobs", jobs.release),
    Entry("Jobs", "A", ("A",), "$A A", "release all held jobs", jobs.release_all),
    Entry("Jobs", "C", JOBS, "$C J…[,filters|,ALL][,P]",
          "cancel jobs; with P their output is purged", jobs.cancel),
    Entry("Jobs", "P", JOBS, "$P J…[,filters|,ALL]",
          "cancel jobs and purge everything of them", jobs.purge),
    Entry("Output", "D", OUTPUTS, "$D O J…[,filters][,keywords|,LONG]",
          "display output groups", output.display),
    Entry("Output", "L", JOBS, "$L J…[,filters][,HOLD|,READY]",
          "list output groups, held or ready ones", output.list_output),
    Entry("Output", "T", OUTPUTS,
          "$T O J…[,filters|,ALL],OUTDISP=,Q=,W=,D=,F=,P=,HOLD=,BURST=,FCB=,FLASH=,UCS=,PRMODE=",
          "change output groups", output.change),
    Entry("Output", "O", JOBS, "$O J…[,filters|,ALL][,CANCEL]",
          "release held output, or purge it", output.release),
    Entry("Output", "P", OUTPUTS, "$P O J…[,filters|,ALL]",
          "purge output; what is held only by ALL, Q=, OUTGRP=, OUTDISP=, HOLD=", output.cancel),
    Entry("Output", "C", OUTPUTS, "$C O J…[,filters|,ALL]", "as $P O", output.cancel),
    Entry("Output", "P", ("Q",), "$P Q,{Q=class|ALL}[,A=days][,D=H|A]",
          "purge output by class and age; D=H held output, D=A all", output.purge_queue),
    Entry("System", "D", ("OUTCLASS",), "$D OUTCLASS[(class,…)]", "display SYSOUT classes",
          system.display_outclass),
    Entry("System", "T", ("OUTCLASS",), "$T OUTCLASS(class,…),OUTDISP=(n,a),BLNKTRNC=YES|NO",
          "change SYSOUT classes", system.change_outclass),
    Entry("System", "D", _SPOOL, "$D SPOOL[(volume)][,LONG]", "display the spool volume",
          system.display_spool),
    Entry("System", "S", _SPOOL, "$S SPOOL[(volume)]", "display the spool volume: it is started",
          system.display_spool),
    Entry("System", "P", _SPOOL, "$P SPOOL[(volume)]", "refused: the only volume is not drained",
          system.keep_volume),
    Entry("System", "Z", _SPOOL, "$Z SPOOL[(volume)]", "refused: the only volume is not halted",
          system.keep_volume),
    Entry("System", "D", ("SPOOLDEF",), "$D SPOOLDEF", "display the space of the spool",
          system.display_spooldef),
    Entry("System", "D", _INIT, "$D I[n|n-m|(list)]", "display initiators",
          system.display_initiators),
    Entry("System", "S", _INIT, "$S I[n|n-m|(list)]", "start initiators", system.start_initiators),
    Entry("System", "P", _INIT, "$P I[n|n-m|(list)]", "drain initiators", system.drain_initiators),
    Entry("System", "Z", _INIT, "$Z I[n|n-m|(list)]", "as $P I", system.drain_initiators),
    Entry("System", "T", _INIT, "$T I(n),CLASS=classes", "change the classes of initiators",
          system.change_initiators),
    Entry("System", "S", ("",), "$S", "start processing", system.start_processing),
    Entry("System", "P", ("",), "$P", "stop processing: what runs goes on", system.stop_processing),
    Entry("System", "P", ("JES2",), "$P JES2", "withdraw JES2", system.withdraw),
    Entry("System", "D", _MEMBER, "$D MEMBER[(name|n)]", "display the members of the spool",
          system.display_members),
    Entry("System", "E", _MEMBER, "$E MEMBER(name|n)",
          "take over from a member that is gone: its claims and jobs are free again",
          system.restart_member),
    Entry("System", "D", ("NODE",), "$D NODE[(name|n)]", "display our node", system.display_nodes),
)  # fmt: skip
MVS: tuple[MvsEntry, ...] = (
    MvsEntry(
        ("S", "START"),
        "S name[,,,classes|,OPT='options']",
        "start a started task, a writer with other classes, a CSSMTP with start options",
        mvs.start,
    ),
    MvsEntry(("P", "STOP"), "P name", "stop a started task", mvs.stop),
    MvsEntry(("F", "MODIFY"), "F name,text", "pass a command on to a started task", mvs.modify),
    MvsEntry(("D", "DISPLAY"), "D A,L", "display started tasks", mvs.display),
)

BY_NAME = {(entry.verb, name): entry for entry in JES for name in entry.objects}
BY_VERB = {verb: entry for entry in MVS for verb in entry.verbs}
