#!/bin/bash
# Stops the engine that docker-up.sh started, by its pid, with what it runs. Its data stay unless --purge is given.
#
#   .ci/docker-down.sh [FOLDER] [--purge]
set -euo pipefail

folder="/tmp/blindspot-docker"
purge=no
for argument in "$@"; do
  if [ "$argument" = --purge ]; then purge=yes; else folder="$argument"; fi
done
pidfile="$folder/docker.pid"

say() { echo "docker-down: $*" >&2; }

if [ -f "$pidfile" ]; then
  pid="$(cat "$pidfile")"
  # The number may belong to somebody else by now: only a dockerd is stopped.
  if [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = dockerd ]; then
    kill "$pid"
    for _ in $(seq 150); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.2
    done
    if kill -0 "$pid" 2> /dev/null; then
      say "dockerd did not stop within 30 s: killed"
      kill -9 "$pid"
    fi
  fi
  rm -f "$pidfile"
fi
if [ "$purge" = yes ] && [ -d "$folder" ]; then
  # Layers and namespaces that a killed engine left mounted would keep the folder from going.
  awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount --lazy "$mount" || true
  done
  rm -rf "$folder"
fi
say "stopped"
