import { maxLength, minLength, minValue, oneOf } from './members.ts';
import { newName } from './names.ts';

/**
 * Members of requests that describe indexes and their throughput. Where it matters to an error's text, values and
 * members stand in the order in which the service lists them (public probes of CreateTable).
 */

const attributeName = { type: 'string', constraints: [minLength(1), maxLength(255)] } as const;

const keySchema = {
  type: 'list',
  required: true,
  constraints: [minLength(1)],
  of: {
    type: 'structure',
    shape: 'KeySchemaElement',
    members: {
      AttributeName: { ...attributeName, required: true },
      KeyType: { type: 'string', required: true, constraints: [oneOf('HASH', 'RANGE')] },
    },
  },
} as const;

const projection = {
  type: 'structure',
  shape: 'Projection',
  required: true,
  members: {
    ProjectionType: { type: 'string', constraints: [oneOf('ALL', 'INCLUDE', 'KEYS_ONLY')] },
    NonKeyAttributes: { type: 'list', constraints: [minLength(1), maxLength(20)], of: attributeName },
  },
} as const;

const units = { type: 'long', required: true, constraints: [minValue(1)] } as const;

export const provisionedThroughput = {
  type: 'structure',
  shape: 'ProvisionedThroughput',
  members: { WriteCapacityUnits: units, ReadCapacityUnits: units },
} as const;

export const onDemandThroughput = {
  type: 'structure',
  shape: 'OnDemandThroughput',
  members: { MaxReadRequestUnits: { type: 'long' }, MaxWriteRequestUnits: { type: 'long' } },
} as const;

const index = {
  IndexName: { ...newName, required: true },
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
