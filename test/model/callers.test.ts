import { expect, it } from 'vitest';
import { identifyCaller } from '../../lambda/model/callers.ts';

it.each([
  ['arn:aws:sts::111122223333:assumed-role/ci/session-1', 'arn:aws:sts::111122223333:assumed-role/ci'],
  ['arn:aws-cn:sts::111122223333:assumed-role/ci/a', 'arn:aws-cn:sts::111122223333:assumed-role/ci'],
  ['arn:aws:iam::111122223333:user/team/ada', 'arn:aws:iam::111122223333:user/team/ada'],
  ['rds/ada', 'rds/ada'],
  [undefined, undefined],
])('identifyCaller: %s is %s', (requestedBy, caller) => {
  expect(identifyCaller(requestedBy)).toBe(caller);
});
