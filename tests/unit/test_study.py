# SPDX-License-Identifier: BSD-3-Clause
"""Study files and plans: what is asked for, the names of the variants, and what is refused."""

from __future__ import annotations

import argparse
import errno
import fcntl
import importlib.util
import io
import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

import ssbmech
from ssbmech.errors import CaseError, EnvironmentMissing, StudyError
from ssbmech.run.same_case import identity
from ssbmech.runfolder import manifest
from ssbmech.runfolder import status as run_status
from ssbmech.study import command, job, scheduler
from ssbmech.study.job import Job
from ssbmech.study.plan import Plan, Variant, variant_name
from ssbmech.study.planning import make_plan, settle
from ssbmech.study.progress import progress_on
from ssbmech.study.ranges import LogRange
from ssbmech.study.sampling import KINDS, Grid, LatinHypercube, Product
from ssbmech.study.scheduler import Snakemake, locked
from ssbmech.study.state import State, Status, Watch, abandoned, counts, state_of
from ssbmech.study.study_file import Study
from ssbmech.study.table import Table

pytestmark = pytest.mark.serial

CASE = Path(__file__).parents[1] / "studies" / "case.py"
HEAD = f'name = "small"\ncase = "{CASE}"\n'
GRID = "[grid]\npressure = [0.5, 1, 2.0]\ncurrent = [0.1, 0.2]\n"


def load(folder, text):
    file = folder / "study.toml"
    file.write_text(text)
    return Study.load(file)


def plan_of(folder, text):
    return make_plan(load(folder, text))


def manifest_of(planned, name, **more):
    """Return what says of a run that it is one of this plan."""
    versions = {"ssbmech": ssbmech.__version__}
    return {
        "format": manifest.FORMAT_VERSION,
        **manifest.plain(identity(planned.cases[name])),
        "environment": {"versions": versions},
        **more,
    }


# What is asked for


def test_a_grid_is_all_combinations(tmp_path):
    points = load(tmp_path, HEAD + GRID).sampling.points()
    assert len(points) == 6
    assert points[:2] == [
        {"pressure": 0.5, "current": 0.1},
        {"pressure": 0.5, "current": 0.2},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[list]\npressure = [1.0, 2.0]\nlabel = ['one', 'two']\n",
        "[[list]]\npressure = 1.0\nlabel = 'one'\n[[list]]\nlabel = 'two'\npressure = 2.0\n",
    ],
)
def test_a_list_is_columns_or_tables(tmp_path, text):
    points = load(tmp_path, HEAD + text).sampling.points()
    assert points == [{"pressure": 1.0, "label": "one"}, {"pressure": 2.0, "label": "two"}]


def test_a_latin_hypercube_has_one_sample_in_each_slice():
    sampling = LatinHypercube.read(
        {"samples": 20, "seed": 3, "pressure": [1, 3], "current": LOG_RANGE}
    )
    points = sampling.points()
    again = LatinHypercube.read(
        {"samples": 20, "seed": 3, "pressure": [1, 3], "current": LOG_RANGE}
    )
    assert points == again.points()
    slices = sorted(int(20 * (point["pressure"] - 1.0) / 2.0) for point in points)
    assert slices == list(range(20))
    # Even in the logarithm: as many samples in each decade.
    assert sum(point["current"] < 1.0 for point in points) == 10
    other = LatinHypercube.read(
        {"samples": 20, "seed": 4, "pressure": [1, 3], "current": LOG_RANGE}
    )
    assert points != other.points()


LOG_RANGE = {"range": [0.1, 10.0], "scale": "log"}


def test_samples_keep_to_their_range_and_kind():
    narrow = {"samples": 50, "x": [1.0, 1.00001], "n": [1, 4], "y": [0.12345678, 0.2]}
    points = LatinHypercube.read(narrow).points({"n"})
    assert len({variant_name({"x": point["x"]}) for point in points}) == 50
    assert {point["n"] for point in points} == {1, 2, 3, 4}
    assert all(type(point["n"]) is int for point in points)
    assert min(point["y"] for point in points) >= 0.12345678
    with pytest.raises(StudyError, match="n takes whole numbers, and there is none"):
        LatinHypercube.read({"samples": 2, "n": [1.2, 1.8]}).points({"n"})


