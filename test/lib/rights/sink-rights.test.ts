import { describe, expect, it } from 'vitest';
import { synthesize } from '../../support/synthesis.ts';
import { expectedRights } from './expected-rights.ts';
import { rightsOf, template } from './policies.ts';

const base = {
  tables: ['orders-*', 'arn:aws:dynamodb:eu-west-1:123456789012:table/users'],
  prefix: 'backups',
  dialects: ['rds', 'kinetica'],
} as const;
const key = 'arn:aws:kms:eu-west-1:123456789012:key/1234';
const role = 'arn:aws:iam::210987654321:role/tidemark';
const bucket = 'arn:<aws.Partition>:s3:::cold';

const withSinks = synthesize({
  ...base,
  sinks: [
    { name: 'archive', bucket: 'cold', prefix: 'eu', kmsKey: key, folder: '/mnt/cold' },
    { name: 'abroad', bucket: 'abroad', role: { arn: role, externalId: 'shop' } },
  ],
});

const common = [`s3:ListBucket on ${bucket}`, `kms:Decrypt on ${key} by S3`, `sts:AssumeRole on ${role}`];
const read = [`s3:GetObject on ${bucket}/eu/tables/*`, ...common];
const write = (kind: string) => [
  `s3:PutObject on ${bucket}/eu/tables/*/${kind}/*`,
  `s3:AbortMultipartUpload on ${bucket}/eu/tables/*/${kind}/*`,
  `kms:GenerateDataKey on ${key} by S3`,
  ...common,
];
const check = [
  `s3:GetObject on ${bucket}/eu/tidemark-sink.json`,
  `s3:PutObject on ${bucket}/eu/tidemark-sink.json`,
  `kms:GenerateDataKey on ${key} by S3`,
  ...common,
];
const added: Readonly<Record<string, readonly string[]>> = {
  begin: read,
  collect: read,
  arrange: read,
  apply: [...read, ...write('runs')],
  commit: [...read, ...write('snapshots')],
  'restore-plan': read,
  'restore-materialize': read,
  'restore-write': read,
  'restore-finish': read,
  'api-read': read,
  'api-backup': check,
  'api-restore': [`s3:GetObject on ${bucket}/eu/tidemark-sink.json`, ...common],
  'kinetica-api': [...read, ...check],
  schedule: check,
  reconcile: check,
  sweep: [
    `s3:DeleteObject on ${bucket}/eu/tables/*`,
    `s3:GetObject on ${bucket}/eu/tables/*/snapshots/*`,
    ...common,
  ],
};

const withNewSinks = synthesize({
  ...base,
  sinks: [{ name: 'archive', bucket: 'cold', prefix: 'eu', allowsNewSinks: true }],
});

describe('the rights to data sinks that requests may make', () => {
  it.each([
    ['apply', 'tables/*/runs/*', 's3:PutObject'],
    ['api-read', 'tables/*', 's3:GetObject'],
    ['sweep', 'tables/*', 's3:DeleteObject'],
    ['api-backup', 'tidemark-sink.json', 's3:PutObject'],
  ])('let %s use those below a configured one, and nothing beside it', (handler, keys, action) => {
    const rights = rightsOf(handler, withNewSinks).filter((right) =>
      right.startsWith(`${action} on ${bucket}`),
    );
    expect(rights).toEqual([`${action} on ${bucket}/eu/*/${keys}`, `${action} on ${bucket}/eu/${keys}`]);
  });

  it('let only the function of the Kinetica dialect make and drop them', () => {
    const makers = Object.keys(expectedRights).filter((handler) =>
      rightsOf(handler).some((right) => /(Put|Update)Item on catalog if in .*SINKS/.test(right)),
    );
    expect(makers).toEqual(['kinetica-api']);
  });
});

describe('the rights to data sinks', () => {
  it.each(Object.keys(expectedRights))('of %s are exactly those that its work needs', (handler) => {
    const before = new Set(rightsOf(handler, template));
    const extra = rightsOf(handler, withSinks).filter((right) => !before.has(right));
    expect(extra).toEqual([...new Set(added[handler])].sort());
  });

  it('leave the folders of a local runtime out of the environment of the functions', () => {
    const functions = Object.values(withSinks.findResources('AWS::Lambda::Function'));
    const configured = functions.map(
      ({ Properties }) => Properties.Environment?.Variables?.TIDEMARK_SINKS as string,
    );
    const sinks = [
      { name: 'archive', bucket: 'cold', prefix: 'eu', kmsKey: key },
      { name: 'abroad', bucket: 'abroad', role: { arn: role, externalId: 'shop' } },
    ];
    expect(new Set(configured.filter(Boolean))).toEqual(new Set([JSON.stringify(sinks)]));
  });
});
