import { expect, test } from 'vitest';
import { createProcessLog } from '../../../runtime/observe/logger.js';

test('a record is one line of JSON without control characters', () => {
  const lines: string[] = [];
  const { logger } = createProcessLog({ write: (line) => void lines.push(line) });
  logger.info({ peer: 'a\nb\u001b[2J\u009b31m\u2028\u007f' }, 'text\nwith\u0085breaks');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[\u0020-\u007e]*\n$/);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    msg: 'text\nwith\u0085breaks',
    peer: 'a\nb\u001b[2J\u009b31m\u2028\u007f',
  });
});
