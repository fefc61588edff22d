// Names: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const arn = String.raw`arn:aws[\w-]*:dynamodb:[\w-]+:\d{12}:table/`;

/** Regular expression for a table's name or ARN in which `*` stands for any characters. */
export const tablePatternForm = String.raw`^(${arn})?[\w.*-]{1,255}$`;
