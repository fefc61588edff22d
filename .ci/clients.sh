#!/usr/bin/env bash
# Installs the AWS CLI and boto3 into a virtual environment, for test/acceptance, and moto, for test/scenarios/restore/moto.test.ts.
#
#   export "$(.ci/clients.sh [cache folder])"     sets TIDEMARK_TEST_PYTHON
#
# Standard output is that one line. The output of pip goes to standard error.
set -euo pipefail

# The first two need the same botocore.
awscli=1.46.3
boto3=1.44.5
moto=5.2.5
cache=${1:-"$(dirname "$0")/.cache"}

mkdir -p "$cache"
venv=$(cd "$cache" && pwd)/clients-$awscli-$boto3-$moto
# The mark is written last, so that an interrupted installation is repeated.
if [[ ! -f $venv/installed ]]; then
  python3 -m venv --clear "$venv" >&2
  timeout 300 "$venv/bin/pip" install --quiet --disable-pip-version-check \
    "awscli==$awscli" "boto3==$boto3" "moto[dynamodb,s3,server]==$moto" >&2
  touch "$venv/installed"
fi

echo "TIDEMARK_TEST_PYTHON=$venv/bin/python"
