import { App, CfnResource, type Stack } from 'aws-cdk-lib';
import { readConfig } from '../../lib/config/read-config.ts';
import { TidemarkStack } from '../../lib/tidemark-stack.ts';
import { typesUnknownToEmulator } from './emulator.ts';

/** The CDK app of `bin/app.ts`, without the few resources whose type the emulator refuses. */
const app = new App();
const stack = new TidemarkStack(app, 'Tidemark', { config: readConfig(app.node) });
removeUnknownTypes(stack);
app.synth();

function removeUnknownTypes(from: Stack): void {
  for (const each of from.node.findAll()) {
    if (CfnResource.isCfnResource(each) && typesUnknownToEmulator.includes(each.cfnResourceType)) {
      each.node.scope?.node.tryRemoveChild(each.node.id);
    }
  }
}
