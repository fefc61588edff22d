import { Listr } from 'listr2';

/** Shows a line about the progress of a step. */
export type Show = (line: string) => void;

export interface Screen {
  /** Runs a step, showing its title. Throws what the step throws. */
  step<T>(title: string, run: (show: Show) => Promise<T>): Promise<T>;
}

/** Shortest time between two lines of a step. A terminal overwrites the line; elsewhere each is printed below the last. */
const minPauseMs = { terminal: 100, lines: 5000 } as const;

/** Creates a screen that shows steps as live lines in a terminal and as plain lines elsewhere, or shows nothing. */
export function createScreen(output: 'shown' | 'silent'): Screen {
  return {
    async step(title, run) {
      let value: Awaited<ReturnType<typeof run>> | undefined;
      await new Listr(
        {
          title,
          task: async (_, task) => {
            value = await run(
              throttle((line) => {
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

/** Drops lines that follow too soon after the last one, or after the title. */
function throttle(show: Show): Show {
  const pauseMs = process.stdout.isTTY ? minPauseMs.terminal : minPauseMs.lines;
  let shownAt = performance.now();
  return (line) => {
    if (performance.now() - shownAt < pauseMs) return;
    shownAt = performance.now();
    show(line);
  };
}
