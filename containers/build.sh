# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2154  # checkout, cache and suite are set by ssb
#
# Building the root folder: Debian packages with mmdebstrap, Python packages with pip into a virtual environment inside.
# Sourced by ssb. The folder is built aside and moved into place when complete, by one ssb at a time.

# To be raised when the way of building changes, so that existing root folders are built anew.
build_version=1
build_tools=(mmdebstrap bubblewrap uidmap debian-archive-keyring)
space_root=4   # [GB] in the cache folder
space_temp=3   # [GB] where mmdebstrap unpacks for an ordinary user
kept_days=7    # root folders of other package lists are removed when unused for so long

# shellcheck source=containers/debian.sh
. "$checkout/containers/debian.sh"

# Sets `root` to the folder of the suite and package lists, builds it if need be, and holds it against removal.
open_root() {
    local stamp
    stamp=$({ echo "$build_version" && packages debian && packages python; } | sha256sum)
    root=$cache/$suite-${stamp::12}
    mkdir -p "$cache" || die "cannot write to $cache: set XDG_CACHE_HOME to a folder of yours"
    tools_present || install_tools
    touch "$root.lock" # the time of last use
    exec {root_lock}>>"$root.lock"
    until flock --shared "$root_lock" && [[ -d $root ]]; do
        flock --unlock "$root_lock"
        build_root
    done
}

build_root() {
    exec {build_lock}>>"$cache/build.lock"
    if ! flock --nonblock "$build_lock"; then
        say "another ssb is building an environment, waiting for it"
        flock "$build_lock"
    fi
    if [[ ! -d $root ]]; then
        staging=$root.building
        log=$cache/build-$suite.log
        job=
        check_namespaces
        clean_up
        check_space
        say "building the environment ($suite) in $root"
        say "once, a few minutes; details in $log"
        trap 'clean_up' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM
        : >"$log"
        step "Debian packages" install_debian
        step "Python packages" install_python
        step "Check" check_environment
        mv --no-target-directory "$staging" "$root"
        clean_up
        trap - EXIT INT TERM
        tail -n 1 "$log" | sed 's/^/ssb: /' >&2
        remove_old_roots
    fi
    exec {build_lock}>&-
}

# Runs a function of this file with its output in the log, showing how it goes on.
step() {
    local name=$1 start=$SECONDS last=$SECONDS now
    set -m # a process group of its own, to be ended as a whole
    "$2" </dev/null >>"$log" 2>&1 &
    job=$!
    set +m
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.5
        now=$(tail -n 1 "$log" | tr -dc '[:print:]')
        if [[ -t 2 ]]; then
            printf '\rssb: %s  %d s  %-60.60s' "$name" $((SECONDS - start)) "$now" >&2
        elif ((SECONDS - last >= 15)); then
            last=$SECONDS
            say "$name  $((SECONDS - start)) s  ${now::60}"
        fi
    done
    if [[ -t 2 ]]; then printf '\r%-100s\r' '' >&2; fi
    wait "$job" || explain "$name"
    job=
    say "$name  $((SECONDS - start)) s  done"
}

# Says why a step failed, as far as the log tells, and ends.
explain() {
    local reason="the log ends as follows"
    if grep -qi 'no space left' "$log"; then
        reason="no space left in $cache or ${TMPDIR:-/var/tmp}"
    elif grep -qE 'Could not (resolve|connect)|Failed to fetch|Temporary failure|Unable to connect|apt-get update.* failed' "$log"; then
        reason="the Debian mirror cannot be reached or does not have $suite: check the network and apt's proxy, or set SSBMECH_MIRROR"
    elif grep -qE 'No matching distribution|NewConnectionError|Max retries' "$log"; then
        reason="pip cannot reach its index, or a package is not there: check the network and pip's configuration"
    fi
    { tail -n 12 "$log" | cut -c -160 | sed 's/^/    /' && echo; } >&2
    die "$1: failed; $reason" "the whole log is $log"
}

install_debian() {
    local options=(--dpkgopt=force-unsafe-io) setting mirror temp
    options+=(--variant=minbase --include="$(packages debian | paste -sd ,)")
    for setting in doc info locale lintian man; do options+=(--dpkgopt="path-exclude=/usr/share/$setting/*"); done
    options+=(--dpkgopt='path-include=/usr/share/doc/*/copyright')
    while read -r setting; do options+=(--aptopt="$setting"); done < <(apt_network_settings)
    if [[ $suite == sid ]]; then options+=(--aptopt='Acquire::Check-Valid-Until "false"'); fi
    mirror=$(debian_mirror)

    mkdir "$staging"
    if [[ $(id -u) == 0 ]]; then
        # with mounts of its own, which go with it however it ends
        unshare --mount mmdebstrap --mode=root "${options[@]}" "$suite" "$staging" ${mirror:+"$mirror"}
    else
        # Unpacks under other user numbers, which must be able to enter; by way of a tar file on a pipe all files
        # end up as the user's own.
        temp=$(mktemp --directory "${TMPDIR:-/var/tmp}/ssbmech-build-XXXXXX")
        echo "$temp" >"$cache/build.temp"
        chmod 755 "$temp"
        TMPDIR=$temp mmdebstrap --mode=unshare "${options[@]}" "$suite" - ${mirror:+"$mirror"} |
            tar --extract --directory "$staging" --exclude='./dev/*'
    fi
    # files of this machine are laid over these
    touch "$staging"/etc/{passwd,group,hosts,resolv.conf,pip.conf}
}

