#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# A study whose variants are Slurm jobs. Runs on the login node as long as the study does: start it in tmux or with
# nohup. From the top of the checkout:
#
#     containers/slurm/study.sh containers/slurm/study.toml --default-resources slurm_partition=main
#
# $1 study file    the rest: options of Snakemake and of its plug-in for Slurm
#
# A variant whose job fails, or is ended by its time limit, is submitted again, up to three times, and goes on from
# its checkpoint. The same command goes on with a study that was stopped.
set -euo pipefail

study=$1
shift
exec python -m ssbmech study "$study" --executor slurm --jobs "${SSBMECH_JOBS:-50}" \
    ${SSBMECH_STUDY_OUT:+--out "$SSBMECH_STUDY_OUT"} -- --retries 3 --latency-wait 30 "$@"
