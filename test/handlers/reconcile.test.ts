import { expect, test, vi } from 'vitest';
import { handler } from '../../lambda/handlers/reconcile.ts';
import { reconcile } from '../../lambda/reconcile/reconcile.ts';

vi.mock('../../lambda/handlers/compose/lambda-step.ts', () => ({ createStepServices: () => ({}) }));
vi.mock('../../lambda/reconcile/reconcile.ts', () => ({ reconcile: vi.fn<typeof reconcile>() }));

test('the reconciler’s function succeeds after a pass without trouble', async () => {
  vi.mocked(reconcile).mockResolvedValueOnce({ troubles: 0 });
  await handler();
  expect(reconcile).toHaveBeenCalledOnce();
});

test('the reconciler’s function fails after a pass with trouble, which raises the alarm', async () => {
  vi.mocked(reconcile).mockResolvedValueOnce({ troubles: 2 });
  await expect(handler()).rejects.toMatchObject({
    code: 'Internal',
    message: expect.stringContaining('2 could not be reconciled'),
  });
});