def test_ranges_begin_and_end_where_they_say():
    assert LogRange(0.1, 10.0).at(0.5) == pytest.approx(1.0)
    assert KINDS["latin_hypercube"] is LatinHypercube


def test_kinds_multiply(tmp_path):
    text = HEAD + "[grid]\npressure = [1, 2]\n[list]\ncurrent = [0.1, 0.2, 0.3]\n"
    assert len(load(tmp_path, text).sampling.points()) == 6
    with pytest.raises(StudyError, match="'pressure' is varied twice"):
        Product((Grid({"pressure": (1,)}), Grid({"pressure": (2,)})))


def test_names_are_sorted_short_and_safe():
    assert variant_name({"pressure": 1.0, "current": 0.25}) == "current=0.25_pressure=1"
    assert variant_name({"p": 1 / 3, "n": 12}) == "n=12_p=0.333333"
    assert variant_name({"p": 1.00000001, "q": 0.1 + 0.2}) == "p=1.00000001_q=0.3"
    assert variant_name({"mesh": "a b/c;$(d).msh", "on": True}) == "mesh=a-b-c-d-.msh_on=true"
    long = [variant_name({f"knob-{k}": 1.0 + k for k in range(20)} | {"z": z}) for z in (1, 2)]
    assert long[0] != long[1] and max(map(len, long)) <= 100


def test_arguments_are_those_of_the_command_line():
    variant = Variant.of({"pressure": 1 / 3, "switch": True}, {"label": "two", "quiet": False})
    assert variant.arguments == ("--label=two", "--pressure=0.3333333333333333", "--switch")


def test_a_plan_knows_what_to_run(tmp_path):
    text = HEAD + GRID + "[fixed]\nlabel = 'two'\n[run]\nranks = 2\nmemory_mb = 500\n"
    plan = plan_of(tmp_path, text).plan
    assert plan.case == "small_study"
    assert plan.units == {"current": "mA/cm2", "pressure": "MPa"}
    assert plan.resources == {"mem_mb": 500}
    line = plan.command(plan.variants[0], tmp_path / "here")
    assert line[:5] == ["mpirun", "--bind-to", "none", "-n", "2"]
    assert line[6:9] == ["-m", "ssbmech", "run"]
    assert line[10:] == [
        *("--out", str(tmp_path / "here"), "--resume", "--no-figures"),
        *("--current=0.1", "--label=two", "--pressure=0.5"),
    ]
    plan.write(tmp_path / "out")
    assert Plan.read(tmp_path / "out") == plan
    assert Plan.read(tmp_path) is None


# What is refused


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD, "the study is empty"),
        (HEAD + "[grid]\npressure = []\n", "the study is empty"),
        (HEAD + "[latin_hypercube]\nsamples = 3\n", "the study is empty"),
        (HEAD + "[gird]\npressure = [1]\n", "unknown key: 'gird'; did you mean 'grid'?"),
        (HEAD + "[grid]\npressure = 1\n", r"\[grid\] pressure: give a list of values"),
        (HEAD + "[grid]\npressure = [[1]]\n", "neither a number nor text nor true or false"),
        (HEAD + "[grid]\npressure = [nan]\n", "is no finite number"),
        (HEAD + "[list]\na = [1]\nb = [1, 2]\n", "lists of equal length, but a has 1, b has 2"),
        (
            HEAD + "[[list]]\na = 1\n[[list]]\nb = 1\n",
            "2 gives values to b, but the first one to a",
        ),
        (HEAD + GRID + "[fixed]\npressure = 1\n", "'pressure' is both fixed and varied"),
        (HEAD + GRID + "[run]\nrank = 1\n", r"key in \[run\]: 'rank'; did you mean 'ranks'"),
        (HEAD + GRID + "[run]\nranks = 0\n", "a whole number of one or more"),
        (HEAD + GRID + "[collect.a]\nreduce = 'last'\n", r"\[collect.a\] needs a column"),
        (
            HEAD + GRID + "[collect.a]\ncolumn = 'voltage'\nreduce = 'maximum'\n",
            "unknown reduction in .collect.a.: 'maximum'; did you mean 'max'",
        ),
        (HEAD + GRID + "[collect.a]\ncolumn = 'voltage'\nreduce = 'at_end_of'\n", "names no step"),
        (HEAD + GRID + "[collect.a]\ncolumn = 'voltage'\nunit = 'um/'\n", "unit"),
        (HEAD + "[latin_hypercube]\nsamples = 0\nx = [0, 1]\n", "needs samples"),
        (HEAD + "[latin_hypercube]\nsamples = 2\nx = [1, 0]\n", "no range from a lower"),
        (
            HEAD + "[latin_hypercube]\nsamples = 2\nx = { range = [0, 1], scale = 'log' }\n",
            "begin above zero",
        ),
        (HEAD + "[latin_hypercube]\nsamples = 2\nx = [false, true]\n", "no range from a lower"),
        (HEAD + GRID + "[collect.'a/b']\ncolumn = 'voltage'\n", "becomes a file"),
        (HEAD + GRID + "[collect.status]\ncolumn = 'voltage'\n", "another column .* this name"),
        (HEAD + GRID + "[collect.current]\ncolumn = 'current'\n", "a knob has this name"),
        (HEAD + GRID + "[run]\nlauncher = 'mpirun \"'\n", "No closing quotation"),
        (HEAD + "grid =", "cannot be read"),
        ("name = 'a/b'\ncase = 'c.py'\n" + GRID, "becomes a folder"),
        ("name = 'a'\n" + GRID, "names no case"),
    ],
)
def test_a_study_file_that_cannot_be_meant(tmp_path, text, message):
    with pytest.raises(StudyError, match=message):
        load(tmp_path, text)


