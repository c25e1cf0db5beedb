#!/bin/sh
# Healthy: the spore holds an established TCP connection. It makes none but to its Nexus, and a Nexus that does
# not take its token closes it at once.
# Usage: spore-healthcheck [PROGRAM]
set -u
program=${1:-/usr/local/bin/spore}

# The numbers of the sockets that processes of the program hold.
sockets() {
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/exe" 2>/dev/null)" = "$program" ] || continue
        for descriptor in "$process"/fd/*; do
            readlink "$descriptor" 2>/dev/null
        done
    done | sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p'
}

# In these tables the fourth column is the state, 01 when established, and the tenth the socket's number.
established() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "01" { print $10 }'
}

for socket in $(sockets); do
    if established | grep -qx "$socket"; then
        echo "connected"
        exit 0
    fi
done
echo "not connected to a Nexus"
exit 1
