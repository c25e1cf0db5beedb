#!/usr/bin/env bash
# The four promises of a swarm, shown with curl: nodes join, a node executes, a node is noticed when it comes, and
# when it dies.
#
#   examples/four-scenarios.sh --self-contained     starts a Nexus and spores of its own, and ends them
#   NEXUS_TOKEN=$(nexus token) examples/four-scenarios.sh
#                                                   uses the Nexus at NEXUS_URL (default http://127.0.0.1:8765) with
#                                                   two spores online; asks you to start and to kill a third
# Options of --self-contained:
#   --bin DIR     where `nexus` and `spore` are (default: target/debug of this repository)
#   --port PORT   port of its Nexus (default: 18765)
#
# Needs bash, curl and jq. Ends with 0 when all four hold.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$here/../target/debug
port=18765
self_contained=
# How long somebody has to start or kill a spore, and how long the Nexus has to notice, in seconds.
patience=180
notice=5

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
say() { printf '%s\n' "$*"; }
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

while [ $# -gt 0 ]; do
    case $1 in
        --self-contained) self_contained=yes ;;
        --bin) bin=${2:?--bin needs a directory}; shift ;;
        --port) port=${2:?--port needs a number}; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
for program in curl jq; do
    command -v "$program" >/dev/null || fail "$program is needed and not installed"
done

work=$(mktemp -d)
chmod 700 "$work"
pids=()

