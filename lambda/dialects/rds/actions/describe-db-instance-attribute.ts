import { createAction } from '../action.ts';
import { describeInstance, findInstanceTables } from '../instances.ts';
import { instanceId } from '../common-parameters.ts';

export const describeDbInstanceAttribute = createAction({
  name: 'DescribeDBInstanceAttribute',
  verb: 'read',
  text: 'Describes an instance.',
  parameters: { DBInstanceId: { ...instanceId, required: true } },
  run: async (context, { DBInstanceId }) => {
    const tables = await findInstanceTables(context, DBInstanceId);
    const described = describeInstance(context, DBInstanceId);
    return { Items: { DBInstanceAttribute: [{ ...described, DBInstanceDescription: tables.join(',') }] } };
  },
});
