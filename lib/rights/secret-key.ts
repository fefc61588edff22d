import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './allow.ts';

/**
 * The key that signs what may not be forged: the tags of restored tables, and staged plans and results. It never leaves KMS.
 * Only unfinished work depends on it, so it ends with the stack.
 */
export class SecretKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Tidemark: signs tags of restored tables and staged objects',
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
    });
  }

  /** Allows signing with the key, and so checking what was signed. */
  grantSign(grantee: IGrantable): void {
    allow(grantee, ['kms:GenerateMac'], [this.key.keyArn], {
      StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' },
    });
  }
}
