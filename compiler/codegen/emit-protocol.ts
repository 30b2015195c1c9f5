import { allocatedIds } from '../model/allocated-ids.js';
import type { SynthName } from '../model/model.js';
import { camelCase } from '../model/camel-case.js';
import { codedHeaders, listOf } from './emit-coded-headers.js';
import { externHeaders } from './emit-extern-headers.js';
import { headersFields } from './emit-headers.js';
import { varies } from './emit-reencode.js';
import { answerAcross } from './emit-synth.js';
import { timeoutFields, timeoutHeader } from './emit-timeout.js';
import { quote, repliesName, type Module } from './module.js';

/** Emits the exported protocol: the functions above, put together in the order a connection uses them. */
export function emitProtocol(module: Module): string {
  const { protocol } = module;
  const { roles, limits } = protocol;
  const inHeader = timeoutHeader(protocol);
  const ids = roles.id === null ? [] : [roles.id, ...protocol.idInOtherArms];
  const { min, max, reserved } = allocatedIds(protocol);
  const between = reserved.flatMap(({ low, high }) =>
    Array.from({ length: Number(high - low) + 1 }, (_, i) => low + BigInt(i)),
  );
  const counts = [...headersFields(module), ...externHeaders(module)].map((map) => map.type.maxCount);
  counts.push(...codedHeaders(module).map((map) => listOf(map).type.maxCount));
  const hasHeaders = roles.headers.length > 0;
  const own = (name: SynthName): boolean => protocol.synths.some((s) => s.name === name);
  // What the proxy answers with belongs to the protocol of who asks.
  const has = (name: SynthName): boolean =>
    protocol.side !== 'server' && (own(name) || protocol.reply?.synths.some((s) => s.name === name) === true);
  const parts = [
    `name: ${quote(protocol.name)}`,
    `contract: ${module.use('CONTRACT_VERSION')}`,
    `traits: {
      poolMode: '${protocol.pool}',
      correlation: '${protocol.correlation}',
      idMin: ${min},
      idMax: ${max},
      idReserved: [${between.join(', ')}],
      maxFrame: ${limits.frame},
      maxHeaders: ${hasHeaders ? Math.min(limits.headers, counts.length === 0 ? limits.headers : Math.max(...counts)) : 0},
      headerCase: '${protocol.headerCase}',
    }`,
    ...(protocol.reply === null ? [] : [`replies: ${repliesName(protocol.reply)}`]),
    ...(protocol.reply === null || protocol.facts.length === 0 ? [] : ['factsOf']),
    'match',
    'scan',
    'check',
    'kindOf',
    ...(roles.heartbeat === null ? [] : ['isHeartbeat']),
    ...(roles.goaway === null ? [] : ['isGoaway']),
    ...(roles.expects === null ? [] : ['expects']),
    ...(roles.exclusive === null ? [] : ['isExclusive']),
    ...(roles.id === null ? [] : ['idOf', 'setId']),
    ...(roles.timeout === null ? [] : ['timeoutOf']),
    ...(timeoutFields(protocol).length === 0 ? [] : ['setTimeout']),
    ...(inHeader === null ? [] : [`timeoutHeader: ${quote(inHeader)}`]),
    ...(roles.service === null ? [] : ['serviceOf']),
    ...(roles.method === null ? [] : ['methodOf']),
    ...(roles.group === null ? [] : ['groupOf']),
    ...(roles.version === null ? [] : ['versionOf']),
    ...(roles.status === null ? [] : ['wireStatusOf']),
    ...(protocol.status === null ? [] : ['toCanonical', 'toWire']),
    ...(hasHeaders ? ['headerOf', 'readHeaders'] : []),
    ...(roles.body.length === 0 ? [] : ['bodyStart', 'bodyEnd']),
    'reencode',
    ...(ids.some(varies) ? ['withId'] : []),
    `encode: ${module.encodeName}`,
    ...(has('hijack') ? ['remember'] : []),
    ...(['heartbeat', 'heartbeat_ack', 'goaway'] as const)
      .filter(has)
      .map((name) =>
        name === 'heartbeat_ack' && answerAcross(protocol) !== null
          ? 'heartbeatAck: answerHeartbeat'
          : camelCase(name),
      ),
    ...(has('hijack') ? ['hijack'] : []),
  ];
  const memo = has('hijack') ? module.memoName : 'object';
  const doc =
    protocol.doc === '' ? '' : `/** ${protocol.doc.replaceAll('*/', '* /').split('\n').join('\n * ')} */\n`;
  return `${doc}export const ${module.exportName}: ${module.useType('XProtocol')}<${module.initName}> = ${module.use('defineProtocol')}<${module.initName}, ${memo}>({\n${parts.join(',\n')},\n});`;
}
