import { App } from 'aws-cdk-lib';
import { configOf } from '../lib/config.ts';
import { TidemarkStack } from '../lib/tidemark-stack.ts';

const app = new App();
const stack = new TidemarkStack(app, 'Tidemark', {
  config: configOf(app.node),
  description: 'Tidemark: backups of DynamoDB tables',
});
stack.tags.setTag('application', 'tidemark');
app.synth();
