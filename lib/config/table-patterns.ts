// Names: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const arn = String.raw`arn:aws[\w-]*:dynamodb:[\w-]+:\d{12}:table/`;

/** Regular expression for a table's name or ARN in which `*` stands for any characters. */
export const tablePatternForm = String.raw`^(${arn})?[\w.*-]{1,255}$`;

/** Regular expression for the name or ARN of one table. */
export const tableForm = String.raw`^(${arn})?[\w.-]{3,255}$`;

/** True if the table matches the pattern. Either may be a name or an ARN; a name means a table of this account and region. */
export function covers(pattern: string, table: string): boolean {
  if (isArn(pattern) && isArn(table)) return matches(pattern, table);
  return matches(namePart(pattern), namePart(table));
}

export function isArn(pattern: string): boolean {
  return pattern.startsWith('arn:');
}

/** The name in a name or an ARN. */
export function namePart(pattern: string): string {
  return pattern.slice(pattern.indexOf('/') + 1);
}

function matches(pattern: string, value: string): boolean {
  // No other character of a pattern has a meaning of its own in a regular expression.
  return new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`).test(value);
}
