import { CfnOutput } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { hasTarget, placesOf, verbs } from '../../lambda/dialects/dynamodb/paths.ts';
import type { TeamConfig } from '../config/tidemark-config.ts';
import type { DynamodbApi } from './dynamodb-api.ts';

export interface ReadyPoliciesProps {
  readonly api: DynamodbApi;
  readonly teams: readonly TeamConfig[];
}

/**
 * Managed policies to attach to the roles and users who call the endpoint, and outputs with their ARNs: one for
 * administrators, one for each verb on all tables, and one for each configured team.
 */
export class ReadyPolicies extends Construct {
  constructor(scope: Construct, id: string, { api, teams }: ReadyPoliciesProps) {
    super(scope, id);
    this.create('Administrator', 'all operations on all tables', api.invokeArns());
    for (const verb of verbs) {
      const place = { verb, table: '*', ...(hasTarget(verb) && { target: '*' }) };
      const name = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
      this.create(name, `the verb ${verb} on all tables`, api.invokeArns(place));
    }
    for (const team of teams) {
      const arns = placesOf(team).flatMap((place) => api.invokeArns(place));
      this.create(`Team${team.name}`, `the verbs of team ${team.name} on its tables`, arns);
    }
  }

  private create(name: string, what: string, resources: string[]): void {
    const policy = new ManagedPolicy(this, name, {
      description: `Tidemark: ${what}`,
      statements: [new PolicyStatement({ actions: ['execute-api:Invoke'], resources })],
    });
    const output = new CfnOutput(this, `${name}PolicyArn`, {
      value: policy.managedPolicyArn,
      description: `Policy that allows ${what}`,
    });
    output.overrideLogicalId(`${name}PolicyArn`);
  }
}
