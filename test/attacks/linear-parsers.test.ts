import { describe, expect, it } from 'vitest';
import { parseKeys } from '../../lambda/dialects/access-keys.ts';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { parseBody } from '../../lambda/dialects/dynamodb/json.ts';
import { parsePath } from '../../lambda/dialects/dynamodb/paths.ts';
import { read } from '../../lambda/dialects/dynamodb/read.ts';
import { decodeAvro } from '../../lambda/dialects/kinetica/avro.ts';
import { checkTableName } from '../../lambda/dialects/kinetica/objects.ts';
import { contentTypeOf, renderFailure } from '../../lambda/dialects/kinetica/wrapper.ts';
import { formatOf, readCall } from '../../lambda/dialects/rds/call.ts';
import { readInput } from '../../lambda/dialects/rds/input.ts';
import { readParameters } from '../../lambda/dialects/rds/parameters.ts';
import { buildStringToSignV3, parseAuthorization } from '../../lambda/dialects/rds/sign-v3.ts';
import { toCanonicalItem, toCanonicalKey } from '../../lambda/item/canonical.ts';
import { ItemScanner } from '../../lambda/item/item-scanner.ts';
import { toCanonicalNumber } from '../../lambda/item/number.ts';
import { parseShallowJson } from '../../lambda/item/parse-json.ts';
import { measureItem } from '../../lambda/item/size.ts';
import {
  parseBackupArn,
  parseTableArn,
  parseTableReference,
  tableNameOf,
} from '../../lambda/model/backup-arn.ts';
import { identifyCaller } from '../../lambda/model/callers.ts';
import { isBackupId } from '../../lambda/model/ids.ts';
import { parseSetId } from '../../lambda/model/sets.ts';
import { covers } from '../../lambda/model/table-patterns.ts';
import { keyedPlace } from '../../lambda/operations/compare-backups.ts';
import { hexPlace } from '../../lambda/operations/page-token.ts';
import { makerOf, stagedJobOf } from '../../lambda/retention/sweep-plan.ts';
import { shortenText } from '../../lambda/runtime/shorten.ts';
import { StagedLineParser } from '../../lambda/snapshot/compact/staged-record.ts';
import { parseRunKey } from '../../lambda/snapshot/format/manifest.ts';
import { sequenceNumber } from '../../lambda/tables/stream.ts';
import { hashKey } from '../support/snapshot/support.ts';
import { measureGrowth } from '../support/growth.ts';

/*
 * An attacker sends a text for which a parser takes quadratic time or more. A number of 320,000 zeros took 88 s, an item of
 * 12 KB with escaped names 10 s. Here each parser of text from outside gets long texts of repeated fragments, of twice the
 * length in less than three times the time.
 */

const address = '127.0.0.1';
const http = (headers: Record<string, string>, query = '', body = '') => ({
  method: 'POST',
  path: '/',
  query,
  headers,
  body: Buffer.from(body),
  address,
  isSecure: false,
});
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const scanner = new ItemScanner(['k']);
const lines = new StagedLineParser({ names: ['k'], hash: hashKey });

const parameters = {
  list: { type: 'list', maxItems: 100, maxLength: 64, text: '' },
  time: { type: 'time', text: '' },
  number: { type: 'integer', min: 0, max: 9, text: '' },
} as const;

