import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Kafka, logLevel, type RecordMetadata } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/bolt-client.js';
import { ROOT } from '../support/root.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

const CALLERS = 8;
const ROUNDS = 60;
const TOPICS = Array.from({ length: CALLERS }, (_, c) => `topic-${c}`);

const folder = mkdtempSync(join(tmpdir(), 'kafka-'));
let broker: ChildProcessByStdio<Writable, Readable, null>;
let brokerPort: number;
let sidecar: Sidecar;

/** A client whose connections all lead to the sidecar: a broker tells its own address to whom asks for it. */
function client(clientId: string): Kafka {
  return new Kafka({
    clientId,
    brokers: [`127.0.0.1:${sidecar.port}`],
    logLevel: logLevel.NOTHING,
    socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port: sidecar.port }, onConnect),
  });
}

/** What the consumers of a new group read of a topic, until there are `count` of them. */
async function consume(topic: string, group: string, count: number): Promise<string[]> {
  const consumer = client(group).consumer({ groupId: group });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    const values: string[] = [];
    await consumer.run({
      eachMessage: ({ message }) => {
        values.push(`${message.headers?.['from']?.toString()}: ${message.value!.toString()}`);
        return Promise.resolve();
      },
    });
    await eventually(() => values.length >= count, `${count} records of ${topic}`, 30_000);
    return values;
  } finally {
    await consumer.disconnect();
  }
}

beforeAll(async () => {
  const program = join(folder, 'kafka-broker');
  execFileSync('cc', [join(ROOT, 'test/peers/kafka-broker.c'), '-o', program, '-lrdkafka']);
  broker = spawn(program, ['first', ...TOPICS], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = (await once(broker.stdout, 'data')) as [Buffer];
  brokerPort = Number(said.toString().trim().split(':')[1]);
  sidecar = await startSidecar({ protocol: 'kafka', upstreams: [brokerPort], match: '{ service: kafka }' });
});

afterAll(async () => {
  expect(await sidecar?.stop()).toBe(0);
  broker?.stdin.end();
  rmSync(folder, { recursive: true });
});

test('kafkajs: topics, records with headers, and a consumer of a group that reads them', async () => {
  const kafka = client('first');
  const admin = kafka.admin();
  await admin.connect();
  expect(await admin.listTopics()).toEqual(expect.arrayContaining(['first', ...TOPICS]));
  await admin.disconnect();

  const producer = kafka.producer();
  await producer.connect();
  const messages = ['one', 'two', 'three'].map((value) => ({ key: 'k', value, headers: { from: 'first' } }));
  const [record] = await producer.send({ topic: 'first', messages });
  expect(record).toMatchObject({ topicName: 'first', partition: 0, errorCode: 0, baseOffset: '0' });
  await producer.disconnect();

  expect(await consume('first', 'readers', 3)).toEqual(['first: one', 'first: two', 'first: three']);
});

test('callers that share connections are each told of their own records', async () => {
  const wrong: string[] = [];
  let answered = 0;
  const before = await sidecar.metric('cluster_connections_total');
  await Promise.all(
    TOPICS.map(async (topic) => {
      const producer = client(topic).producer({ maxInFlightRequests: 4 });
      await producer.connect();
      for (let round = 0; round < ROUNDS; round++) {
        const records: RecordMetadata[] = await producer.send({
          topic,
          messages: [{ value: String(round), headers: { from: topic } }],
        });
        answered += records.length;
        for (const { topicName, baseOffset } of records)
          if (topicName !== topic || baseOffset !== String(round))
            wrong.push(`${topic} ${round} was told of ${topicName} ${baseOffset}`);
      }
      await producer.disconnect();
    }),
  );
  expect(wrong).toEqual([]);
  expect(answered).toBe(CALLERS * ROUNDS);
  expect((await sidecar.metric('cluster_connections_total')) - before).toBeLessThan(CALLERS / 2);
  const read = await Promise.all(TOPICS.map((topic) => consume(topic, `of-${topic}`, ROUNDS)));
  TOPICS.forEach((topic, c) => {
    expect(read[c]).toEqual(Array.from({ length: ROUNDS }, (_, i) => `${topic}: ${i}`));
  });
});
