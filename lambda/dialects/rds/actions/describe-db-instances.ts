import { createAction } from '../action.ts';
import { describeInstance, listInstances } from '../instances.ts';
import { instanceId, pageNumber } from '../common-parameters.ts';

export const describeDbInstances = createAction({
  name: 'DescribeDBInstances',
  verb: 'read',
  text: 'Lists the instances that the key may name: the groups of tables, then the tables.',
  parameters: {
    DBInstanceId: { ...instanceId, text: 'Only this instance.' },
    PageNumber: pageNumber,
    PageSize: {
      type: 'integer',
      min: 1,
      max: 100,
      default: 30,
      text: 'The number of instances on a page, at most 100.',
    },
  },
  run: async (context, { DBInstanceId, PageNumber, PageSize }) => {
    const names = await listInstances(context, DBInstanceId);
    const page = names.slice((PageNumber - 1) * PageSize, PageNumber * PageSize);
    return {
      Items: { DBInstance: page.map((name) => describeInstance(context, name)) },
      PageNumber,
      PageRecordCount: page.length,
      TotalRecordCount: names.length,
    };
  },
});
