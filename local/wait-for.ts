/**
 * Waits for the work, at most `maxMs` of real time. After that it throws an `Error` that names the work (`what`): an
 * endless wait would look like work.
 */
export async function waitFor(what: string, work: Promise<unknown>, maxMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${maxMs / 1000} seconds`)), maxMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
