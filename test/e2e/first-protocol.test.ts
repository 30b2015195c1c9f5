import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { protoFrame, wordsOf } from '../compiler/cli/cli.js';
import { ROOT } from '../support/root.js';

// docs/your-first-protocol.md, carried out: its files are written, its commands run in their order, and what the
// text says they print is what they print.

/** A file to write, or the lines of a console. */
type Step =
  { readonly file: string; readonly text: string } | { readonly command: string; readonly output: string };

/** A code block below a line with nothing but a file's name is that file; console blocks hold commands after `$`. */
function stepsOf(markdown: string): Step[] {
  const steps: Step[] = [];
  for (const [, file, language, text] of markdown.matchAll(
    /(?:^\*\*`([^`]+)`\*\*\n\n)?^```([a-z-]*)\n([^]*?)^```$/gm,
  )) {
    if (file !== undefined) steps.push({ file, text: text! });
    else if (language === 'console')
      for (const part of text!.split(/^\$ /m).slice(1)) {
        const [command = '', ...lines] = part.split('\n');
        steps.push({ command, output: lines.join('\n').trimEnd() });
      }
  }
  return steps;
}

const children: ChildProcess[] = [];
let folder = '';
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

test('every file and command of docs/your-first-protocol.md works', { timeout: 240_000 }, async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto-frame-first-'));
  const [client, server] = [await freePort(), await freePort()];
  const placed = (text: string): string =>
    text.replaceAll('9000', String(client)).replaceAll('9001', String(server));
  await symlink(`${ROOT}node_modules`, join(folder, 'node_modules'));
  const steps = stepsOf(placed(await readFile(`${ROOT}docs/your-first-protocol.md`, 'utf8')));
  expect(steps.filter((step) => 'file' in step).length).toBeGreaterThan(5);
  expect(steps.filter((step) => 'command' in step).length).toBeGreaterThan(12);
  const ports = [server, client];
  for (const step of steps) {
    if ('file' in step) {
      await mkdir(dirname(join(folder, step.file)), { recursive: true });
      await writeFile(join(folder, step.file), step.text);
    } else if (step.command.endsWith(' &')) {
      const [program, ...args] = wordsOf(step.command.slice(0, -2));
      const line = program === 'npx' ? [`${ROOT}node_modules/.bin/${args.shift()}`, ...args] : args;
      children.push(spawn(process.execPath, line, { cwd: folder, stdio: 'ignore' }));
      await listens(ports[children.length - 1]!);
    } else if (step.command.startsWith('kill %')) {
      const child = children[Number(step.command.slice('kill %'.length)) - 1]!;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    } else {
      const { printed, status } = await carriedOut(step.command);
      expect(`$ ${step.command}\n${timeless(printed).trimEnd()}`).toBe(
        `$ ${step.command}\n${timeless(step.output)}`,
      );
      expect([step.command, status]).toEqual([step.command, step.output.includes(': error PF') ? 1 : 0]);
    }
  }
  expect(children).toHaveLength(2);
  expect(children[1]!.exitCode).toBe(0);
});

/** What a command prints, both streams, and its exit code. The compiler runs in this process, for speed. */
async function carriedOut(command: string): Promise<{ printed: string; status: number | null }> {
  if (command.startsWith('npx proto-frame ')) {
    const { code, out, err } = await protoFrame(folder, wordsOf(command).slice(2));
    return { printed: out + err, status: code };
  }
  const line = command.replace(/^npx (\S+)/, `"${process.execPath}" "${ROOT}node_modules/.bin/$1"`);
  const { stdout, status } = spawnSync('sh', ['-c', `{ ${line}; } 2>&1`], { cwd: folder, encoding: 'utf8' });
  return { printed: stdout, status };
}

/** A text without the time that something took. */
function timeless(text: string): string {
  return text.replace(/ in [\d.]+ s /g, ' in some time ');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves once somebody accepts connections there. */
async function listens(port: number): Promise<void> {
  const accepted = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  while (!(await accepted())) await new Promise((resolve) => setTimeout(resolve, 50));
}
