#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds the image of Containerfile without a container engine and runs a case in it. See usage() below.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: containers/try_containerfile.sh [--archive FILE]

Makes a Debian 13 base image with mmdebstrap, builds containers/Containerfile on it with buildah, and runs the short
form of cases/li_void in the image, as root and as an ordinary user. Needs root on Debian or Ubuntu with the packages
buildah and mmdebstrap, 10 GB in the folder for temporary files, and about 10 minutes. Leaves nothing behind but, if
asked for, the image as an OCI archive, which `podman load --input FILE` takes.

environment:
    SSBMECH_MIRROR    address of the Debian mirror, if this machine's own does not serve
    TMPDIR            folder for temporary files (default: /var/tmp)
TEXT
}

# buildah with its images and containers in the temporary folder.
image_tool() {
    buildah --root "$temp/images" --runroot "$temp/state" "$@"
}

make_base() {
    local options=(--variant=minbase --include=ca-certificates) setting mirror container
    options+=(--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright')
    for setting in info locale lintian man; do options+=(--dpkgopt="path-exclude=/usr/share/$setting/*"); done
    while read -r setting; do options+=(--aptopt="$setting"); done < <(apt_network_settings)
    mirror=$(debian_mirror)
    unshare --mount mmdebstrap --mode=root "${options[@]}" trixie "$temp/base.tar" ${mirror:+"$mirror"}
    container=$(image_tool from scratch)
    image_tool add "$container" "$temp/base.tar" /
    image_tool commit --rm "$container" "$base"
    rm "$temp/base.tar"
}

build_image() {
    local options=() path
    # the network settings of this machine's pip; apt's are in the base image
    for path in /etc/pip.conf /etc/ssl/certs; do
        if [[ -e $path ]]; then options+=(--volume "$path:$path:ro"); fi
    done
    image_tool bud --isolation=chroot --build-arg BASE="$base" "${options[@]}" \
        --file "$checkout/containers/Containerfile" --tag "$image" "$checkout"
}

# Runs a command in a container of the image as the user $1.
run_inside() {
    local user=$1
    shift
    image_tool run --isolation=chroot --user "$user" "$container" -- "$@"
}

# A run of few steps on two ranks, into the folder $2 as the user $1.
run_case() {
    run_inside "$1" mpirun -n 2 python cases/li_void/case.py --size=1 --minutes=2 --no-figures --out="$2"
    run_inside "$1" ssbmech info "$2"
}

clean_up() {
    if [[ -d $temp/images ]]; then
        image_tool rm --all >/dev/null 2>&1 || true
        image_tool rmi --all --force >/dev/null 2>&1 || true
        umount "$temp/images/overlay" 2>/dev/null || true
    fi
    rm -rf --one-file-system "$temp"
}

main() {
    local archive='' tool
    while (($#)); do
        case $1 in
            -h | --help) usage && exit ;;
            --archive) archive=${2:?"--archive needs a file"} && shift 2 ;;
            *) usage >&2 && exit 2 ;;
        esac
    done
    [[ $(id -u) == 0 ]] || die "this needs root"
    for tool in buildah mmdebstrap; do
        command -v "$tool" >/dev/null || die "$tool is missing: apt-get install buildah mmdebstrap"
    done

    temp=$(mktemp --directory "${TMPDIR:-/var/tmp}/ssbmech-image-XXXXXX")
    log=$temp/log
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM

    step "base image" make_base
    step "image" build_image
    container=$(image_tool from "$image")
    image_tool images
    say "size of the image, uncompressed: $(du --summarize --block-size=MB "$(image_tool mount "$container")" | cut -f 1)"
    step "case on two ranks, forms compiled" run_case root /work/runs/first
    step "case on two ranks, as an ordinary user" run_case 12345:12345 /work/cases_of_user
    step "./ssb steps aside" run_inside 12345:12345 /opt/ssbmech/ssb python -c 'import dolfinx, ssbmech'
    tail -n 30 "$log" >&2
    if [[ $archive ]]; then step "archive $archive" image_tool push "$image" "oci-archive:$archive:ssbmech"; fi
    say "done"
}

checkout=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
base=localhost/ssbmech-base
image=localhost/ssbmech
# shellcheck source=containers/debian.sh
. "$checkout/containers/debian.sh"
# shellcheck source=containers/trial.sh
. "$checkout/containers/trial.sh"
main "$@"
