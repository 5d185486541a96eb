#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# A run for each line of a file, as a job array. From the top of the checkout:
#
#     sbatch --array=1-3%2 containers/slurm/array.sh cases/li_void/case.py containers/slurm/knobs.txt runs/pressures
#
# $1 case script    $2 file with the knobs of one run on each line    $3 folder of the run folders
#
#SBATCH --job-name=ssbmech-array
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=ssbmech-%A-%a.log
set -euo pipefail

read -r -a knobs < <(sed -n "${SLURM_ARRAY_TASK_ID}p" "$2")
((${#knobs[@]})) || { echo "$2 has no line $SLURM_ARRAY_TASK_ID" >&2 && exit 2; }
name="${knobs[*]//--/}"
# Slurm runs a copy of this script: the other one is found from where sbatch was called
exec bash "$SLURM_SUBMIT_DIR/containers/slurm/job.sh" "$1" "$3/${name// /,}" "${knobs[@]}"
