import { maxLength, minLength, minValue, oneOf } from './constraints.ts';
import { newName } from './names.ts';

/**
 * Members of requests that describe indexes and their throughput. Values and members stand in the order in which the
 * service lists them in an error's text (public probes of CreateTable).
 */

const attributeName = {
  type: 'string',
  constraints: [minLength(1), maxLength(255)],
  text: 'The name of an attribute.',
} as const;

const keySchema = {
  type: 'list',
  required: true,
  constraints: [minLength(1)],
  text: 'The key attributes, partition key first.',
  of: {
    type: 'structure',
    shape: 'KeySchemaElement',
    members: {
      AttributeName: { ...attributeName, required: true },
      KeyType: {
        type: 'string',
        required: true,
        constraints: [oneOf('HASH', 'RANGE')],
        text: 'HASH for the partition key, RANGE for the sort key.',
      },
    },
  },
} as const;

const projection = {
  type: 'structure',
  shape: 'Projection',
  required: true,
  text: 'The attributes that are copied to an index.',
  members: {
    ProjectionType: {
      type: 'string',
      constraints: [oneOf('ALL', 'INCLUDE', 'KEYS_ONLY')],
      text: 'Which attributes are copied.',
    },
    NonKeyAttributes: {
      type: 'list',
      constraints: [minLength(1), maxLength(20)],
      of: attributeName,
      text: 'The attributes that are copied in addition to the keys.',
    },
  },
} as const;

const units = { type: 'long', required: true, constraints: [minValue(1)] } as const;

export const provisionedThroughput = {
  type: 'structure',
  shape: 'ProvisionedThroughput',
  text: 'Reserved capacity.',
  members: {
    WriteCapacityUnits: { ...units, text: 'Writes of up to 1 KB per second.' },
    ReadCapacityUnits: { ...units, text: 'Strongly consistent reads of up to 4 KB per second.' },
  },
} as const;

export const onDemandThroughput = {
  type: 'structure',
  shape: 'OnDemandThroughput',
  text: 'Maximum throughput on demand.',
  members: {
    MaxReadRequestUnits: { type: 'long', text: 'The maximum of read request units per second.' },
    MaxWriteRequestUnits: { type: 'long', text: 'The maximum of write request units per second.' },
  },
} as const;

const index = {
  IndexName: { ...newName, required: true, text: 'The name of an index.' },
  KeySchema: keySchema,
  Projection: projection,
} as const;

export const localIndexes = {
  type: 'list',
  of: { type: 'structure', shape: 'LocalSecondaryIndex', members: index },
} as const;

export const globalIndexes = {
  type: 'list',
  of: {
    type: 'structure',
    shape: 'GlobalSecondaryIndex',
    members: {
      ...index,
      ProvisionedThroughput: provisionedThroughput,
      OnDemandThroughput: onDemandThroughput,
    },
  },
} as const;
