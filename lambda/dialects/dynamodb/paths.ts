/**
 * What each path serves. Every call of DynamoDB's protocol is a POST, so an IAM policy can tell operations apart by the
 * path alone. The stack makes these paths; this file imports nothing, so that both sides may read it.
 */
export const paths = {
  '/': 'all',
  '/backup': ['CreateBackup', 'DescribeBackup', 'ListBackups'],
  '/read': [
    'DescribeBackup',
    'ListBackups',
    'GetBackupItem',
    'CompareBackups',
    'VerifyBackup',
    'EstimateRestore',
  ],
} as const;
