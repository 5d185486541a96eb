#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# A Slurm cluster of one node for the length of this script, and what is tried on it. Called by try_slurm.sh, in
# namespaces of its own, with an empty folder for all files.
set -euo pipefail

# Prints two ports that nobody listens on.
free_ports() {
    python3 -c '
from socket import create_server
servers = [create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(server.getsockname()[1] for server in servers))'
}

write_settings() {
    local user ports
    user=$(id -un)
    read -r -a ports < <(free_ports)
    mkdir "$folder"/{etc,state,spool,logs}
    # the munge key
    (umask 077 && head -c 1024 /dev/urandom >"$folder/etc/munge.key")
    cat >"$folder/etc/slurm.conf" <<TEXT
ClusterName=node
SlurmctldHost=node(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/logs/slurmctld.log
SlurmdLogFile=$folder/logs/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/logs/jobs.txt
MpiDefault=none
ReturnToService=2
MinJobAge=600
SchedulerParameters=bf_interval=5,sched_interval=5,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=1000
SlurmdParameters=config_overrides
NodeName=node NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes=node Default=YES MaxTime=60 State=UP
TEXT
    echo 'CgroupPlugin=disabled' >"$folder/etc/cgroup.conf"
}

start_daemons() {
    munged --force --foreground --key-file="$folder/etc/munge.key" --socket="$folder/munge.socket" \
        --pid-file="$folder/munged.pid" --log-file="$folder/logs/munged.log" --seed-file="$folder/munged.seed" &
    daemons+=($!)
    slurmctld -D -i &
    daemons+=($!)
    slurmd -D -N node &
    daemons+=($!)
} >>"$log" 2>&1

wait_until_idle() {
    local end=$((SECONDS + 60))
    until [[ $(timeout 5 sinfo --noheader --format=%t) == idle ]]; do
        if ((SECONDS > end)); then
            tail -n 10 "$folder"/logs/{munged,slurmctld,slurmd}.log
            return 1
        fi
        sleep 1
    done
}

stop_daemons() {
    kill "${daemons[@]}" 2>/dev/null || true
    wait "${daemons[@]}" 2>/dev/null || true
}

# Submits a job to go with the name $1, prints its number.
submit() {
    local name=$1
    shift
    sbatch --parsable --output="$folder/logs/$name-%j.log" "$@"
}

# Waits until the job $1 is over and all its records are COMPLETED.
finish() {
    while squeue --noheader --job "$1" | grep -q .; do
        sleep 1
        # Slurm starts a job that was put back after two minutes; the node has forgotten it sooner
        if squeue --noheader --job "$1" --format=%r | grep -q BeginTime; then
            sleep 10
            scontrol update job="$1" StartTime=now
        fi
    done
    scontrol show job "$1" | grep -E 'JobState|Restarts'
    if scontrol show job "$1" | grep 'JobState' | grep -v COMPLETED; then
        tail -n 20 "$folder"/logs/*-"$1".log
        return 1
    fi
}

# Checks that the run in the folder $1 is complete, and prints the line $2 of what is known of it.
check_run() {
    local known
    known=$(python -m ssbmech info "$1")
    grep -E '^status +complete$' <<<"$known"
    grep "^$2 " <<<"$known"
}

run_with() {
    local job
    job=$(SSBMECH_LAUNCHER=$2 submit "$1" containers/slurm/job.sh cases/li_void/case.py "$folder/runs/$1" "${short[@]}")
    finish "$job"
    check_run "$folder/runs/$1" 'ranks'
}

run_array() {
    local job run
    job=$(submit array --array=1-3 containers/slurm/array.sh \
        cases/li_void/case.py "$folder/knobs.txt" "$folder/runs/array")
    finish "$job"
    for run in "$folder"/runs/array/*; do check_run "$run" 'knobs'; done
    [[ $(find "$folder/runs/array" -mindepth 1 -maxdepth 1 | wc -l) == 3 ]]
}

# Slurm signals up to half a minute early: after 20 to 50 seconds. The run takes longer.
run_past_limit() {
    local job out=$folder/runs/limited
    job=$(submit limited --time=1 --signal=B:USR1@10 --ntasks=1 \
        containers/slurm/job.sh cases/li_void/case.py "$out" --size=1 --minutes=10 --longest-step=1 --no-figures)
    finish "$job"
    check_run "$out" 'resumed'
    python -m ssbmech info "$out" | grep -E '^resumed' | grep -v never
}

# Prints how many jobs Slurm has completed, by its own record.
completed() { grep -c JobState=COMPLETED "$folder/logs/jobs.txt"; }

# While the first two jobs of the study run, one is asked to stop as before its time limit, the other is cancelled.
# Both come again.
run_study() {
    local study jobs=() out=$folder/runs/study before
    before=$(completed)
    SSBMECH_STUDY_OUT=$out containers/slurm/study.sh containers/slurm/study.toml --default-resources slurm_partition=main \
        --slurm-status-command squeue --slurm-no-account --slurm-init-seconds-before-status-checks 5 &
    study=$!
    until ((${#jobs[@]} == 2)) || ! kill -0 "$study"; do
        sleep 1
        mapfile -t jobs < <(squeue --noheader --states=running --format=%i)
    done
    sleep 5
    scancel --signal=28 "${jobs[0]}"
    scancel "${jobs[1]}"
    wait "$study"
    [[ $(grep -c complete "$out/table.csv") == 8 ]]
    (($(completed) >= before + 8))
}

main() {
    folder=$1
    log=$folder/logs/trial.log
    daemons=()
    short=(--size=1 --minutes=1 --no-figures)
    PATH=$PATH:/usr/sbin
    write_settings
    trap stop_daemons EXIT
    trap 'exit 143' INT TERM
    start_daemons
    step "$(sinfo --version) with a node" wait_until_idle
    step "run on two ranks, started by mpirun" run_with mpirun ''
    step "run on two ranks, started by srun" run_with srun 'srun --mpi=pmix'
    sed "s/\$/ ${short[*]}/" containers/slurm/knobs.txt >"$folder/knobs.txt"
    step "job array of three runs" run_array
    step "run stopped by its time limit, goes on by itself" run_past_limit
    step "study of eight variants, two jobs interrupted" run_study
    say "jobs that Slurm has carried out:"
    sed -E 's/^(JobId=[0-9]+).* (Name=[^ ]+).* (JobState=[A-Z]+).*/\1 \3 \2/' "$folder/logs/jobs.txt" >&2
}

checkout=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=containers/trial.sh
. "$checkout/containers/trial.sh"
main "$@"
