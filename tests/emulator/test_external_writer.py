"""An external writer in a system that stays up: S, P, D A,L, files, holds (jes2.md 2.6)."""

from pathlib import Path

import pytest

from emulator.place import Place, look
from tests.emulator.running_system import place_in, system_up

JOB = """\
//{name:<8} JOB MSGCLASS=H
//S        EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT={sysout}
//SYSUT1   DD *
{text}
/*
"""
NAME = "{name}.{jobid}.D0000102.SYSUT2.txt"
ENDED = "XWTR ENDED"


def a_job(text: str = "hello", *, name: str = "PRTJOB", sysout: str = "A") -> str:
    return JOB.format(name=name, sysout=sysout, text=text)


def a_place(folder: Path, *keys: str) -> Place:
    """A system with an external writer and no CSSMTP."""
    task = ", ".join(["name: XWTR, program: writer, folder: out", *keys])
    return place_in(folder, f"started_tasks: [{{{task}}}]")


def files(folder: Path) -> dict[str, str]:
    """What is in the writer's folder: no draft is left behind."""
    return {path.name: path.read_text("utf-8") for path in (folder / "out").iterdir()}


def groups(place: Place) -> list[tuple[str, str | None]]:
    """The output that is left on the spool in classes A and B: its class and system hold."""
    with look(place) as store:
        return [
            (str(group.sysout_class), group.system_hold)
            for group in store.groups()
            if group.sysout_class in "AB"
        ]


def test_output_of_its_classes_is_printed_and_off_the_spool(tmp_path: Path) -> None:
    """With neither classes nor a writer name it is class A (jes2.md 2.6)."""
    place = a_place(tmp_path)
    with system_up(place) as up:
        up.until("JML323I XWTR STARTED, CLASSES A, PRINTS INTO")
        up.submit(a_job(name="OTHER", sysout="B"))
        jobid = up.submit(a_job("one\ntwo"))
        name = NAME.format(name="PRTJOB", jobid=jobid)
        up.until(f"JML320I PRTJOB {jobid} 1.1.1: 2 RECORDS PRINTED: {name}")
    assert files(tmp_path) == {name: "one\ntwo\n"}
    assert groups(place) == [("B", None)]


def test_output_for_a_writer_waits_until_that_writer_is_started(tmp_path: Path) -> None:
    """jes2.md 2.6: it is retained."""
    place = a_place(tmp_path, "writer: PRTA")
    with system_up(place) as up:
        up.until("JML323I XWTR STARTED, EXTERNAL WRITER PRTA, PRINTS INTO")
        assert up.command("P XWTR") == ["XWTR IS STOPPING"]
        up.until(ENDED)
        jobid = up.submit(a_job(sysout="(B,PRTA)"))
        up.until("$HASP395 PRTJOB")
        assert up.command("D A,L") == ["JML051I STARTED TASKS: 0"]
        assert up.command("S XWTR") == ["XWTR IS STARTING"]
        up.until(f"{jobid}.D0000102.SYSUT2.txt")
        assert "XWTR" in up.command("D A,L")[1]
    assert groups(place) == []


def test_classes_of_start_are_in_place_of_those_of_the_writer(tmp_path: Path) -> None:
    """jes2.md 2.6; the next START is as before."""
    with system_up(a_place(tmp_path, "classes: A")) as up:
        up.until("XWTR STARTED, CLASSES A")
        up.command("P XWTR")
        up.until(ENDED)
        up.command("S XWTR,,,CB")
        up.until("XWTR STARTED, CLASSES CB")
        up.submit(a_job(sysout="B"))
        up.until("JML320I")
        up.command("P XWTR")
        up.until(ENDED, 2)
        up.command("S XWTR")
        up.until("XWTR STARTED, CLASSES A", 2)


def test_classes_are_for_writers_only(tmp_path: Path) -> None:
    tasks = "started_tasks: [{name: CSSMTP}, {name: XWTR, program: writer, folder: out}]"
    with system_up(place_in(tmp_path, tasks)) as up:
        up.until("CSSMTP STARTED")
        up.command("P CSSMTP")
        up.until("CSSMTP ENDED")
        assert up.command("S CSSMTP,,,A")[0].startswith("JML324E")
        up.until("XWTR STARTED")


def broken(folder: Path) -> Path:
    """The writer's folder as one that nothing can be written to, even by root: a file."""
    out = folder / "out"
    out.rmdir()
    out.write_text("in the way")
    return out


def test_what_cannot_be_printed_is_held_and_the_writer_goes_on(tmp_path: Path) -> None:
    """A full disk, no permission: a system hold, which an operator takes away (jes2.md 1.5)."""
    place = a_place(tmp_path, "classes: AB")
    with system_up(place) as up:
        up.until("XWTR STARTED")
        out = broken(tmp_path)
        jobid = up.submit(a_job())
        up.until(f"JML322E PRTJOB {jobid} 1.1.1: SYSUT2 CANNOT BE PRINTED: File exists")
        assert groups(place) == [("A", "File exists")]
        out.unlink()
        up.submit(a_job(name="NEXT"))
        up.until("JML320I NEXT")
        up.command(f"$T O J{int(jobid[3:])},HOLD=-SYS")
        up.until("JML320I PRTJOB")
    assert groups(place) == []
    assert len(files(tmp_path)) == 2


def test_a_folder_that_cannot_be_made_fails_the_task_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with system_up(a_place(tmp_path)) as up:
        up.until("JML407E XWTR FAILED: FileExistsError")
        up.until(ENDED)
        (tmp_path / "out").unlink()
        up.command("S XWTR")
        up.until("XWTR STARTED")


@pytest.mark.parametrize(
    ("sysout", "disposition", "left"),
    [("A", "KEEP", ["LEAVE"]), ("A", "WRITE", [])],
)
def test_a_disposition_that_keeps_leaves_it_on_the_spool(
    tmp_path: Path, sysout: str, disposition: str, left: list[str]
) -> None:
    """jes2.md 1.3: printed once, and then LEAVE."""
    jcl = a_job(sysout=f"({sysout}),OUTPUT=*.O").replace(
        "//S ", f"//O        OUTPUT OUTDISP={disposition}\n//S "
    )
    place = a_place(tmp_path)
    with system_up(place) as up:
        up.submit(jcl)
        up.until("JML320I")
        up.submit(a_job(name="AFTER"))
        up.until("JML320I AFTER")
        up.command("P XWTR")
        up.until(ENDED)
    with look(place) as store:
        kept = [str(one.disposition) for one in store.groups() if one.sysout_class == "A"]
    assert kept == left
    assert len(files(tmp_path)) == 2


def test_a_stop_of_the_system_finishes_what_is_in_hand(tmp_path: Path) -> None:
    place = a_place(tmp_path)
    with system_up(place) as up:
        for _ in range(3):
            up.submit(a_job("x\n" * 500))
        up.until("JML320I")
        up.stop()
    assert all(
        text.startswith("x\n") and text.count("\n") >= 500 for text in files(tmp_path).values()
    )
