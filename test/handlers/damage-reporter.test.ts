import { expect, test } from 'vitest';
import { createDamageReporter } from '../../lambda/handlers/compose/damage-reporter.ts';
import { available } from '../dialects/dynamodb/fakes.ts';
import { simulateLambda } from '../support/simulated-lambda.ts';

test('the functions that read backups report damage to the function that may record it', async () => {
  const { config, invocations } = await simulateLambda({ payload: null });
  const report = {
    backup: { table: 'Music', id: available.id },
    damage: { reason: 'a checksum mismatch', object: 'tables/x/runs/y' },
  };
  await createDamageReporter({ TIDEMARK_DAMAGE_FUNCTION_ARN: 'the-noter' }, config)(report);
  expect(invocations).toEqual([{ functionName: 'the-noter', payload: report }]);
});