/** Each parser, with the beginnings of texts that lead far into it. */
const parsers: Readonly<Record<string, [parse: (text: string) => unknown, ...heads: string[]]>> = {
  parseBody: [parseBody, '{"a":"', '{"\\"":', '['],
  parseShallowJson: [parseShallowJson, '{"a":"', '{"\\"":', '{"\\"":1,"v":"#1'],
  parseBackupArn: [parseBackupArn, 'arn:aws:dynamodb:', 'arn:aws:dynamodb:eu-west-1:1:table/'],
  parseTableArn: [parseTableArn, 'arn:aws:dynamodb:', 'arn:aws:dynamodb:eu-west-1:1:table/'],
  parseTableReference: [parseTableReference, 'arn:'],
  tableNameOf: [tableNameOf, 'arn:aws:dynamodb:eu-west-1:1:table/'],
  identifyCaller: [identifyCaller, 'arn:aws:sts::111122223333:assumed-role/'],
  isBackupId: [isBackupId, '01700000000000-'],
  parsePath: [parsePath, '/read/', '/restore/a/'],
  hexPlace: [(text) => hexPlace.test(text)],
  keyedPlace: [(text) => keyedPlace.test(text), '0123456789abcdef'],
  makerOf: [makerOf, 'tables/', 'tables/a/runs/01700000000000-01234567-'],
  stagedJobOf: [stagedJobOf, 'staging/restore-'],
  parseRunKey: [parseRunKey, 'tables/', 'tables/a/runs/01700000000000-01234567-'],
  toCanonicalNumber: [toCanonicalNumber, '0.1', '-', '1e', '1.'],
  'the sequence number of a stream record': [(text) => sequenceNumber.test(text)],
  'toCanonicalKey, of bytes': [(text) => toCanonicalKey({ k: { B: text } }, ['k'])],
  'toCanonicalItem, of a number': [
    (text) => toCanonicalItem({ k: { S: 'k' }, v: { N: text } }, ['k']),
    '0.1',
  ],
  'measureItem, of a number': [(text) => measureItem({ v: { N: text } }), '0.1'],
  'measureItem, of bytes': [(text) => measureItem({ v: { B: text } })],
  ItemScanner: [
    (text) => {
      scanner.start(Buffer.from(`{"k":{"S":"k"},"v":${text}}`));
      return scanner.readItem();
    },
    '{"S":"',
    '{"N":"',
    '{"B":"',
    '{"L":[',
    '{"M":{',
  ],
  'a staged line': [
    (text) => lines.parse(Buffer.from(text)),
    '{"Item":{"k":{"S":"',
    '{"Item":{"k":{"S":"a"},"\\"":{"S":"',
    '{"Metadata":{"ApplyOrder":{"N":"',
  ],
  parseSetId: [parseSetId, '1'],
  'covers, as a pattern': [(text) => covers(text, 'orders-1'), '*'],
  'covers, as a table': [(text) => covers('*a*b*c*d*e*f', text), 'a'],
  parseKeys: [parseKeys, '{"keys":[{"id":"', '{"keys":'],
  shortenText: [shortenText],
  'the query of RDS': [(text) => readParameters(text, ''), 'a=', 'a=%'],
  'the form of RDS': [(text) => readCall(http(form, '', text)), 'Action='],
  'the format of RDS': [(text) => formatOf(http(form, text, text)), 'Format='],
  'Authorization of RDS': [
    parseAuthorization,
    'ACS3-HMAC-SHA256 Credential=',
    'ACS3-HMAC-SHA256 Credential=a,SignedHeaders=',
    'ACS3-HMAC-SHA256 Credential=a,SignedHeaders=a,Signature=',
  ],
  'a signed header of RDS': [
    (text) =>
      buildStringToSignV3(
        http({ a: text }, text),
        { keyId: '', signature: '', signedHeaders: ['a'] },
        'host',
      ),
  ],
  'a list of RDS': [(text) => readInput(parameters, new Map([['list', text]])), 'a'],
  'a time of RDS': [(text) => readInput(parameters, new Map([['time', text]])), '2026-01-01T'],
  'a number of RDS': [(text) => readInput(parameters, new Map([['number', text]])), '-'],
  'a record of Kinetica in Avro': [
    (text) =>
      decodeAvro(
        { name: 'string', map: { map: 'string' }, list: { array: 'string' } },
        Buffer.from(text, 'latin1'),
      ),
    '\u0000',
    '\u0000\u0001\u0002',
    '\u0002a',
  ],
  'the content type of Kinetica': [(text) => contentTypeOf(http({ 'content-type': text }))],
  'an error of Kinetica': [(text) => renderFailure('json', 400, text), 'Connection '],
  'a table of Kinetica': [checkTableName],
};

const fragments = [
  '0',
  '1',
  'a',
  'f',
  '-',
  '.',
  ',',
  ' ',
  ':',
  '/',
  '*',
  '=',
  '+',
  '%',
  '&',
  ';',
  '#1',
  '\n',
  '"',
  '\\',
  '[',
  '{',
  '%2f',
  '&a',
  '&=',
  'a=1&',
  '::',
  'arn:',
  '-0',
  '1e',
  '\\"',
  '\\\\',
  '"a":',
  '"\\n":1,',
  '{"a":',
  '[],',
  '"},',
  'é',
  '\u2028',
  '\u0000',
  '\u0001',
  '\u0002',
  '\u0004ab',
  '\u00ff',
  'Connection ',
  'a;',
];
const tails = ['', '!'];

describe('for any text of a repeated fragment, twice the length takes less than three times the time', () => {
  it.each(Object.entries(parsers))('%s', (_name, [parse, ...heads]) => {
    for (const head of ['', ...heads]) {
      for (const fragment of fragments) {
        for (const tail of tails) {
          const growth = measureGrowth((length) => {
            const text = head + fragment.repeat(length / fragment.length) + tail;
            return () => parse(text);
          });
          if (growth < 3) continue;
          expect.fail(
            `${JSON.stringify([head, fragment, tail])}: twice the length takes ${growth} times the time`,
          );
        }
      }
    }
  });

  const texts = apiOperations.flatMap(({ name, members }) =>
    Object.entries(members)
      .filter(([, { type }]) => type === 'string')
      .map(([member]) => ({ operation: name, member, members })),
  );

  it.each(texts)('$member of $operation', ({ member, members }) => {
    for (const fragment of ['a', '-', '.', ':', '/', 'arn:', ' ', '\n', '\u2028']) {
      const growth = measureGrowth((length) => {
        const body = { [member]: fragment.repeat(length / fragment.length) };
        return () => read(members, body);
      });
      expect(growth).toBeLessThan(3);
    }
  });
});
