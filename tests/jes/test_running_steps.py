"""Which steps run and how the job ends: COND, IF, abends, faults (jes2.md 5.2, 1.3)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes.conditions import Ended, holds
from jes.errors import SpoolFull
from jes.job import Cond, CondTest, Fault, IfExpression, IfJoin, IfNot, IfTest, Job, Step, When
from jes.messages import NO_JOB_NUMBER
from jes.programs.step import Abend, Program, StepContext
from tests.jes.job_builders import copy_step, dataset, dd, job, run


def ending(code: int) -> Program:
    return lambda step: code


def abends(step: StepContext) -> int:
    raise Abend("S0C7")


def breaks(step: StepContext) -> int:
    raise KeyError("no such thing")


def says_nothing(step: StepContext) -> int:
    return None  # type: ignore[return-value]


def bad_code(step: StepContext) -> int:
    raise Abend("oops")


PROGRAMS: Mapping[str, Program] = {
    **{f"RC{code}": ending(code) for code in (0, 4, 8, 12, 4100)},
    "ABENDS": abends,
    "BREAKS": breaks,
    "NONE": says_nothing,
    "BADCODE": bad_code,
}


def steps(*parts: str | Step) -> Job:
    """Steps S1, S2 … running these programs."""
    return job(
        *(
            replace(part, stepname=f"S{n}")
            if isinstance(part, Step)
            else Step(stepname=f"S{n}", program=part)
            for n, part in enumerate(parts, 1)
        )
    )


def when(program: str, when: When | None = None, *tests: CondTest) -> Step:
    return Step(stepname="S", program=program, cond=Cond(tests, when))


def if_(program: str, *conditions: IfExpression) -> Step:
    return Step(stepname="S", program=program, conditions=conditions)


BELOW_8 = CondTest(8, "GT")
ABEND = IfTest("ABEND", "EQ", True)
RC_HIGH = IfTest("RC", "GT", 4)


@pytest.mark.parametrize(
    ("work", "retcodes", "retcode"),
    [
        pytest.param(steps("RC0", "RC4"), ["CC 0000", "CC 0004"], "CC 0004", id="highest-code"),
        pytest.param(steps("RC4100"), ["CC 0004"], "CC 0004", id="low-order-12-bits"),
        pytest.param(
            steps("RC4", when("RC0", None, BELOW_8)), ["CC 0004", "FLUSH"], "CC 0004",
            id="COND-true-bypasses",
        ),
        pytest.param(
            steps("RC8", when("RC0", None, BELOW_8)), ["CC 0008", "CC 0000"], "CC 0008",
            id="COND-false-runs",
        ),
        pytest.param(
            steps("RC0", "RC8", when("RC0", None, CondTest(8, "LE", "S2"))),
            ["CC 0000", "CC 0008", "FLUSH"], "CC 0008", id="COND-of-a-named-step",
        ),
        pytest.param(
            steps(
                "RC0", when("RC4", None, CondTest(0, "EQ")), when("RC0", None, CondTest(4, "EQ"))
            ),
            ["CC 0000", "FLUSH", "CC 0000"], "CC 0000", id="COND-ignores-a-bypassed-step",
        ),
        pytest.param(
            steps(when("RC0", When.ONLY), "RC0"), ["FLUSH", "CC 0000"], "CC 0000",
            id="ONLY-without-abend",
        ),
        pytest.param(
            steps("ABENDS", "RC0", when("RC0", When.EVEN), when("RC4", When.ONLY)),
            ["ABEND S0C7", "FLUSH", "CC 0000", "CC 0004"], "ABEND S0C7", id="EVEN-and-ONLY",
        ),
        pytest.param(
            steps("RC4", "ABENDS", when("RC0", When.EVEN, CondTest(4, "EQ"))),
            ["CC 0004", "ABEND S0C7", "FLUSH"], "ABEND S0C7", id="EVEN-with-a-true-test",
        ),
        pytest.param(
            steps("ABENDS", if_("RC4", ABEND), if_("RC8", IfNot(ABEND)), if_("RC8", RC_HIGH)),
            ["ABEND S0C7", "CC 0004", "FLUSH", "FLUSH"], "ABEND S0C7", id="IF-ABEND",
        ),
        pytest.param(
            steps("RC8", if_("RC0", RC_HIGH), if_("RC0", IfNot(RC_HIGH))),
            ["CC 0008", "CC 0000", "FLUSH"], "CC 0008", id="IF-RC-and-ELSE",
        ),
        pytest.param(
            steps("RC8", replace(if_("RC0", RC_HIGH), cond=Cond((CondTest(8, "EQ"),)))),
            ["CC 0008", "FLUSH"], "CC 0008", id="IF-and-COND-must-both-permit",
        ),
        pytest.param(steps("NOWHERE", "RC0"), ["ABEND S806", "FLUSH"], "ABEND S806", id="S806"),
        pytest.param(steps("BREAKS"), ["ABENDU4095"], "ABENDU4095", id="a-program-raises"),
        pytest.param(steps("NONE"), ["ABENDU4095"], "ABENDU4095", id="a-program-returns-None"),
        pytest.param(steps("BADCODE"), ["ABENDU4095"], "ABENDU4095", id="no-abend-code"),
        pytest.param(steps(), [], "CC 0000", id="no-steps"),
    ],
)  # fmt: skip
def test_steps_end_with(work: Job, retcodes: list[str], retcode: str) -> None:
    """jes2.md 5.2; words of zos-clients.md 1.4 and FLUSH of blueprint §6."""
    ran = run(work, PROGRAMS)
    assert ran.steps == retcodes
    assert ran.result.retcode == retcode


@pytest.mark.parametrize(
    ("work", "retcodes", "abnormal"),
    [
        pytest.param(steps("RC12"), ["CC 0012"], False, id="a-high-code-is-normal"),
        pytest.param(steps("ABENDS"), ["ABEND S0C7"], True, id="abend"),
        pytest.param(
            replace(steps("RC0", "RC12", "RC0"), cond=Cond((CondTest(8, "LT"),))),
            ["CC 0000", "CC 0012", "FLUSH"], True, id="COND-of-the-job",
        ),
        pytest.param(
            replace(steps("RC12"), cond=Cond((CondTest(8, "LT"),))), ["CC 0012"], True,
            id="COND-of-the-job-after-its-last-step",
        ),
        pytest.param(
            replace(steps("RC8"), cond=Cond((CondTest(8, "LT"),))), ["CC 0008"], False,
            id="COND-of-the-job-not-met",
        ),
        pytest.param(
            replace(steps("RC0"), faults=(Fault("JML101E", "WRONG"),)), ["FLUSH"], True,
            id="JCL-error",
        ),
    ],
)  # fmt: skip
def test_the_second_outdisp_value_applies(work: Job, retcodes: list[str], abnormal: bool) -> None:
    """jes2.md 1.3: abend, JCL error, failing JOB-level COND; never a high code alone."""
    ran = run(work, PROGRAMS)
    assert ran.steps == retcodes
    assert ran.result.abnormal is abnormal


S1 = Ended(stepname="S1", code=4)
IN_PROC = Ended(stepname="S2", procstep="P1", code=8)
BYPASSED = Ended(stepname="S3")
ABENDED = Ended(stepname="S4", abend="S806")


@pytest.mark.parametrize(
    ("test", "history", "expected"),
    [
        pytest.param(IfTest("RC", "EQ", 8), (S1, IN_PROC), True, id="RC-is-the-highest"),
        pytest.param(IfTest("RC", "EQ", 0), (), True, id="RC-before-any-step-is-0"),
        pytest.param(IfTest("RC", "EQ", 4, "S1"), (S1, IN_PROC), True, id="step-RC"),
        pytest.param(IfTest("RC", "EQ", 8, "S2.P1"), (S1, IN_PROC), True, id="procstep-RC"),
        pytest.param(IfTest("RC", "GE", 0, "S3"), (BYPASSED,), False, id="bypassed-has-no-RC"),
        pytest.param(IfTest("RC", "GE", 0, "S9"), (S1,), False, id="no-step"),
        pytest.param(IfTest("RUN", "EQ", True, "S1"), (S1,), True, id="RUN"),
        pytest.param(IfTest("RUN", "EQ", True, "S3"), (BYPASSED,), False, id="not-RUN"),
        pytest.param(IfTest("RUN", "EQ", False, "S3"), (BYPASSED,), True, id="RUN-is-FALSE"),
        pytest.param(IfTest("RUN", "EQ", True, "S4"), (ABENDED,), False, id="does-not-name-ABEND"),
        pytest.param(IfTest("ABEND", "EQ", True, "S4"), (S1, ABENDED), True, id="step-ABEND"),
        pytest.param(IfTest("ABEND", "EQ", True, "S1"), (S1, ABENDED), False, id="other-step"),
        pytest.param(IfTest("ABEND", "EQ", False), (S1,), True, id="ABEND-is-FALSE"),
        pytest.param(IfTest("ABENDCC", "EQ", "S806"), (ABENDED,), True, id="ABENDCC"),
        pytest.param(IfTest("ABENDCC", "EQ", "S0C4"), (ABENDED,), False, id="another-ABENDCC"),
        pytest.param(IfTest("ABENDCC", "NE", "S0C4"), (S1,), False, id="ABENDCC-without-abend"),
        pytest.param(IfTest("RC", "EQ", "S806"), (S1,), False, id="kinds-never-compare"),
        pytest.param(IfJoin("AND", (RC_HIGH, IfTest("RC", "LT", 9))), (IN_PROC,), True, id="AND"),
        pytest.param(IfJoin("AND", (RC_HIGH, IfTest("RC", "LT", 8))), (IN_PROC,), False, id="AND2"),
        pytest.param(IfJoin("OR", (RC_HIGH, IfTest("RC", "EQ", 4))), (S1,), True, id="OR"),
        pytest.param(IfNot(IfJoin("OR", (RC_HIGH, RC_HIGH))), (S1,), True, id="NOT"),
    ],
)  # fmt: skip
def test_if_expressions(test: IfExpression, history: tuple[Ended, ...], expected: bool) -> None:
    """jes2.md 5.2, IF/THEN/ELSE/ENDIF."""
    assert holds(test, history) is expected


@given(st.integers(0, 50_000))
def test_an_expression_of_any_depth_is_evaluated(depth: int) -> None:
    expression: IfExpression = IfTest("RC", "EQ", 4)
    for _ in range(depth):
        expression = IfNot(expression)
    assert holds(expression, (S1,)) is (depth % 2 == 0)


@pytest.mark.parametrize("typrun", ["HOLD", "JCLHOLD", "COPY"])
def test_a_typrun_that_is_not_supported_says_so(typrun: str) -> None:
    ran = run(replace(job(copy_step()), typrun=typrun, card=3))
    assert ran.steps == ["FLUSH"]
    assert ran.result.retcode == "JCL ERROR"
    (fault,) = ran.result.faults
    assert (fault.id, fault.card) == ("JML204E", 3)
    assert typrun in fault.text


def test_typrun_scan_runs_nothing_and_is_no_fault() -> None:
    """jes2.md 1.6: SCAN converts and goes straight to output."""
    ran = run(replace(job(copy_step()), typrun="SCAN"))
    assert (ran.result.retcode, ran.steps, ran.result.faults) == ("CC 0000", ["FLUSH"], ())


def test_a_missing_data_set_is_found_before_any_step_runs() -> None:
    """Blueprint §10: IEF212I is raised before any step runs and names the DD's card."""
    second = Step(
        stepname="S2", program="IEFBR14", dds=(dd("IN", dataset("NO.SUCH.DATA"), card=9),)
    )
    ran = run(job(copy_step(), second))
    assert ran.steps == ["FLUSH", "FLUSH"]
    assert ran.result.retcode == "JCL ERROR"
    assert [str(fault) for fault in ran.result.faults] == [
        "IEF212I card 9: MAILJOB S2 IN - DATA SET NOT FOUND"
    ]
    assert [file.new.ddname for file in ran.spool.files] == ["JESMSGLG", "JESJCL", "JESYSMSG"]
    assert "        9 IEF212I MAILJOB S2 IN - DATA SET NOT FOUND" in ran.spool.text("JESYSMSG")


def test_a_full_spool_is_no_abend() -> None:
    """The store cannot go on: that is not the program's fault, and the caller hears of it."""

    def writes(step: StepContext) -> int:
        raise SpoolFull(NO_JOB_NUMBER, low=1, high=1)

    with pytest.raises(SpoolFull):
        run(steps("FULL"), {"FULL": writes})


def test_a_step_of_a_procedure_is_named_by_both() -> None:
    """zos-clients.md 1.4: step-name and proc-step-name."""
    ran = run(job(Step(stepname="SEND", procstep="COPY", program="IEFBR14")))
    assert ran.result.steps[0].procstep == "COPY"
    assert any("IEF142I MAILJOB COPY SEND" in line for line in ran.spool.text("JESYSMSG"))