install_python() {
    local sandbox=()
    sandbox_command "$staging" "$suite" rw
    sandbox+=(--setenv PIP_CACHE_DIR "${XDG_CACHE_HOME:-$HOME/.cache}/pip")
    "${sandbox[@]}" python3 -m venv --system-site-packages /usr/local/ssbmech
    "${sandbox[@]}" python3 -m pip install --requirement "$checkout/containers/python-packages.txt"
}

# The last line printed is shown to the user.
check_environment() {
    local sandbox=()
    sandbox_command "$staging" "$suite" ro
    "${sandbox[@]}" python3 -c '
import platform
import dolfinx, gmsh, h5py, matplotlib, meshio, mpi4py, pint, pyvista
from petsc4py import PETSc
petsc = ".".join(map(str, PETSc.Sys.getVersion()))
print(f"Python {platform.python_version()}, DOLFINx {dolfinx.__version__}, PETSc {petsc}, "
      f"Gmsh {gmsh.__version__}, PyVista {pyvista.__version__}")'
}

# Ends what is under way and removes what is half done, also by an ssb that was killed.
clean_up() {
    local remove=(rm -rf --one-file-system) temp
    if [[ $job ]]; then
        kill -TERM -- "-$job" 2>/dev/null || true
        wait "$job" 2>/dev/null || true
        while kill -0 -- "-$job" 2>/dev/null; do sleep 0.2; done # mmdebstrap tidies up itself
        job=
    fi
    if [[ -s $cache/build.temp ]]; then
        temp=$(<"$cache/build.temp")
        if [[ $(id -u) != 0 && -d $temp ]]; then
            # what mmdebstrap has unpacked belongs to the user's subordinate user numbers
            mmdebstrap --unshare-helper find "$temp" -mindepth 1 -delete || true
        fi
        "${remove[@]}" "$temp" "$cache/build.temp" || true
    fi
    "${remove[@]}" "$cache/$suite"-*.building* "$cache/$suite"-*.removed || true
}

# Removes root folders of other package lists that nobody uses, and tells of those kept.
remove_old_roots() {
    local old lock
    for old in "$cache/$suite"-*/; do
        old=${old%/}
        [[ $old != "$root" && -d $old && ${old##*/} != *.* ]] || continue
        exec {lock}>>"$old.lock"
        if [[ ! $(find "$old.lock" -mtime "-$kept_days") ]] && flock --nonblock "$lock"; then
            mv "$old" "$old.removed"
            rm -rf --one-file-system "$old.removed" "$old.cache" "$old.lock"
        else
            say "kept from an earlier package list: $old; to free the space: rm -rf $old*"
        fi
        exec {lock}>&-
    done
}

check_space() {
    local folder needed places=("$cache $space_root")
    if [[ $(id -u) != 0 ]]; then places+=("${TMPDIR:-/var/tmp} $space_temp"); fi
    for folder in "${places[@]}"; do
        needed=${folder##* } folder=${folder% *}
        if (($(df --output=avail -k "$folder" | tail -n 1) < needed * 1000000)); then
            die "not enough space: $needed GB needed in $folder" \
                "XDG_CACHE_HOME sets where the environment is kept, TMPDIR where it is unpacked"
        fi
    done
}

tools_present() {
    command -v mmdebstrap >/dev/null && command -v bwrap >/dev/null && [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]]
}

# Installs the tools, as root on Debian and its like, or ends by saying what is missing.
install_tools() {
    command -v apt-get >/dev/null ||
        die "no Python with DOLFINx is active, and this is neither Debian nor Ubuntu, on which one could be built" \
            "activate one (see containers/README.md) and run this again"
    [[ $(id -u) == 0 ]] ||
        die "packages are missing on this machine; install them with" \
            "    sudo apt-get install ${build_tools[*]}" "and run this again"
    say "installing ${build_tools[*]}"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${build_tools[@]}"; } \
        >"$cache/tools.log" 2>&1 || die "apt-get could not install them:" "$(tail -n 3 "$cache/tools.log")"
}

# Checks that this user may do what mmdebstrap and bubblewrap do.
check_namespaces() {
    local user answer
    if answer=$(bwrap --ro-bind / / true 2>&1); then
        :
    elif [[ $(id -u) == 0 ]]; then
        die "$answer" "this container may not make namespaces; with docker, start it with --privileged"
    else
        die "$answer" "this machine does not let ordinary users make namespaces; let them with" \
            "    sudo sysctl user.max_user_namespaces=10000" "or, on Ubuntu 24.04 and later, with" \
            "    sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" "and run this again"
    fi
    [[ $(id -u) != 0 ]] || return 0
    user=$(id -un)
    command -v newuidmap >/dev/null ||
        die "newuidmap is missing; install it with" "    sudo apt-get install uidmap" "and run this again"
    if ! grep -qsE "^($user|$(id -u)):" /etc/subuid || ! grep -qsE "^($user|$(id -u)):" /etc/subgid; then
        die "the user $user has no subordinate user numbers; give some with" \
            "    sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user" "and run this again"
    fi
}