def test_there_is_no_such_study_file(tmp_path):
    with pytest.raises(StudyError, match="there is no study file"):
        Study.load(tmp_path / "none.toml")


def test_there_is_no_such_case(tmp_path):
    with pytest.raises(CaseError, match="there is no case script"):
        plan_of(tmp_path, "case = 'none.py'\n" + GRID)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[grid]\npresure = [1]\n",
            "unknown knob in .grid.: 'presure'; did you mean 'pressure'.*current, label, "
            "pressure, switch",
        ),
        (GRID + "[fixed]\nlable = 'one'\n", r"unknown knob in \[fixed\]: 'lable'"),
        (
            "[grid]\npressure = [1.0, 1.0000000000001]\n",
            "two variants have the name pressure=1: .'pressure': 1.0. and .*1.0000000000001",
        ),
        (
            "[grid]\npressure = [1.0, -2.0]\ncurrent = [1.0]\n",
            r"1 of 2 variants make no case, so nothing was started:\n  current=1_pressure=-2: Par",
        ),
        ("[grid]\nlabel = ['one', 'three']\n", "label=three: CaseError: .*invalid choice"),
        (
            GRID + "[collect.a]\ncolumn = 'void_volum:negative|separator'\n",
            r"unknown column in \[collect.a\]: 'void_volum'; did you mean 'void_volume'",
        ),
        (
            GRID + "[collect.a]\ncolumn = 'void_volume:negative|separater'\n",
            "unknown body or interface .*'negative|separater'; did you mean 'negative|separator'",
        ),
        (
            GRID + "[collect.a]\ncolumn = 'gap_max'\n",
            "gap_max belongs to a body or an interface; .*'gap_max:negative|separator'",
        ),
        (
            GRID + "[collect.a]\ncolumn = 'voltage:negative'\n",
            "voltage is one of the whole cell; leave out ':negative'",
        ),
        (
            GRID + "[collect.a]\ncolumn = 'void_volume:negative|separator'\nunit = 'um3'\n",
            "is stored in m2, which cannot be given in um3",
        ),
        (
            GRID + "[collect.a]\ncolumn = 'voltage'\nreduce = 'max'\nstep = 'strip'\n",
            r"unknown step in \[collect.a\]: 'strip'.*plate, preload, rest",
        ),
    ],
)
def test_a_study_that_cannot_be_planned(tmp_path, text, message):
    with pytest.raises(StudyError, match=message):
        plan_of(tmp_path, HEAD + text)


@pytest.mark.parametrize("column", ["heat", "heat:negative|separator", "film_max:anode"])
def test_quantities_of_ones_own_are_looked_for_later(tmp_path, column):
    """They are not known before a model is built."""
    planned = plan_of(tmp_path, HEAD + GRID + f"[collect.a]\ncolumn = '{column}'\nunit = 'W/m2'\n")
    assert planned.plan.variants
    with pytest.raises(StudyError, match="unknown step"):
        plan_of(tmp_path, HEAD + GRID + f"[collect.a]\ncolumn = '{column}'\nstep = 'strip'\n")


