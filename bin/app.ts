import { App } from 'aws-cdk-lib';
import { TidemarkError } from '../lambda/runtime/errors.ts';
import { readConfig } from '../lib/config/read-config.ts';
import { TidemarkStack } from '../lib/tidemark-stack.ts';

try {
  const app = new App();
  const stack = new TidemarkStack(app, 'Tidemark', {
    config: readConfig(app.node),
    description: 'Tidemark: backups of DynamoDB tables',
  });
  stack.tags.setTag('application', 'tidemark');
  app.synth();
} catch (error) {
  // The message of a wrong configuration says what to do. A stack trace would only hide it.
  if (!(error instanceof TidemarkError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