clean() {
    local i
    # The youngest first: spores before the Nexus, so that they can take leave of it.
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        [ -n "${pids[i]}" ] || continue
        kill "${pids[i]}" 2>/dev/null || true
        wait "${pids[i]}" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME VARIABLE=VALUE… PROGRAM…: in an environment of its own, so that settings of yours do not interfere.
start() {
    local name=$1
    shift
    mkdir -p "$work/$name"
    (cd "$work/$name" && exec env -i PATH="$PATH" HOME="$work/$name" "$@" >"$work/$name.log" 2>&1) &
    pids+=($!)
}

start_spore() {
    start "$1" SPORE_NODE_NAME="$1" SPORE_NEXUS_HOST=127.0.0.1 SPORE_NEXUS_PORT="$port" \
        SPORE_SHARED_TOKEN="$shared_token" SPORE_DATA_DIR="$work/$1" "$bin/spore"
}

start_swarm() {
    if [ ! -x "$bin/nexus" ] || [ ! -x "$bin/spore" ]; then
        fail "there are no nexus and spore in $bin: build them with \`cargo build -p nexus -p spore\`, or give --bin"
    fi
    bin=$(cd "$bin" && pwd)
    shared_token=$(env -i HOME="$work" "$bin/nexus" token --new)
    start nexus NEXUS_SHARED_TOKEN="$shared_token" NEXUS_DATA_DIR="$work/nexus" NEXUS_PORT="$port" "$bin/nexus" serve
    nexus_pid=${pids[0]}
    url=http://127.0.0.1:$port
    wait_until 10 answers || fail "the Nexus did not start: $(cat "$work/nexus.log")"
    token=$(env -i HOME="$work" NEXUS_DATA_DIR="$work/nexus" "$bin/nexus" token)
    start_spore spore-1
    start_spore spore-2
}

# wait_until SECONDS COMMAND…
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

# Without your .curlrc, without a proxy, and with the token in a file, so that no list of processes shows it.
curl=(curl --disable --silent --show-error --noproxy '*' --header "@$work/headers")
ask() { "${curl[@]}" --max-time 60 "$@"; }
answers() {
    [ -z "${nexus_pid:-}" ] || kill -0 "$nexus_pid" 2>/dev/null || fail "the Nexus ended: $(cat "$work/nexus.log")"
    ask --output /dev/null "$url/readyz" 2>/dev/null
}
nodes() { ask --fail-with-body "$url/api/v1/nodes"; }
online() { [ "$(nodes | jq .online_count)" -ge "$1" ]; }
execute() { # NODE COMMAND
    jq --null-input --arg command "$2" \
        '{skill_name: "ShellSkill", method_name: "run", parameters: {command: $command}}' |
        ask --header 'Content-Type: application/json' --data @- "$url/api/v1/nodes/$1/execute"
}
# The events so far, one a line. Between two of them stands the header of a WebSocket frame, whose first byte is
# not UTF-8, so that jq reads it as U+FFFD.
events() {
    jq --raw-input --slurp --compact-output \
        'split("\ufffd")[] | select(contains("{\"")) | sub("^[\\s\\S]*?(?=\\{\")"; "") | fromjson? | objects' "$work/events"
}
snapshot_came() { [ -n "$(events | jq 'select(.type == "SNAPSHOT") | .type')" ]; }
third_came() {
    third=$(events | jq --raw-output --slurp --arg known "$known" \
        '[.[] | select(.type == "NODE_CONNECTED") | .data.node_id | select(. as $id | $known | split("\n") | index($id) | not)][0] // ""')
    [ -n "$third" ]
}
third_left() {
    [ -n "$(events | jq --arg id "$third" 'select(.type == "NODE_DISCONNECTED" and .data.node_id == $id) | .type')" ]
}

: >"$work/headers"
if [ -n "$self_contained" ]; then
    start_swarm
else
    url=${NEXUS_URL:-http://127.0.0.1:8765}
    url=${url%/}
    token=${NEXUS_TOKEN:-}
    answers || fail "no Nexus answers at $url; start one, set NEXUS_URL, or use --self-contained"
fi
[ -z "$token" ] || printf 'Authorization: Bearer %s\n' "$token" >"$work/headers"
nodes >/dev/null || fail "the Nexus refuses: set NEXUS_TOKEN to what \`nexus token\` shows"

# The events, as they come: a WebSocket upgrade by hand. What the Nexus sends is plain text between frame headers.
"${curl[@]}" --no-buffer --http1.1 --max-time 900 --header 'Connection: Upgrade' --header 'Upgrade: websocket' \
    --header 'Sec-WebSocket-Version: 13' --header "Sec-WebSocket-Key: $(head -c 16 /dev/urandom | base64)" \
    "$url/ws/events" >"$work/events" 2>/dev/null &
pids+=($!)
wait_until "$notice" snapshot_came || fail "no events come from $url/ws/events"

say '1. Swarm: two spores are started, the Nexus lists two'
wait_until 15 online 2 || fail "two spores are needed; online: $(nodes | jq .online_count)"
nodes | jq --compact-output '{count, online_count, nodes: [.nodes[] | {node_name, node_id, is_online}]}'
[ -z "$self_contained" ] || [ "$(nodes | jq --compact-output '[.count, .online_count]')" = '[2,2]' ] || fail 'not two of two'

say '2. Remote execution: "echo test" on the first of them'
first=$(nodes | jq --raw-output '[.nodes[] | select(.is_online)][0].node_id')
answer=$(execute "$first" 'echo test')
jq --compact-output '{success, result, execution_time}' <<<"$answer"
jq --exit-status '.success == true and .result == "test\n" and (.execution_time | type) == "number"' >/dev/null <<<"$answer" ||
    fail "unexpected answer: $answer"

say '3. Hot plug: a third spore is started while the system runs'
known=$(nodes | jq --raw-output '.nodes[] | select(.is_online) | .node_id')
if [ -n "$self_contained" ]; then
    start_spore spore-3
    third_place=$((${#pids[@]} - 1))
    patience=10
else
    say "   Start one more spore now; waiting $patience s for it."
fi
wait_until "$patience" third_came ||
    fail 'no NODE_CONNECTED was broadcast'
ask "$url/api/v1/nodes/$third" | jq --compact-output '.node | {node_name, node_id, is_online}'
say '   NODE_CONNECTED was broadcast'
jq --exit-status .success >/dev/null <<<"$(execute "$third" true)" || fail 'the new node does not execute'

say '4. Failover: the third spore is killed'
if [ -n "$self_contained" ]; then
    kill -KILL "${pids[third_place]}"
    wait "${pids[third_place]}" 2>/dev/null || true
    pids[third_place]=
    patience=$notice
else
    say "   Kill it now (kill -KILL); waiting $patience s."
fi
wait_until "$patience" third_left || fail 'no NODE_DISCONNECTED was broadcast'
say '   NODE_DISCONNECTED was broadcast'
node=$(ask "$url/api/v1/nodes/$third" | jq .node)
jq --compact-output '{node_name, node_id, is_online}' <<<"$node"
[ "$(jq .is_online <<<"$node")" = false ] || fail 'it is still listed as online'
[ "$(execute "$third" true | jq .status)" = 400 ] || fail 'work for it was not refused'
for _ in 1 2 3 4 5 6; do
    chosen=$(ask --header 'Content-Type: application/json' --data '{"skill_name": "ShellSkill", "parameters": {"command": "true"}}' \
        "$url/api/v1/dispatch" | jq --raw-output .node_id)
    if [ "$chosen" = "$third" ] || [ "$chosen" = null ]; then
        fail "a task was dispatched to $chosen"
    fi
done
say '   six tasks were dispatched, none of them to it'

say 'All four hold.'
