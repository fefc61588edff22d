import { createOperation, whenDefined } from '../operation.ts';
import { sinkForm } from '../option-members.ts';

export const listDataSinks = createOperation({
  name: 'ListDataSinks',
  text: 'Lists the places to store backups in, and checks that each can be written and read now.',
  verbs: ['backup'],
  members: {
    Name: {
      ...sinkForm,
      text: 'Lists only the data sink of this name.',
    },
  },
  answer: {
    DataSinks: {
      type: 'list',
      required: true,
      text: "The data sinks, the deployment's own bucket first.",
      of: {
        type: 'structure',
        shape: 'DataSink',
        members: {
          Name: { type: 'string', required: true, text: 'The name for requests.' },
          Destination: { type: 'string', required: true, text: 'The place of its objects.' },
          Fault: { type: 'string', text: 'Why it cannot be used. Absent: it can be used.' },
        },
      },
    },
  },
  example: { Name: 'archive' },
  run: async (operations, { Name: wanted }) => ({
    DataSinks: (await operations.checkDataSinks(whenDefined('name', wanted))).map(
      ({ name, destination, fault }) => ({
        Name: name,
        Destination: destination,
        Fault: fault,
      }),
    ),
  }),
});
