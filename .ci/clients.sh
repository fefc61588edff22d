#!/usr/bin/env bash
# Installs the AWS CLI, boto3 and the Python clients of the RDS and Kinetica dialects into a virtual environment for
# test/acceptance, and moto for test/scenarios/restore/moto.test.ts. The JavaScript clients of the RDS dialect go into its
# folder `node`: with their dependencies they take 45 MB, too much for every `npm ci`. Where there is a Go toolchain, it
# also builds the Go client of the RDS dialect, on which the aliyun CLI is built.
#
#   export "$(.ci/clients.sh [cache folder])"     sets TIDEMARK_TEST_PYTHON
#
# Prints only that line to standard output. The output of pip goes to standard error.
set -euo pipefail

# The AWS CLI and boto3 need the same botocore.
awscli=1.46.3
boto3=1.44.5
moto=5.2.5
aliyun_rds=2.7.53
alibabacloud_rds=16.0.2
gpudb=7.2.3.13
pop_core=1.8.0
rds20140815=15.4.0
cache=${1:-"$(dirname "$0")/.cache"}

mkdir -p "$cache"
venv=$(cd "$cache" && pwd)/clients-$awscli-$boto3-$moto-$aliyun_rds-$alibabacloud_rds-$gpudb-$pop_core-$rds20140815
# The marker file is written last, so that an interrupted installation is repeated.
if [[ ! -f $venv/installed ]]; then
  python3 -m venv --clear "$venv" >&2
  timeout 300 "$venv/bin/pip" install --quiet --disable-pip-version-check \
    "awscli==$awscli" "boto3==$boto3" "moto[dynamodb,s3,server]==$moto" \
    "aliyun-python-sdk-rds==$aliyun_rds" "alibabacloud_rds20140815==$alibabacloud_rds" "gpudb==$gpudb" >&2
  npm install --prefix "$venv/node" --no-package-lock --ignore-scripts --no-audit --no-fund --silent \
    "@alicloud/pop-core@$pop_core" "@alicloud/rds20140815@$rds20140815" >&2
  touch "$venv/installed"
fi

if command -v go >/dev/null; then
  # Go rebuilds only what has changed.
  (cd "$(dirname "$0")/../test/acceptance/clients/rds-go" && timeout 300 go build -buildvcs=false -o "$venv/rds-go" .) >&2
fi

echo "TIDEMARK_TEST_PYTHON=$venv/bin/python"
