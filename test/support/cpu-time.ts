/**
 * Processor time of this process so far, in ms. What has to be quick is measured by it: it is no longer on a machine
 * where others have the cores.
 */
export function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
