#!/bin/bash
# Starts a Docker engine of its own, by hand, as root: private socket, private data, nothing installed.
#
#   export DOCKER_HOST="$(.ci/docker-up.sh [FOLDER])"      (default: /tmp/blindspot-docker)
#   .ci/docker-down.sh [FOLDER]
#
# Prints DOCKER_HOST on standard output, everything else on standard error. An engine that runs there already is used.
set -euo pipefail

folder="${1:-/tmp/blindspot-docker}"
socket="$folder/docker.sock"
log="$folder/dockerd.log"
wait_seconds=60

say() { echo "docker-up: $*" >&2; }
answers() { curl --silent --fail --max-time 3 --unix-socket "$socket" http://docker/_ping > /dev/null 2>&1; }
running() { [ -f "$folder/docker.pid" ] && kill -0 "$(cat "$folder/docker.pid")" 2> /dev/null; }

if answers; then
  say "an engine answers already on $socket"
  echo "unix://$socket"
  exit 0
fi
if ! command -v dockerd > /dev/null; then
  say "dockerd is not installed. On Debian: apt-get install docker.io"
  exit 3
fi
if [ "$(id -u)" -ne 0 ]; then
  say "a Docker engine of its own needs root; use the machine's own engine instead"
  exit 3
fi

mkdir -p "$folder"
# A pid file of an engine that died keeps dockerd from starting.
running || rm -f "$folder/docker.pid" "$socket"

# Machines that do without systemd may have no control groups mounted; dockerd needs one hierarchy of either version.
if ! mountpoint --quiet /sys/fs/cgroup; then
  say "mounting control groups"
  mount -t cgroup2 none /sys/fs/cgroup || mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
fi
if [ "$(stat --file-system --format=%T /sys/fs/cgroup)" = tmpfs ]; then
  for controller in cpuset cpu cpuacct blkio memory devices freezer net_cls perf_event pids; do
    grep --quiet "^$controller[[:space:]].*1$" /proc/cgroups || continue
    mountpoint --quiet "/sys/fs/cgroup/$controller" && continue
    # A controller that cgroup2 or a joint hierarchy holds cannot be mounted here; dockerd looks for it itself.
    mkdir -p "/sys/fs/cgroup/$controller" 2> /dev/null || continue
    mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" 2> /dev/null ||
      rmdir "/sys/fs/cgroup/$controller" 2> /dev/null || true
  done
fi

options=(
  --host "unix://$socket"
  --data-root "$folder/data"
  --exec-root "$folder/exec"
  --pidfile "$folder/docker.pid"
)
# Without iptables bridges cannot reach out, but labs need no way out: their networks are internal.
if ! command -v iptables > /dev/null || ! iptables --wait --list > /dev/null 2>&1; then
  say "no working iptables: the engine runs without it, so build containers will use its own network"
  options+=(--iptables=false --ip6tables=false)
fi

start() {
  say "starting dockerd ($folder)${*:+ with $*}"
  nohup dockerd "${options[@]}" "$@" > "$log" 2>&1 < /dev/null &
  local pid=$! second
  for second in $(seq "$((wait_seconds * 5))"); do
    answers && return 0
    kill -0 "$pid" 2> /dev/null || return 1
    sleep 0.2
  done
  say "no answer after ${wait_seconds} s"
  kill "$pid" 2> /dev/null || true
  return 1
}

# overlay2 refuses to lie on another overlay, as a container's own disk is: vfs works anywhere, only slower.
if ! start && ! { grep --quiet --ignore-case 'overlay\|graph\|driver' "$log" && start --storage-driver vfs; }; then
  say "dockerd did not start; the end of $log:"
  tail -n 20 "$log" >&2
  exit 1
fi
say "ready"
echo "unix://$socket"
