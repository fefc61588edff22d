import type { scheduleSchema, teamSchema } from './entry-schemas.ts';
import { memberSchemas } from './schema.ts';

/** The type of the values that a JSON Schema accepts. */
type Accepted<Schema> = Schema extends { enum: readonly (infer Choice)[] }
  ? Choice
  : Schema extends { type: 'integer' }
    ? number
    : Schema extends { type: 'string' }
      ? string
      : Schema extends { type: 'array'; items: infer Item }
        ? readonly Accepted<Item>[]
        : Schema extends { type: 'object'; additionalProperties: { type: 'string' } }
          ? Readonly<Record<string, string>>
          : Schema extends { properties: infer Members; required: readonly (infer Required)[] }
            ? { readonly [Name in keyof Members & Required]: Accepted<Members[Name]> } & {
                readonly [Name in Exclude<keyof Members, Required>]?: Accepted<Members[Name]>;
              }
            : never;

/**
 * The settings that the owner of a deployment chooses; `schema.ts` describes each member. A parsed configuration has
 * all of them.
 */
export type TidemarkConfig = {
  readonly [Name in keyof typeof memberSchemas]: Accepted<(typeof memberSchemas)[Name]>;
};

/** One entry of `schedules`. */
export type ScheduleConfig = Accepted<typeof scheduleSchema>;

/** One entry of `teams`. */
export type TeamConfig = Accepted<typeof teamSchema>;

/** The configuration of a deployment whose owner sets nothing. */
export const defaultTidemarkConfig = Object.fromEntries<unknown>(
  Object.entries(memberSchemas).map(([name, schema]) => [name, schema.default]),
) as TidemarkConfig;
