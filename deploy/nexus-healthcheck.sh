#!/bin/bash
# Healthy: GET /readyz answers 200, which it does when the swarm's state answers and the store can be written.
# In bash, because the image has no HTTP client.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/${NEXUS_PORT:-8765}"
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
IFS=' ' read -r _ status _ <&3
echo "/readyz: $status"
[ "$status" = 200 ]
