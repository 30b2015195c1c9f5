/*
 * A Kafka broker for tests: the one that librdkafka brings, in a process of its own.
 *
 *   cc kafka-broker.c -o kafka-broker -lrdkafka
 *   ./kafka-broker TOPIC...
 *
 * Prints `127.0.0.1:PORT` when it takes connections, and ends when its input does, so that none outlives its test.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

int main(int count, char **topics) {
  char error[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  /* It is never a client of its own broker, which it would have a word to say about. */
  rd_kafka_conf_set(conf, "log_level", "3", error, sizeof error);
  rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (handle == NULL) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(handle, 1);
  for (int i = 1; i < count; i++)
    if (rd_kafka_mock_topic_create(cluster, topics[i], 1, 1) != RD_KAFKA_RESP_ERR_NO_ERROR) return 1;
  printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
  fflush(stdout);
  while (getchar() != EOF) continue;
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(handle);
  return 0;
}
