import { expect, it } from 'vitest';
import type { XProtocol } from '@proto-frame/api';
import { bolt } from '#codecs/bolt.js';
import { encodeMessage, motan2, Serialization, Status } from '#codecs/motan2.js';
import { FrameRouteInput } from '../../../runtime/proxy/proxy-context.js';
import type { FilterRun } from '../../../runtime/proxy/filter-run.js';
import { boltRequest } from '../../support/bolt-frames.js';

const NOBODY = { peer: '127.0.0.1:1', peerNames: [] };

function inputOf(protocol: XProtocol, frame: Uint8Array, run: FilterRun | null = null): FrameRouteInput {
  const input = new FrameRouteInput({});
  input.set(protocol, frame, 0, frame.length, undefined, undefined, run, NOBODY);
  return input;
}

const call = encodeMessage({
  reserved: 0,
  heartbeat: false,
  gzip: false,
  oneway: false,
  proxy: false,
  response: false,
  version: 1,
  status: Status.normal,
  serialization: Serialization.simple,
  unused: 0,
  id: 7n,
  metadata: [
    ['M_p', 'demo.Echo'],
    ['M_g', 'blue'],
    ['M_v', '1.2'],
    ['group', 'of somebody else'],
  ],
});

it('takes group and version from where the protocol has them', () => {
  const input = inputOf(motan2, call);
  expect([input.group, input.version]).toEqual(['blue', '1.2']);
});

it('takes them from headers of these names where it has none', () => {
  const frame = boltRequest(1, 'demo.Echo', Buffer.alloc(0), { headers: { group: 'green' } });
  expect([inputOf(bolt, frame).group, inputOf(bolt, frame).version]).toEqual(['green', undefined]);
});

it('takes what a filter shows before both', () => {
  const run = { routeHeader: (key: string) => (key === 'group' ? 'shown' : undefined) } as FilterRun;
  expect(inputOf(motan2, call, run).group).toBe('shown');
});
