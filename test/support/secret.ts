import { createSecret } from '../../lambda/secret/secret.ts';

/** The secret of every Tidemark in a test. */
export const testSecret = createSecret(Buffer.alloc(32, 1));
