#!/usr/bin/env bash
# Starts MiniStack, an emulator of AWS (in a virtual environment), for test/storage/s3-store.test.ts and for the deployed
# stack of test/deployed. It runs Lambda functions as processes of the project's Node.
#
#   export "$(.ci/emulator.sh [cache folder])"           sets TIDEMARK_TEST_S3_ENDPOINT
#   kill "$(cat <cache folder>/emulator.pid)"            ends the emulator; its data is in memory only
#
# Prints only that line to standard output. The output of pip goes to standard error, that of the emulator to emulator.log.
set -euo pipefail

version=1.5.33
cache=${1:-"$(dirname "$0")/.cache"}
venv=$cache/ministack-$version
node=$(cd "$(dirname "$0")/.." && pwd)/node_modules/.bin

mkdir -p "$cache"
# The marker file is written last, so that an interrupted installation is repeated.
if [[ ! -f $venv/installed ]]; then
  python3 -m venv --clear "$venv" >&2
  timeout 300 "$venv/bin/pip" install --quiet --disable-pip-version-check "ministack==$version" >&2
  touch "$venv/installed"
fi

free_port() {
  "$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

answers() {
  "$venv/bin/python" -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=2)' \
    "$1/_ministack/health" 2>/dev/null
}

# Another process may take the port first. Then the emulator ends, and the script tries another port.
for _ in 1 2 3; do
  port=$(free_port)
  endpoint=http://127.0.0.1:$port
  # Turns off ministack's IoT and SFTP listeners, which would be open to the network. Its state
  # machines do not wait.
  PATH=$node:$PATH BIND_HOST=127.0.0.1 GATEWAY_PORT=$port IOT_MTLS_ENABLED=0 SFTP_ENABLED=0 SFN_WAIT_SCALE=0 \
    nohup "$venv/bin/ministack" >"$cache/emulator.log" 2>&1 </dev/null &
  pid=$!
  deadline=$((SECONDS + 60))
  while ((SECONDS < deadline)) && kill -0 "$pid" 2>/dev/null; do
    if answers "$endpoint"; then
      echo "$pid" >"$cache/emulator.pid"
      echo "TIDEMARK_TEST_S3_ENDPOINT=$endpoint"
      exit 0
    fi
    sleep 0.2
  done
  kill "$pid" 2>/dev/null || true
done

echo "The emulator did not start:" >&2
tail -n 20 "$cache/emulator.log" >&2
exit 1
