import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabelsFile, parseLabels } from '../../../runtime/filter/labels-file.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'labels-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  [
    'app="echo"\ngroup="blue"',
    [
      ['app', 'echo'],
      ['group', 'blue'],
    ],
  ],
  ['app.kubernetes.io/name="a=\\"b\\""\r\n', [['app.kubernetes.io/name', 'a="b"']]],
  ['a="\\\\ \\t \\x41 \\u00e9"', [['a', '\\ \t A é']]],
  ['empty=""', [['empty', '']]],
  ['no label\n="x"\na=b\n-a="x"\n', []],
  ['', []],
])('%j', (text, labels) => {
  expect(parseLabels(text)).toEqual(labels);
});

test('no more labels than a workload can have', () => {
  const text = Array.from({ length: 5_000 }, (_, i) => `l${i}="v"`).join('\n');
  expect(parseLabels(text)).toHaveLength(256);
});

test('a change is seen as Kubernetes makes it, and a file that goes leaves the labels', async () => {
  // The volume's files are links into a folder that is itself a link, which is replaced.
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const path = join(folder, 'labels');
  symlinkSync(write('first', 'group="blue"'), path);
  const file = new LabelsFile(path);
  expect(file.labels).toEqual([]);
  file.watch();
  try {
    expect(file.labels).toEqual([['group', 'blue']]);
    symlinkSync(write('second', 'group="green"'), join(folder, 'next'));
    renameSync(join(folder, 'next'), path);
    await expect.poll(() => file.labels, { timeout: 10_000 }).toEqual([['group', 'green']]);
    rmSync(path);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(file.labels).toEqual([['group', 'green']]);
    write('labels', 'group="red"');
    await expect.poll(() => file.labels, { timeout: 10_000 }).toEqual([['group', 'red']]);
  } finally {
    file.unwatch();
  }
});

test('a file that is not there is no error', () => {
  const file = new LabelsFile(join(folder, 'nothing'));
  file.watch();
  file.unwatch();
  expect(file.labels).toEqual([]);
});
