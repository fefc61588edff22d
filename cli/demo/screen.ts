import { Listr } from 'listr2';

/** Shows how far a step has come. */
export type Show = (line: string) => void;

export interface Screen {
  /** Runs a step under a title. Throws what the step throws. */
  step<T>(title: string, run: (show: Show) => Promise<T>): Promise<T>;
}

/** A terminal's line is overwritten; elsewhere each is a new one. */
const everyMs = { terminal: 100, lines: 5000 } as const;

/** Steps as live lines in a terminal, as plain lines elsewhere, or not at all. */
export function screenOn(output: 'shown' | 'silent'): Screen {
  return {
    async step(title, run) {
      let value: Awaited<ReturnType<typeof run>> | undefined;
      await new Listr(
        {
          title,
          task: async (_, task) => {
            value = await run(
              seldom((line) => {
                task.output = line;
              }),
            );
          },
        },
        output === 'silent' ? { renderer: 'silent' } : { renderer: 'default', fallbackRenderer: 'simple' },
      ).run();
      return value as Awaited<ReturnType<typeof run>>;
    },
  };
}

/** Leaves out lines that follow too soon; on plain output the first one too, since the title has just been told. */
function seldom(show: Show): Show {
  const every = process.stdout.isTTY ? everyMs.terminal : everyMs.lines;
  let shownAt = performance.now();
  return (line) => {
    if (performance.now() - shownAt < every) return;
    shownAt = performance.now();
    show(line);
  };
}
