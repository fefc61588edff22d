import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './allow.ts';

export interface SecretKeyProps {
  /** The signed things, for the description of the key. */
  readonly signs: string;
}

/**
 * A key for signatures. It never leaves KMS. Only unfinished work depends on it, so it is deleted with the stack. A
 * function that may sign with a key can sign anything with it, so functions of different rights have different keys.
 */
export class SecretKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, { signs }: SecretKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `Tidemark: signs ${signs}`,
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
    });
  }

  /** Allows signing with the key, and so checking signatures. */
  grantSign(grantee: IGrantable): void {
    allow(grantee, ['kms:GenerateMac'], [this.key.keyArn], {
      StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' },
    });
  }
}
