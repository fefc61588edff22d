import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './allow.ts';

export interface SecretKeyProps {
  /** What the key signs, for its description. */
  readonly signs: string;
}

/**
 * A key that signs what may not be forged. It never leaves KMS. Only unfinished work depends on it, so it ends with the
 * stack. Whoever may sign with a key may sign anything with it, so functions of different rights have different keys.
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

  /** Allows signing with the key, and so checking what was signed. */
  grantSign(grantee: IGrantable): void {
    allow(grantee, ['kms:GenerateMac'], [this.key.keyArn], {
      StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' },
    });
  }
}
