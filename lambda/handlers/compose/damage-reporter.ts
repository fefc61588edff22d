import type { LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda';
import { environment } from '../../runtime/environment.ts';
import { requireVariable } from '../../runtime/required.ts';
import type { DamageReport } from '../../services/note-damage.ts';

/**
 * Reports damage to the function that may record it. Resolves once that function has recorded the damage, or has failed and
 * logged why.
 */
export function createDamageReporter(
  env: NodeJS.ProcessEnv,
  config: LambdaClientConfig = {},
): (report: DamageReport) => Promise<void> {
  let client: LambdaClient | undefined;
  return async (report) => {
    // Load this client only when damage was seen.
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    client ??= new LambdaClient(config);
    await client.send(
      new InvokeCommand({
        FunctionName: requireVariable(env, environment.damageFunction),
        Payload: JSON.stringify(report),
      }),
    );
  };
}
