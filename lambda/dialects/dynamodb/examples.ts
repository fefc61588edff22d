/** Names and ARNs for the examples in the descriptions of operations. */
export const exampleTable = 'Music';
export const exampleBackup =
  'arn:aws:dynamodb:eu-west-1:123456789012:table/Music/backup/01576616366715-b4e58d3a';
export const exampleRestore = '01576616400000-0123abcd';
export const laterExampleBackup =
  'arn:aws:dynamodb:eu-west-1:123456789012:table/Music/backup/01576702766715-0c1d2e3f';
