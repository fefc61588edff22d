import { styleText } from 'node:util';

/** Renders what to do next, as commands to paste. It has colours only on a terminal, and none if NO_COLOR is set. */
export function renderBanner(url: string, home: string): string {
  const title = (text: string): string => styleText('bold', text);
  const command = (...lines: string[]): string => styleText('cyan', `  ${lines.join(' \\\n    ')}`);
  const aws = (operation: string): string => `aws dynamodb ${operation} --endpoint-url ${url}`;
  return `
${title(`Tidemark is ready at ${url}`)} (its data: ${home})

It answers like DynamoDB, for the AWS CLI and every SDK. Any credentials will do:
${command('export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1')}

${title('Make a table')}
${command(
  aws('create-table --table-name Music --billing-mode PAY_PER_REQUEST'),
  '--attribute-definitions AttributeName=Song,AttributeType=S',
  '--key-schema AttributeName=Song,KeyType=HASH',
)}

${title('Back it up')}
${command(aws('create-backup --table-name Music --backup-name first'))}

${title('Restore the backup into another table')}
${command(
  aws('restore-table-from-backup --target-table-name Music-restored'),
  `--backup-arn $(${aws('list-backups --table-name Music')} --query 'BackupSummaries[-1].BackupArn' --output text)`,
)}

Press Ctrl-C to stop it. Its data are kept.
`;
}
