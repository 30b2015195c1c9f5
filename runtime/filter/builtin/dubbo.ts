import { type FilterCall, type FilterFactory, type StreamFilter, Verdict } from '@proto-frame/api';
import { z } from 'zod';
import { LabelsFile } from '../labels-file.js';
import { text } from '../text.js';

/** What stands under `config` of a dubbo filter. */
export const DubboConfig = z
  .strictObject({
    protocols: z
      .array(text('the name of a protocol'))
      .min(1, { error: 'expected at least one protocol' })
      .prefault(['dubbo'])
      .describe('requests of others pass as they are'),
    labels_file: text('an absolute path')
      .startsWith('/', { error: 'expected an absolute path' })
      .prefault('/etc/istio/pod/labels')
      .describe("the workload's labels, as Kubernetes' downward API writes them; read anew when it changes"),
    send_labels: z
      .boolean({ error: 'expected true or false' })
      .prefault(false)
      .describe('true: the labels are sent to the host as headers, too, not only shown to routing'),
  })
  .prefault({});

/**
 * Lets rules made for HTTP route RPC requests, as Istio writes them: routing sees the service as the header
 * `host`, `/` as `path`, and the labels of the workload this sidecar belongs to as headers, so that blue callers
 * can be sent to blue hosts.
 */
export const dubbo: FilterFactory = {
  name: 'dubbo',
  phase: 'before_route',
  create(config): StreamFilter {
    const { protocols, labels_file: path, send_labels: sent } = DubboConfig.parse(config);
    const file = new LabelsFile(path);
    return {
      start: () => file.watch(),
      stop: () => file.unwatch(),
      onRequest(call: FilterCall): Verdict {
        if (!protocols.includes(call.protocol)) return Verdict.continue;
        if (call.service !== undefined) call.setRouteHeader('host', call.service);
        call.setRouteHeader('path', '/');
        for (const [key, value] of file.labels) {
          call.setRouteHeader(key, value);
          if (sent) call.request.headers.set(key, value);
        }
        return Verdict.continue;
      },
    };
  },
};
