# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2154  # checkout is set by whoever sources this
#
# The package lists, and how this machine reaches Debian's packages. Sourced by build.sh and try_containerfile.sh.

# Prints the entries of a package list without its comments.
packages() { sed 's/#.*//; /^[[:space:]]*$/d' "$checkout/containers/$1-packages.txt"; }

# Prints the settings of this machine's apt that concern the network.
apt_network_settings() { apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|ForceIPv|Check-).* ".+";$' || true; }

# Prints the address of the Debian mirror that this machine uses itself; nothing means mmdebstrap's own.
debian_mirror() {
    local ID='' VERSION_CODENAME=''
    # shellcheck source=/dev/null
    . /etc/os-release
    if [[ ${SSBMECH_MIRROR:-} ]]; then
        echo "$SSBMECH_MIRROR"
    elif [[ $ID == debian ]]; then
        # shellcheck disable=SC2016  # $(NAME) is apt's notation
        apt-get indextargets --format '$(COMPONENT) $(REPO_URI) $(RELEASE) $(ORIGIN)' 'Created-By: Packages' |
            awk -v name="$VERSION_CODENAME" '
                $1 == "main" && ($3 == name || $3 !~ /security|updates|backports/ && $4 == "Debian") { print $2; exit }'
    fi
}
