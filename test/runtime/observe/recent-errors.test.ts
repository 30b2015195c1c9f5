import { Status } from '@proto-frame/api';
import { expect, test } from 'vitest';
import { HijackReason } from '../../../runtime/observe/hijack-reason.js';
import { RecentErrors } from '../../../runtime/observe/recent-errors.js';

test('the newest come first and the oldest make room', () => {
  const errors = new RecentErrors(3);
  for (let i = 0; i < 5; i++) errors.add(i, 'bolt', Status.TIMEOUT, HijackReason.timeout, `error ${i}`);
  expect(errors.list().map(({ time }) => time)).toEqual([4, 3, 2]);
});

test('an entry that is used again keeps nothing of before', () => {
  const errors = new RecentErrors(1);
  const entry = errors.add(1, 'bolt', Status.OVERLOADED, HijackReason.overload, 'first');
  entry.service = 'a';
  entry.host = 'b';
  const copy = errors.list();
  errors.add(2, 'bolt', null, null, 'second');
  expect(copy[0]).toMatchObject({ service: 'a', host: 'b', status: 'OVERLOADED', reason: 'overload' });
  expect(errors.list()).toEqual([
    {
      time: 2,
      protocol: 'bolt',
      service: null,
      method: null,
      route: null,
      cluster: null,
      host: null,
      status: null,
      reason: null,
      text: 'second',
    },
  ]);
});

test('what the wire says is cut', () => {
  const errors = new RecentErrors();
  errors.add(1, 'bolt', Status.INTERNAL, HijackReason.internal, 'x'.repeat(1_000)).service = 'y'.repeat(
    70_000,
  );
  expect(errors.list()[0]!.text).toHaveLength(257);
  expect(errors.list()[0]!.service).toHaveLength(257);
});
