/** Returns the CPU time, in milliseconds, that this process needs for some work. Other processes do not add to it. */
export function measureCpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
