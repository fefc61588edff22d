import { styleText } from 'node:util';

type DialectUrls = Readonly<Record<'rds' | 'kinetica', string>>;

export interface BannerFacts {
  readonly url: string;
  readonly dialectUrls?: DialectUrls | undefined;
  readonly home: string;
  /** The file with the keys of the other dialects, if there is one. */
  readonly keyFile: string | undefined;
}

/** Renders the next steps, as commands to paste. It has colours only on a terminal, and none if NO_COLOR is set. */
export function renderBanner({ url, dialectUrls, home, keyFile }: BannerFacts): string {
  const aws = (operation: string): string => `aws dynamodb ${operation} --endpoint-url ${url}`;
  return `
${renderTitle(`Tidemark is ready at ${url}`)} (its data: ${home})

It answers like DynamoDB, for the AWS CLI and every SDK. Any credentials will do:
${renderCommand('export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1')}

${renderTitle('Make a table')}
${renderCommand(
  aws('create-table --table-name Music --billing-mode PAY_PER_REQUEST'),
  '--attribute-definitions AttributeName=Song,AttributeType=S',
  '--key-schema AttributeName=Song,KeyType=HASH',
)}

${renderTitle('Back it up')}
${renderCommand(aws('create-backup --table-name Music --backup-name first'))}

${renderTitle('Restore the backup into another table')}
${renderCommand(
  aws('restore-table-from-backup --target-table-name Music-restored'),
  `--backup-arn $(${aws('list-backups --table-name Music')} --query 'BackupSummaries[-1].BackupArn' --output text)`,
)}
${dialectUrls ? renderDialects(dialectUrls, keyFile) : ''}
Press Ctrl-C to stop it. Its data are kept.
`;
}

function renderTitle(text: string): string {
  return styleText('bold', text);
}

function renderCommand(...lines: string[]): string {
  return styleText('cyan', `  ${lines.join(' \\\n    ')}`);
}

/** Renders a command for each of the other dialects, with the development key or a key of the file. */
function renderDialects({ rds, kinetica }: DialectUrls, keyFile: string | undefined): string {
  const [id, secret] = keyFile === undefined ? ['local', 'local'] : ['<id>', '<secret>'];
  const body = JSON.stringify({
    backup_name: 'nightly',
    backup_type: 'full',
    backup_objects_map: { table: 'Music' },
    datasink_name: 'default',
  });
  return `
${renderTitle('The same for clients of Alibaba Cloud RDS and of Kinetica')} (keys: ${keyFile ?? 'local, with the secret local'})
${renderCommand(
  `aliyun rds CreateBackup --DBInstanceId Music --BackupMethod Logical --endpoint ${new URL(rds).host} --insecure --region local --access-key-id ${id} --access-key-secret ${secret}`,
)}
${renderCommand(`curl -u ${id}:${secret} -H 'Content-type: application/json' ${kinetica}/create/backup -d '${body}'`)}
`;
}
