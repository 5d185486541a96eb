#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# One run as a Slurm job that goes on by itself after its time limit. From the top of the checkout:
#
#     sbatch containers/slurm/job.sh cases/li_void/case.py runs/li_void --pressure=2
#
# $1 case script    $2 run folder, on a file system that all nodes see    the rest: knobs
#
#SBATCH --job-name=ssbmech
#SBATCH --ntasks=2
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=01:00:00
# two minutes before the time limit; B: to this script, which passes it on
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=ssbmech-%j.log
set -euo pipefail

# How this cluster is given DOLFINx: edit the line that applies, or do it before sbatch.
# module load fenics-dolfinx/0.11
# source ~/miniforge3/bin/activate ssbmech

export OMP_NUM_THREADS=1
# mpirun, or srun with the plug-in for the MPI library at hand, for example "srun --mpi=pmix"
launcher=${SSBMECH_LAUNCHER:-mpirun -n $SLURM_NTASKS}
case_script=$1 out=$2
shift 2

echo "job $SLURM_JOB_ID, start $((${SLURM_RESTART_COUNT:-0} + 1)), on $SLURM_JOB_NODELIST, $SLURM_NTASKS ranks"
# mpirun and srun hand SIGUSR1 to the ranks. ssbmech then ends after the step in progress, with a checkpoint.
# shellcheck disable=SC2086  # the launcher is several words
$launcher python -m ssbmech run "$case_script" --out "$out" --resume "$@" &
run=$!
trap 'signalled=yes && kill -s USR1 "$run"' USR1
signalled=yes
while [[ $signalled ]]; do # a signal interrupts wait
    signalled=''
    status=0
    wait "$run" || status=$?
done

if ((status == 130)); then
    echo "stopped with a checkpoint; back into the queue"
    scontrol requeue "$SLURM_JOB_ID"
    sleep 60 # Slurm ends this script
fi
exit "$status"