def test_a_case_with_outputs_of_its_own_may_measure_anywhere(tmp_path):
    """One of the package's quantities of the whole cell too, or a name close to one of them."""
    own = "quantities=(StandIn(),)"
    text = CASE.read_text().replace("figures=False", f"figures=False, {own}")
    text = text.replace("def knobs", "class StandIn:\n    outputs = dict\n\n\ndef knobs", 1)
    (tmp_path / "case.py").write_text(text)
    head = 'case = "case.py"\n' + GRID
    for column in ("gap_max", "voltage:negative", "gap_max2", "energy"):
        plan_of(tmp_path, head + f"[collect.a]\ncolumn = '{column}'\n")
    # where the package itself measures it, the place has to be one
    with pytest.raises(StudyError, match="unknown body or interface"):
        plan_of(tmp_path, head + "[collect.a]\ncolumn = 'gap_max:negative|separater'\n")


def test_a_folder_with_something_else_is_refused(tmp_path):
    planned = plan_of(tmp_path, HEAD + GRID)
    folder = tmp_path / "out"
    assert settle(planned, folder) == planned.plan
    folder.mkdir()
    (folder / "thesis.tex").write_text("")
    with pytest.raises(StudyError, match="not empty and holds no study"):
        settle(planned, folder)


def test_a_study_of_another_case_is_refused(tmp_path):
    planned = plan_of(tmp_path, HEAD + GRID)
    planned.plan.write(tmp_path / "out")
    path = tmp_path / "out" / "plan.json"
    path.write_text(path.read_text().replace("small_study", "li_void"))
    with pytest.raises(StudyError, match="a study of the case li_void, not of small_study"):
        settle(planned, tmp_path / "out")


def test_a_run_with_other_values_is_refused(tmp_path):
    first = plan_of(tmp_path, HEAD + GRID)
    first.plan.write(tmp_path / "out")
    run = tmp_path / "out" / first.plan.variants[0].name
    run.mkdir()
    knobs = {knob: {"value": value} for knob, value in first.records[run.name].items()}
    content = manifest_of(first, run.name, script={"knobs": knobs})
    (run / "manifest.json").write_text(json.dumps(content))
    assert settle(first, tmp_path / "out") == first.plan
    second = plan_of(tmp_path, HEAD + GRID + "[fixed]\nlabel = 'two'\n")
    with pytest.raises(StudyError, match=f"{run.name} holds a run with label = one instead of two"):
        settle(second, tmp_path / "out")


def test_a_run_of_another_case_or_version_is_refused(tmp_path):
    script = tmp_path / "case.py"
    script.write_text(CASE.read_text())
    text = 'case = "case.py"\n[grid]\npressure = [1.0]\n'
    first = plan_of(tmp_path, text)
    folder = tmp_path / "out"
    first.plan.write(folder)
    content = manifest_of(first, "pressure=1", status="complete")
    write_state(folder, "pressure=1", content)
    assert settle(first, folder) == first.plan

    script.write_text(CASE.read_text().replace("0.03", "0.04"))
    with pytest.raises(StudyError, match=r"another case: fixture.spring_stiffness was 3.*, is 4"):
        settle(plan_of(tmp_path, text), folder)

    other = {"environment": {"versions": {"ssbmech": "0.0.1"}}}
    write_state(folder, "pressure=1", content | other)
    with pytest.raises(StudyError, match=r"pressure=1: .* holds a run of ssbmech 0.0.1, this is"):
        settle(first, folder)
    write_state(folder, "pressure=1", content | {"format": 1})
    with pytest.raises(StudyError, match=r"pressure=1: .* of format 1, this version's is"):
        settle(first, folder)


