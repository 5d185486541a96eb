# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2154  # log is set by whoever sources this
#
# What the try_*.sh scripts share.

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }

# Ends with a message, one argument per line.
die() {
    local line
    for line in "$@"; do say "$line"; done
    exit 1
}

# Runs a command with its output in the log, and says how long it took.
#   $1 name    the rest: the command
step() {
    local name=$1 start=$SECONDS status
    shift
    set +e # this shell alone; the command ends at its first failure
    (set -e && "$@") >>"$log" 2>&1 </dev/null
    status=$?
    set -e
    if ((status)); then
        { tail -n 20 "$log" | cut -c -160 | sed 's/^/    /' && echo; } >&2
        die "$name: failed"
    fi
    say "$name  $((SECONDS - start)) s"
}
