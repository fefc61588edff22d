#!/usr/bin/env bash
# Deploys the stack to the emulator by the CDK's command line, as a user would, and runs test/deployed there.
#
#   .ci/deployed.sh <cache folder> <endpoint of .ci/emulator.sh> [arguments for the tests]
#
# The output of the CDK goes to deployed.log in the cache folder.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=$1
endpoint=$2
shift 2

# No setting of the person who runs this may reach a real account.
unset "${!AWS_@}"
export AWS_ENDPOINT_URL=$endpoint AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null CDK_DISABLE_CLI_TELEMETRY=1

outputs=$cache/deployed.json
log=$cache/deployed.log
cdk() {
  npm exec -- cdk "$@" --output "$cache/cdk.out" --no-notices --no-version-reporting >>"$log" 2>&1 ||
    { tail -n 40 "$log" >&2 && return 1; }
}

: >"$log"
begun=$SECONDS
cdk bootstrap aws://000000000000/$AWS_REGION
# The app is that of bin/, without the few types of resources that the emulator refuses.
cdk deploy --app "node --disable-warning=ExperimentalWarning test/deployed/app.ts" --require-approval never \
  --context config=test/deployed/tidemark.config.json --outputs-file "$outputs"
echo "deployed in $((SECONDS - begun)) seconds"

api=$(node -p 'new URL(JSON.parse(fs.readFileSync(process.argv[1])).Tidemark.ApiUrl).hostname.split(".")[0]' "$outputs")
export TIDEMARK_TEST_DEPLOYMENT=$outputs
export TIDEMARK_TEST_ENDPOINT=$endpoint/_aws/execute-api/$api/prod TIDEMARK_TEST_SIGNING_NAME=execute-api
export TIDEMARK_TEST_DYNAMODB_ENDPOINT=$endpoint TIDEMARK_TEST_TABLE_PREFIX=deployed-
# The emulator's recovery restores tables whose recovery is off, at times that it does not check.
export TIDEMARK_TEST_RECOVERY=none
TIDEMARK_TEST_EMULATOR_PID=$(cat "$cache/emulator.pid")
export TIDEMARK_TEST_EMULATOR_PID
begun=$SECONDS
failed=0
npm test -- "$@" || failed=$?
echo "tested the deployed stack in $((SECONDS - begun)) seconds"
exit "$failed"