def test_a_file_is_no_folder_of_a_study(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(StudyError, match="out is a file; give a folder"):
        settle(plan_of(tmp_path, HEAD + GRID), tmp_path / "out")


def test_a_changed_study_names_what_it_leaves(tmp_path):
    folder = tmp_path / "out"
    first = plan_of(tmp_path, HEAD + GRID)
    first.plan.write(folder)
    for variant in first.plan.variants:
        (folder / variant.name).mkdir()
    fewer = plan_of(tmp_path, HEAD + "[grid]\npressure = [0.5, 3]\ncurrent = [0.1, 0.2]\n")
    plan = settle(fewer, folder)
    assert plan.left == tuple(f"current={i}_pressure={p}" for p in (1, 2) for i in (0.1, 0.2))
    plan.write(folder)
    # They are not forgotten by the next one, unless somebody has removed them.
    (folder / plan.left[0]).rmdir()
    assert settle(fewer, folder).left == plan.left[1:]


def test_ranks_must_find_cores(tmp_path, monkeypatch):
    plan = plan_of(tmp_path, HEAD + GRID + "[run]\nranks = 4\n").plan
    with pytest.raises(StudyError, match="4 ranks, but there are 2 cores"):
        Snakemake(cores=2).check(plan)
    Snakemake(cores=4).check(plan)
    with pytest.raises(StudyError, match="--cores 0: give one or more"):
        Snakemake(cores=0).check(plan)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    Snakemake(options=("--executor=slurm", "--jobs=3")).check(plan)


@pytest.mark.parametrize("given", ["--executor=slurm", "--jobs=3 --executor slurm", "-e slurm"])
def test_slurm_must_be_there(tmp_path, monkeypatch, given):
    plan = plan_of(tmp_path, HEAD + GRID).plan
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(EnvironmentMissing, match=r"no sbatch .*clusters.md"):
        Snakemake(options=tuple(given.split())).check(plan)
    Snakemake(options=("--executor=local",)).check(plan)


def test_cores_are_those_of_this_computer_unless_jobs_go_elsewhere(tmp_path):
    assert "--cores" in Snakemake().command(tmp_path)
    elsewhere = Snakemake(options=("--executor", "slurm", "--jobs", "3"))
    assert "--cores" not in elsewhere.command(tmp_path)
    assert elsewhere.command(tmp_path)[-4:] == ["--executor", "slurm", "--jobs", "3"]


# How far it is


def write_state(folder, name, manifest=None, job=None, log=""):
    for kind, content in (("manifest.json", manifest), ("series.csv", None)):
        path = folder / name / kind
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_text(json.dumps(content))
    if job is not None:
        (folder / "jobs").mkdir(exist_ok=True)
        (folder / "jobs" / f"{name}.json").write_text(json.dumps(job))
    (folder / "logs").mkdir(exist_ok=True)
    (folder / "logs" / f"{name}.log").write_text(log)


PROTOCOL = [{"label": "plate", "duration [s]": 30.0}, {"label": "rest", "duration [s]": 10.0}]


@pytest.mark.parametrize(
    ("content", "ended", "status", "reason"),
    [
        (None, None, Status.WAITING, ""),
        (None, {}, Status.WAITING, ""),
        ({"status": "complete"}, None, Status.COMPLETE, ""),
        ({"status": "running"}, {"began": "now"}, Status.RUNNING, ""),
        ({"status": "stopped", "reason": "why"}, {"status": 130}, Status.STOPPED, "why"),
        ({"status": "running"}, {"status": 130}, Status.STOPPED, ""),
        ({"status": "failed", "reason": "why"}, {"status": 1}, Status.FAILED, "why"),
        ({"status": "failed", "reason": "why"}, None, Status.FAILED, "why"),
        ({"status": "running"}, {"status": -9}, Status.FAILED, "killed by signal 9: last words"),
        (None, {"status": 1}, Status.FAILED, "exit status 1: last words"),
        ({"status": "failed", "reason": "why"}, {"began": "now"}, Status.RUNNING, ""),
    ],
)
def test_states(tmp_path, content, ended, status, reason):
    log = "--- start\nwords of an earlier run\n--- start\n\nlast words\n\n"
    write_state(tmp_path, "a", content, ended, log)
    state = state_of(Variant("a", {}, ()), tmp_path)
    assert (state.status, state.reason) == (status, reason)


def test_progress_is_simulated_time(tmp_path):
    write_state(tmp_path, "a", {"status": "running", "protocol": PROTOCOL}, {"began": "now"})
    rows = "".join(f"{time},1.0\n" for time in range(1, 11))
    (tmp_path / "a" / "series.csv").write_text("time [s],time_step [s]\n" + rows + "11,1")
    assert state_of(Variant("a", {}, ()), tmp_path).progress == pytest.approx(0.25)
    (tmp_path / "a" / "manifest.json").write_text("{")
    assert state_of(Variant("a", {}, ()), tmp_path).progress == 0.0


def test_what_still_runs_in_the_end_was_killed():
    states = [State(Variant(str(n), {}, ()), status) for n, status in enumerate(Status)]
    after = abandoned(states, stopped=False)
    assert after[1].status is Status.FAILED and after[1].reason == "its job was killed"
    assert abandoned(states, stopped=True)[1].status is Status.STOPPED
    assert counts(states) == "1 complete, 1 failed, 1 stopped, 1 running, 1 waiting"


def test_a_complete_variant_is_not_run_again(tmp_path):
    plan = plan_of(tmp_path, HEAD + GRID).plan
    variant = plan.variants[0]
    write_state(tmp_path, variant.name, {"status": "complete"})
    assert Watch(plan, tmp_path).look()[0].status is Status.COMPLETE
    assert Job(tmp_path, plan, variant).run() == 0
    assert (tmp_path / "done" / variant.name).exists()
    assert not (tmp_path / "jobs" / f"{variant.name}.json").exists()


def test_a_job_that_is_asked_to_stop_starts_nothing(tmp_path):
    plan = plan_of(tmp_path, HEAD + GRID).plan
    (tmp_path / "stop").touch()
    assert Job(tmp_path, plan, plan.variants[0]).run() == 130
    assert not (tmp_path / "done").exists()


class FromTheEnd(Snakemake):
    """Does nothing for long."""

    def command(self, folder):
        return ["sleep", "3600"]


class NoEyes:
    """Fails to show."""

    def show(self, states):
        raise ValueError("no eyes")


def test_nothing_goes_on_after_a_failure_of_the_study(tmp_path, monkeypatch, processes):
    ours = SimpleNamespace(**vars(subprocess) | {"Popen": processes.start})
    monkeypatch.setattr(scheduler, "subprocess", ours)
    plan = plan_of(tmp_path, HEAD + GRID).plan
    with locked(tmp_path) as lock, pytest.raises(ValueError, match="no eyes"):
        scheduler.carry_out(plan, tmp_path, FromTheEnd(), lock, NoEyes())
    assert (tmp_path / "stop").exists()
    # The lock is given back when the child has ended.
    processes.wait_for_end()
    assert not is_locked(tmp_path)


def is_locked(folder):
    try:
        with locked(folder):
            return False
    except StudyError:
        return True


def test_a_failure_of_the_job_itself_is_noted(tmp_path, monkeypatch):
    plan = plan_of(tmp_path, HEAD + GRID).plan
    plan.write(tmp_path)
    name = plan.variants[0].name
    (tmp_path / "logs").mkdir()
    (tmp_path / "jobs").mkdir()
    monkeypatch.setattr(Job, "run", lambda self: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        job.main([str(tmp_path), name])
    state = state_of(plan.variants[0], tmp_path)
    assert state.status is Status.FAILED
    assert "the job failed: ZeroDivisionError" in state.reason


def test_a_job_waits_for_a_run_that_has_outlived_another(tmp_path):
    assert not run_status.is_at_work(tmp_path)
    with (tmp_path / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run_status.is_at_work(tmp_path)
    assert not run_status.is_at_work(tmp_path)


def test_disks_without_locks_do(tmp_path, monkeypatch):
    def nothing(stream, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", nothing)
    with (tmp_path / "lock").open("w") as stream:
        assert run_status.try_lock(stream)


# What is told


class Terminal(io.StringIO):
    def isatty(self):
        return True


def states_of(*statuses):
    progress = {Status.COMPLETE: 1.0, Status.RUNNING: 0.5}
    return [
        State(
            Variant(f"v{n}", {}, ()),
            status,
            "why" * (status is Status.FAILED),
            progress.get(status, 0.0),
        )
        for n, status in enumerate(statuses)
    ]


def test_lines_tell_what_has_ended():
    stream = io.StringIO()
    shown = progress_on(stream, "small", 3)
    shown.show(states_of(Status.COMPLETE, Status.WAITING, Status.RUNNING))
    shown.show(states_of(Status.COMPLETE, Status.RUNNING, Status.RUNNING))
    shown.show(states_of(Status.COMPLETE, Status.FAILED, Status.COMPLETE))
    shown.close()
    assert stream.getvalue().splitlines() == [
        "small: 50 %, 1 complete, 1 running, 1 waiting",
        "v1: failed: why",
        "v2: complete",
        "small: 100 %, 2 complete, 1 failed",
    ]


class Closed(io.StringIO):
    """A pipe that nobody reads, or a terminal that is lost."""

    lost = False

    def write(self, text):
        if self.lost:
            raise BrokenPipeError
        return len(text)


class ClosedTerminal(Closed, Terminal):
    pass


@pytest.mark.parametrize("stream", [Closed(), ClosedTerminal()])
def test_nobody_has_to_look(stream):
    shown = progress_on(stream, "small", 2)
    shown.show(states_of(Status.RUNNING, Status.WAITING))
    stream.lost = True
    shown.show(states_of(Status.FAILED, Status.RUNNING))
    shown.close()


def test_a_bar_moves_on_a_terminal(capsys):
    stream = Terminal()
    shown = progress_on(stream, "small", 2)
    shown.show(states_of(Status.RUNNING, Status.WAITING))
    shown.show(states_of(Status.FAILED, Status.RUNNING))
    shown.show(states_of(Status.FAILED, Status.COMPLETE))
    shown.close()
    assert "1 failed, 1 running" in stream.getvalue()
    assert capsys.readouterr().err.count("v0: failed: why") == 1


def carry_out(folder, text, *options):
    file = folder / "study.toml"
    file.write_text(text)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([*options, "--out", str(folder / "out"), str(file)]))


def test_a_dry_run_lists_and_leaves_nothing(tmp_path, capsys):
    assert carry_out(tmp_path, HEAD + GRID, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "current=0.1_pressure=0.5  waiting\n" in told
    assert told.endswith("out: 6 variants: 6 waiting\n")
    assert not (tmp_path / "out").exists()


def test_collecting_takes_what_is_there(tmp_path, capsys):
    text = HEAD + GRID + "[collect.u]\ncolumn = 'voltage'\n"
    with pytest.raises(StudyError, match="to collect from"):
        carry_out(tmp_path, text, "--collect-only")
    folder = tmp_path / "out"
    planned = plan_of(tmp_path, text)
    planned.plan.write(folder)
    name = "current=0.1_pressure=1"
    content = manifest_of(planned, name, status="complete", protocol=PROTOCOL)
    write_state(folder, name, content)
    (folder / name / "series.csv").write_text("time [s],time_step [s],voltage [V]\n1,1,0.02\n")
    assert carry_out(tmp_path, text, "--collect-only") == 0
    assert "6 variants: 1 complete, 5 waiting" in capsys.readouterr().out
    assert list(Table.read(folder / "table.csv")["u"].cells).count(0.02) == 1
    assert (folder / "figures" / "u.png").exists()
    (folder / "figures" / "u.png").unlink()
    assert carry_out(tmp_path, text, "--collect-only", "--no-figures") == 0
    assert not (folder / "figures" / "u.png").exists()


@pytest.mark.parametrize(
    ("missing", "options"), [("pyarrow", ["--collect-only"]), ("snakemake", [])]
)
def test_what_is_not_installed_is_named(tmp_path, monkeypatch, missing, options):
    there = importlib.util.find_spec
    for module in ("table", "scheduler"):
        place = f"ssbmech.study.{module}.find_spec"
        monkeypatch.setattr(place, lambda name: None if name == missing else there(name))
    with pytest.raises(EnvironmentMissing, match=r"not installed: pip install 'ssbmech\[study\]'"):
        carry_out(tmp_path, HEAD + GRID, *options)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "out").symlink_to("/proc/study")
    with pytest.raises(StudyError, match="cannot write the folder /proc/study: "):
        carry_out(tmp_path, HEAD + GRID)


def test_a_profile_is_found_from_where_it_is_named(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    options = parser.parse_args(["--profile=mine", "study.toml"])
    assert command.passed_on(options) == (f"--profile={tmp_path / 'mine'}",)
    options = parser.parse_args(["--profile=named", "study.toml"])
    assert command.passed_on(options) == ("--profile=named",)


def test_options_go_to_snakemake(tmp_path):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    given = "--executor=slurm --jobs=3 study.toml -- --default-resources slurm_account=me"
    options = parser.parse_args(given.split())
    assert command.passed_on(options) == (
        *("--executor=slurm", "--jobs=3"),
        *("--default-resources", "slurm_account=me"),
    )
