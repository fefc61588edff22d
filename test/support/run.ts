import { removeRunFolders } from './run-folder.ts';

/** Vitest calls what this returns once the run has ended. */
export default function endRun(): () => void {
  return () => removeRunFolders();
}
