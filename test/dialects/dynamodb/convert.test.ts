import { describe, expect, test } from 'vitest';
import { apiOperations } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import type { Member, Members } from '../../../lambda/dialects/dynamodb/members.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { fakeOperations, post, validRequests, wasCalled } from './fakes.ts';

const structureExpected = 'Start of structure or map found where not expected';

/** Values of a wrong JSON type with the service's messages about them, as public probes of CreateTable found them. */
const scalars = (name: string): (readonly [unknown, string])[] => [
  [true, `TRUE_VALUE cannot be converted to ${name}`],
  [false, `FALSE_VALUE cannot be converted to ${name}`],
  [[], `Unrecognized collection type class java.lang.${name}`],
  [{}, structureExpected],
];
const numbers = (name: string): (readonly [unknown, string])[] => [
  [23, `NUMBER_VALUE cannot be converted to ${name}`],
  [-2147483648, `NUMBER_VALUE cannot be converted to ${name}`],
  [34.56, `DECIMAL_VALUE cannot be converted to ${name}`],
];
const text = (name: string) => ['23', `STRING_VALUE cannot be converted to ${name}`] as const;
const pairWith = (values: unknown[], words: string) => values.map((value) => [value, words] as const);
const flat = ['23', true, 23, 34.56];

const wrongValues: Readonly<
  Record<Member['type'], (member: Member) => readonly (readonly [unknown, string])[]>
> = {
  string: () => [...scalars('String'), ...numbers('String')],
  integer: () => [...scalars('Integer'), text('Integer')],
  long: () => [...scalars('Long'), text('Long')],
  double: () => [...scalars('Double'), text('Double')],
  boolean: () => [
    ...numbers('Boolean'),
    ['23', 'Unexpected token received from parser'],
    [[], 'Unrecognized collection type class java.lang.Boolean'],
    [{}, structureExpected],
  ],
  timestamp: () => [
    ['23', 'STRING_VALUE cannot be converted to Date'],
    [true, 'TRUE_VALUE cannot be converted to Date'],
    [[], 'Unrecognized collection type class java.util.Date'],
    [{}, structureExpected],
  ],
  list: () => [...pairWith(flat, 'Unexpected field type'), [{}, structureExpected]],
  map: () => [
    ...pairWith(flat, 'Unexpected field type'),
    [[], 'Unrecognized collection type class java.util.Map'],
  ],
  structure: (member) => [
    ...pairWith(flat, 'Unexpected field type'),
    [[], `Unrecognized collection type class com.amazonaws.dynamodb.v20120810.${shapeOf(member)}`],
  ],
};

function shapeOf(member: Member): string {
  return member.type === 'structure' ? member.shape : '';
}

/** A place in a request, and a request that has a value there. */
interface Place {
  readonly path: string;
  readonly member: Member;
  readonly element: boolean;
  readonly body: (value: unknown) => object;
}

/** Lists every place that can have a value in the requests of an operation. */
function placesOf(members: Members, prefix: string, around: (body: object) => object): Place[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const body = (value: unknown) => around({ [name]: value });
    return [{ path, member, element: false, body }, ...inside(path, member, body)];
  });
}

function inside(path: string, member: Member, body: (value: unknown) => object): Place[] {
  if (member.type === 'structure') return placesOf(member.members, `${path}.`, body);
  if (member.type !== 'list') return [];
  const element = (value: unknown) => body([value]);
  const at = `${path}.0`;
  return [{ path: at, member: member.of, element: true, body: element }, ...inside(at, member.of, element)];
}

/** Returns the wrong values for a place. The service has another message for a structure in a list than for a member. */
function wrongAt({ member, element }: Place): readonly (readonly [unknown, string])[] {
  const found = wrongValues[member.type](member);
  if (!element || member.type !== 'structure') return found;
  return found.map(([value, words]) => [
    value,
    words.replace('Unexpected field type', 'Unexpected value type in payload'),
  ]);
}

async function answerTo(operation: string, body: object) {
  const operations = fakeOperations();
  const answer = await handle(operations, post(operation, body), silentLog);
  return { ...answer, called: wasCalled(operations) };
}

describe.each(apiOperations.map(({ name, members }): [string, Members] => [name, members]))(
  'a value of the wrong type in a request of %s',
  (operation, members) => {
    const places = placesOf(members, '', (body) => body);

    test.each(places.map((place) => [place.path, place] as const))(
      'is rejected with a SerializationException before any other check: %s',
      async (_path, place) => {
        for (const [value, Message] of wrongAt(place)) {
          const { status, body, called } = await answerTo(operation, place.body(value));
          expect({ status, called, body }).toEqual({
            status: 400,
            called: false,
            body: JSON.stringify({ __type: 'com.amazon.coral.service#SerializationException', Message }),
          });
        }
      },
    );
  },
);

describe('a boolean that is sent as a text', () => {
  const words = ['true', 'TRUE', 'yes', '1', 'false', 'No', '0'];
  test.each(words.map((word) => [word, ['true', 'yes', '1'].includes(word.toLowerCase())] as const))(
    '%s is read as %s',
    async (word, enabled) => {
      const operations = fakeOperations();
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: word };
      const body = { TableName: 'Music', PointInTimeRecoverySpecification };
      await handle(operations, post('UpdateContinuousBackups', body), silentLog);
      expect(operations.updateContinuousBackups).toHaveBeenCalledExactlyOnceWith({
        table: 'Music',
        specification: { enabled },
      });
    },
  );
});

describe('a member that the API does not have', () => {
  test('is ignored at any depth, as by DynamoDB', async () => {
    const body = {
      TableName: 'Music',
      BackupName: 'nightly',
      Other: [1],
      ['__proto__']: 2,
    };
    expect((await answerTo('CreateBackup', body)).status).toBe(200);
  });

  test.each([
    [
      'CreateBackup',
      { kind: 'FULL', DryRun: true },
      'kind, DryRun',
      'Kind, Source, Comment, Checksum, DataSink',
    ],
    ['RestoreTableFromBackup', { dryRun: true }, 'dryRun', 'Keep, VerifyTarget, DryRun'],
    ['RestoreTableToPointInTime', { DryRun: true }, 'DryRun', 'Keep, VerifyTarget'],
  ] as const)('is rejected in the TidemarkOptions of %s', async (operation, TidemarkOptions, no, has) => {
    const { status, body, called } = await answerTo(operation, {
      ...validRequests[operation],
      TidemarkOptions,
    });
    expect({ status, called, body: JSON.parse(body) }).toEqual({
      status: 400,
      called: false,
      body: {
        __type: 'com.amazon.coral.validate#ValidationException',
        message: `Invalid Request: TidemarkOptions of this operation has no ${no}. It has: ${has}`,
      },
    });
  });
});

test('a text with a lone surrogate is read with a replacement character in its place', async () => {
  const operations = fakeOperations();
  const body = '{"TableName":"Music","BackupName":"nightly","TidemarkOptions":{"Comment":"a\\ud800b"}}';
  await handle(operations, post('CreateBackup', body), silentLog);
  expect(operations.createBackup.mock.lastCall?.[0].comment).toBe('a\ufffdb');
});
