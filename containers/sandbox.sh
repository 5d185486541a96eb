# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2154  # checkout and cache are set by ssb
#
# Entering the root folder with bubblewrap. Sourced by ssb and containers/build.sh.

# Fills the array `sandbox` with the command line, up to the program to run, that enters a root folder.
#   $1 root folder    $2 Debian suite    $3 ro | rw: whether the root folder's /usr may be written
#
# The program sees Debian's /usr and /etc from the root folder, and the files, network, processes and
# devices of this machine where they always are.
sandbox_command() {
    local root=$1 suite=$2 usr=--ro-bind path
    [[ $3 == ro ]] || usr=--bind

    sandbox=(bwrap --die-with-parent
        "$usr" "$root/usr" /usr
        --symlink usr/bin /bin --symlink usr/sbin /sbin --symlink usr/lib /lib --symlink usr/lib64 /lib64
        --ro-bind "$root/etc" /etc
        --bind /proc /proc --ro-bind /sys /sys --dev /dev --dev-bind /dev/shm /dev/shm
        --tmpfs /run --bind /var/tmp /var/tmp)

    for path in /*; do
        case $path in
            /bin | /sbin | /lib | /lib32 | /lib64 | /libx32 | /usr | /etc | /var | /run | /proc | /sys | /dev | /boot | /lost+found) ;;
            *) if [[ -d $path && ! -L $path ]]; then sandbox+=(--bind "$path" "$path"); fi ;;
        esac
    done
    # homes and checkouts of services often lie under /var
    for path in "$checkout" "$cache" "$HOME" "$PWD"; do
        if [[ $path == /var/* || $path == /run/* ]]; then sandbox+=(--bind "$path" "$path"); fi
    done

    # names, network and certificates of this machine
    for path in /etc/passwd /etc/group /etc/hosts /etc/resolv.conf /etc/pip.conf; do
        if [[ -e $path ]]; then sandbox+=(--ro-bind "$path" "$path"); fi
    done
    if [[ -s /etc/ssl/certs/ca-certificates.crt ]]; then
        sandbox+=(--ro-bind /etc/ssl/certs /etc/ssl/certs)
    fi

    sandbox+=(--chdir "$PWD")
    sandbox_environment "$root" "$suite"
}

# Appends the environment variables to the array `sandbox`; arguments as above.
sandbox_environment() {
    local root=$1 suite=$2 name

    # of another Python, compiler or shared library than those in the root folder
    for name in PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV LD_LIBRARY_PATH LD_PRELOAD CC CFLAGS CPPFLAGS LDFLAGS LC_ALL; do
        sandbox+=(--unsetenv "$name")
    done
    sandbox+=(
        --setenv PATH /usr/local/ssbmech/bin:/usr/local/bin:/usr/bin:/bin
        --setenv PYTHONPATH "$checkout"
        --setenv LANG C.UTF-8
        --setenv SSBMECH_DEBIAN "$suite"
        --setenv SSBMECH_INSIDE "$suite"
        # compiled forms: kept apart for each root folder
        --setenv XDG_CACHE_HOME "$root.cache"
        --setenv MPLBACKEND Agg
        # one thread per rank
        --setenv OMP_NUM_THREADS 1
        --setenv OMPI_ALLOW_RUN_AS_ROOT 1
        --setenv OMPI_ALLOW_RUN_AS_ROOT_CONFIRM 1
        # ranks talk through memory: all of them are on this machine
        --setenv OMPI_MCA_btl ^tcp
        # a rank that waits leaves its core to the others
        --setenv OMPI_MCA_mpi_yield_when_idle 1
    )
    # Without a window system VTK draws by EGL, and would complain of an X server before it does.
    [[ -n ${DISPLAY-} ]] || sandbox+=(--setenv VTK_DEFAULT_OPENGL_WINDOW vtkEGLRenderWindow)
    # More ranks than cores are allowed, and ranks are not bound to cores: two jobs side by side would
    # be bound to the same ones. Open MPI 6 gave both settings new names.
    if [[ $suite == trixie ]]; then
        sandbox+=(--setenv PRTE_MCA_rmaps_default_mapping_policy :oversubscribe
            --setenv PRTE_MCA_hwloc_default_binding_policy none)
    else
        sandbox+=(--setenv PRTE_MCA_mapby :oversubscribe --setenv PRTE_MCA_bindto none)
    fi
}
