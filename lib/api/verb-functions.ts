import { Construct } from 'constructs';
import type { ApiFunction } from '../../lambda/dialects/dynamodb/paths.ts';
import { environment, nameFunctionVariable } from '../../lambda/runtime/environment.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { NativeRestore } from '../native/native-restore.ts';
import { allow } from '../rights/allow.ts';
import { SecretKey } from '../rights/secret-key.ts';
import type { Machines, StackParts } from '../stack-parts.ts';
import { letStart } from '../workflow/machine.ts';

export interface VerbFunctionsProps extends StackParts {
  readonly machines: Machines;
  /** The function that requests restores from DynamoDB itself. The function that requests restores calls it. */
  readonly nativeRestore: NativeRestore;
  /** How many calls of each verb's function, and of that of `/`, may run at the same time. 0: as the account allows. */
  readonly reservedConcurrency: number;
}

/**
 * The functions of the API: one for each verb, with a role that has only the rights of that verb, and one for `/`, which
 * may only call the others.
 */
export class VerbFunctions extends Construct {
  readonly dispatcher: TidemarkFunction;
  readonly byVerb: Readonly<Record<ApiFunction, TidemarkFunction>>;

  constructor(scope: Construct, id: string, props: VerbFunctionsProps) {
    super(scope, id);
    this.byVerb = {
      read: this.createReader(props),
      backup: this.createBackupRequester(props),
      delete: this.createDeleter(props),
      restore: this.createRestoreRequester(props),
      recovery: this.createRecoverySetter(props),
    };
    this.dispatcher = this.create('api-dispatch', props);
    for (const [verb, { functionArn }] of Object.entries(this.byVerb)) {
      allow(this.dispatcher, ['lambda:InvokeFunction'], [functionArn]);
      this.dispatcher.addEnvironment(nameFunctionVariable(verb), functionArn);
    }
  }

  /** Creates the function for the verb `read`. It may not change records: if it finds damage, it calls another function, which records that. */
  private createReader(props: VerbFunctionsProps): TidemarkFunction {
    const reader = this.create('api-read', props);
    props.catalog.grantRead(reader);
    props.store.grantRead(reader, 'tables');
    props.tables.grant(reader, 'dynamodb:DescribeTable', 'dynamodb:DescribeContinuousBackups');
    props.tables.grantBackups(reader, 'dynamodb:DescribeBackup');
    // A separate key: with the other key this function could sign the tags of restored tables.
    const tokens = new SecretKey(this, 'PageTokens', { signs: 'page tokens' });
    tokens.grantSign(reader);
    reader.addEnvironment(environment.secretKey, tokens.key.keyArn);
    props.tables.grantListBackups(reader);
    const noter = this.create('note-damage', props);
    props.catalog.grantDamageNotes(noter);
    allow(reader, ['lambda:InvokeFunction'], [noter.functionArn]);
    reader.addEnvironment(environment.damageFunction, noter.functionArn);
    return reader;
  }

  private createBackupRequester(props: VerbFunctionsProps): TidemarkFunction {
    const requester = this.create('api-backup', props);
    props.catalog.grantBackupRequests(requester);
    props.catalog.grantSetRequests(requester);
    props.store.grantSinkCheck(requester);
    props.tables.grant(
      requester,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:CreateBackup',
      'dynamodb:ListTagsOfResource',
    );
    // A request for a set may name a group of tables.
    props.tables.grantListTables(requester);
    props.tables.grantBackups(requester, 'dynamodb:DescribeBackup');
    props.tables.grantListBackups(requester);
    letStart(requester, 'backup', props.machines.backup.stateMachineArn);
    return requester;
  }

  private createDeleter(props: VerbFunctionsProps): TidemarkFunction {
    const deleter = this.create('api-delete', props);
    props.catalog.grantBackupDeletion(deleter);
    props.tables.grantBackups(deleter, 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup');
    props.tables.grantListBackups(deleter);
    return deleter;
  }

  private createRestoreRequester(props: VerbFunctionsProps): TidemarkFunction {
    const requester = this.create('api-restore', props);
    props.catalog.grantRestoreRequests(requester);
    props.store.grantSinkCheck(requester, 'reading');
    props.tables.grant(requester, 'dynamodb:DescribeTable');
    props.tables.grantBackups(requester, 'dynamodb:DescribeBackup');
    props.tables.grantListBackups(requester);
    letStart(requester, 'restore', props.machines.restore.stateMachineArn);
    props.nativeRestore.letRestore(requester);
    return requester;
  }

  private createRecoverySetter(props: VerbFunctionsProps): TidemarkFunction {
    const setter = this.create('api-recovery', props);
    props.catalog.grantRead(setter);
    props.tables.grant(
      setter,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:UpdateContinuousBackups',
    );
    return setter;
  }

  private create(
    handler: `api-${ApiFunction | 'dispatch'}` | 'note-damage',
    { settings, reservedConcurrency }: VerbFunctionsProps,
  ): TidemarkFunction {
    return new TidemarkFunction(this, handler, {
      handler,
      size: 'request',
      settings,
      // Damage is noted rarely, and by a reader that waits for it.
      ...(handler !== 'note-damage' && reservedConcurrency > 0 && { reservedConcurrency }),
    });
  }
}
