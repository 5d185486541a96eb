#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Runs the Slurm example against a real Slurm on this machine. See usage() below.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: containers/slurm/try_slurm.sh [--keep]

Starts Debian's Slurm and munge as a cluster of one node with two cores, on loopback, in a root folder and a process
namespace of their own, and runs through it: job.sh with mpirun and with srun, array.sh, a job that its time limit
stops and that goes on by itself, and a study. Each must end complete. Takes about 10 minutes, and leaves nothing
behind; with --keep the folder with all logs and runs.

Needs what ./ssb needs to build its environment, which it uses. Environment variables: those of ./ssb.
TEXT
}

# A second root folder with Slurm, made of links to the files of the first.
make_root() {
    local daemon apt=(apt-get
        -o APT::Sandbox::User=root -o APT::Architectures="$(dpkg --print-architecture)"
        -o Dir::Etc="$root/etc/apt" -o Dir::State::status="$root/var/lib/dpkg/status"
        -o Dir::State::lists="$temp/apt/lists" -o Dir::Cache="$temp/apt")
    mkdir -p "$temp/root" "$temp/apt/lists/partial" "$temp/apt/archives/partial" "$temp/slurm"
    "${apt[@]}" update
    "${apt[@]}" install --yes --download-only --no-install-recommends slurmctld slurmd slurm-client munge
    find "$temp/apt/archives" -name '*.deb' -exec dpkg-deb --extract {} "$temp/slurm" \;
    cp --archive --link "$root/usr" "$temp/root/usr"
    cp --archive --remove-destination --no-target-directory "$temp/slurm/usr" "$temp/root/usr"
    # the links that installing the packages would make
    for daemon in "$temp"/root/usr/sbin/slurm*-wlm; do ln --symbolic "${daemon##*/}" "${daemon%-wlm}"; done
    cp --archive "$root/etc" "$temp/root/etc"
    ln --symbolic "$temp/node/etc" "$temp/root/etc/slurm"
    rm -rf "$temp/apt" "$temp/slurm"
}

clean_up() {
    if [[ $keep ]]; then
        rm -rf --one-file-system "$temp/root"
        say "kept: $temp"
    else
        rm -rf --one-file-system "$temp"
    fi
}

main() {
    local sandbox=()
    keep=
    case ${1:-} in
        '') ;;
        --keep) keep=yes ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && exit 2 ;;
    esac
    cd "$checkout"
    # shellcheck disable=SC2016  # the variable inside
    root=$(SSBMECH_DEBIAN=trixie ./ssb sh -c 'echo "${XDG_CACHE_HOME%.cache}"')
    cache=$(dirname "$root")
    temp=$(mktemp --directory "$cache/slurm-XXXXXX") # links do not reach other file systems
    log=$temp/log
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM

    step "root folder with Slurm" make_root
    mkdir "$temp/node"
    printf '127.0.0.1 localhost node\n' >"$temp/hosts"
    sandbox_command "$temp/root" trixie ro
    # the node: all its processes end with the first one
    "${sandbox[@]}" --unshare-pid --proc /proc --unshare-uts --hostname node \
        --ro-bind "$temp/hosts" /etc/hosts --setenv XDG_CACHE_HOME "$root.cache" \
        bash "$checkout/containers/slurm/node.sh" "$temp/node"
}

checkout=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=containers/sandbox.sh
. "$checkout/containers/sandbox.sh"
# shellcheck source=containers/trial.sh
. "$checkout/containers/trial.sh"
main "$@"
