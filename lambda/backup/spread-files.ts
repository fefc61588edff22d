import type { StagedFile } from '../sources/staged-files.ts';
import { maxMapItems } from '../jobs/states.ts';

/** Deals files out to tasks of about `taskBytes` each. There are at most as many tasks as a Map may have items. */
export function spreadFiles(files: readonly StagedFile[], taskBytes: number): StagedFile[][] {
  const bytes = files.reduce((sum, file) => sum + file.rawBytes, 0);
  const count = Math.min(files.length, Math.ceil(bytes / taskBytes), maxMapItems);
  const tasks: StagedFile[][] = Array.from({ length: count }, () => []);
  for (const [i, file] of files.entries()) tasks[i % count]?.push(file);
  return tasks;
}
