// Copied from kafka-apis.ts beside the schema. Do not edit.
// The APIs of Kafka's protocol: the message definitions in clients/src/main/resources/common/message of
// apache/kafka 4.0, one row an API key. What is not listed counts as flexible, as every API since 2020 is.

/** A version that no API reaches. */
const NEVER = 0x7fff;

/** The name of each API, and the first version with flexible headers and tagged fields. */
const APIS: readonly (readonly [name: string, flexible: number])[] = [
  ['Produce', 9],
  ['Fetch', 12],
  ['ListOffsets', 6],
  ['Metadata', 9],
  ['LeaderAndIsr', 4],
  ['StopReplica', 2],
  ['UpdateMetadata', 6],
  ['ControlledShutdown', 3],
  ['OffsetCommit', 8],
  ['OffsetFetch', 6],
  ['FindCoordinator', 3],
  ['JoinGroup', 6],
  ['Heartbeat', 4],
  ['LeaveGroup', 4],
  ['SyncGroup', 4],
  ['DescribeGroups', 5],
  ['ListGroups', 3],
  ['SaslHandshake', NEVER],
  ['ApiVersions', 3],
  ['CreateTopics', 5],
  ['DeleteTopics', 4],
  ['DeleteRecords', 2],
  ['InitProducerId', 2],
  ['OffsetForLeaderEpoch', 4],
  ['AddPartitionsToTxn', 3],
  ['AddOffsetsToTxn', 3],
  ['EndTxn', 3],
  ['WriteTxnMarkers', 1],
  ['TxnOffsetCommit', 3],
  ['DescribeAcls', 2],
  ['CreateAcls', 2],
  ['DeleteAcls', 2],
  ['DescribeConfigs', 4],
  ['AlterConfigs', 2],
  ['AlterReplicaLogDirs', 2],
  ['DescribeLogDirs', 2],
  ['SaslAuthenticate', 2],
  ['CreatePartitions', 2],
  ['CreateDelegationToken', 2],
  ['RenewDelegationToken', 2],
  ['ExpireDelegationToken', 2],
  ['DescribeDelegationToken', 2],
  ['DeleteGroups', 2],
  ['ElectLeaders', 2],
  ['IncrementalAlterConfigs', 1],
  ['AlterPartitionReassignments', 0],
  ['ListPartitionReassignments', 0],
  ['OffsetDelete', NEVER],
  ['DescribeClientQuotas', 1],
  ['AlterClientQuotas', 1],
  ['DescribeUserScramCredentials', 0],
  ['AlterUserScramCredentials', 0],
  ['Vote', 0],
  ['BeginQuorumEpoch', 1],
  ['EndQuorumEpoch', 1],
  ['DescribeQuorum', 0],
  ['AlterPartition', 0],
  ['UpdateFeatures', 0],
  ['Envelope', 0],
  ['FetchSnapshot', 0],
  ['DescribeCluster', 0],
  ['DescribeProducers', 0],
  ['BrokerRegistration', 0],
  ['BrokerHeartbeat', 0],
  ['UnregisterBroker', 0],
  ['DescribeTransactions', 0],
  ['ListTransactions', 0],
  ['AllocateProducerIds', 0],
  ['ConsumerGroupHeartbeat', 0],
  ['ConsumerGroupDescribe', 0],
  ['ControllerRegistration', 0],
  ['GetTelemetrySubscriptions', 0],
  ['PushTelemetry', 0],
  ['AssignReplicasToDirs', 0],
  ['ListClientMetricsResources', 0],
  ['DescribeTopicPartitions', 0],
  ['ShareGroupHeartbeat', 0],
  ['ShareGroupDescribe', 0],
  ['ShareFetch', 0],
  ['ShareAcknowledge', 0],
  ['AddRaftVoter', 0],
  ['RemoveRaftVoter', 0],
  ['UpdateRaftVoter', 0],
  ['InitializeShareGroupState', 0],
  ['ReadShareGroupState', 0],
  ['WriteShareGroupState', 0],
  ['DeleteShareGroupState', 0],
  ['ReadShareGroupStateSummary', 0],
];

const CONTROLLED_SHUTDOWN = 7;
const API_VERSIONS = 18;

/** The name of an API; `api-500` for one that is not known. */
export function apiName(key: number): string {
  return APIS[key]?.[0] ?? `api-${key}`;
}

/**
 * The version of a request's header: 0 without a client id (ControlledShutdown's first version), 1 with it, 2 with
 * tagged fields as well.
 */
export function requestHeader(key: number, version: number): number {
  if (key === CONTROLLED_SHUTDOWN && version === 0) return 0;
  return isFlexible(key, version) ? 2 : 1;
}

/**
 * The version of a response's header: 1 with tagged fields. ApiVersions' is always 0 (KIP-511), so that a client
 * can read the answer before it knows what the broker speaks.
 */
export function responseHeader(key: number, version: number): number {
  return key !== API_VERSIONS && isFlexible(key, version) ? 1 : 0;
}

function isFlexible(key: number, version: number): boolean {
  const api = APIS[key];
  return api === undefined || version >= api[1];
}
