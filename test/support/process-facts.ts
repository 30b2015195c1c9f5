import { readFile, writeFile } from 'node:fs/promises';

/** What /proc says of a process beside what child.ts asks for. Zeros where there is no /proc. */

/** How many files a process may have open; 0 if that can't be told. */
export async function openFilesLimitOf(pid: number): Promise<number> {
  const limits = await readFile(`/proc/${pid}/limits`, 'latin1').catch(() => '');
  return Number(limits.match(/^Max open files\s+(\d+)/m)?.[1] ?? 0);
}

/** CPU time it has used, user and system, in ms. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in brackets may hold anything; user and system time are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** From now on the highest memory is that of now. */
export async function forgetHighest(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => {});
}
