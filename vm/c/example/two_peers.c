/*
 * Two peers run one particle: how a program in C embeds the machine. From the root of the project:
 *
 *     cargo build --release -p aqua-vm-c
 *     cc -Ivm/c/include vm/c/example/two_peers.c target/release/libaqua_vm_c.a -lm -lpthread -ldl -o two_peers
 *     ./two_peers
 *
 * The machine does no input or output. This program keeps the data of each peer, calls the machine whenever data or results
 * arrive, and then does what the outcome asks for. Both peers live in one process and a short queue stands for the network.
 */
#include "aqua_vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ada asks Bob how many letters a word has, and prints the answer at home. */
static const char SCRIPT[] =
    "(seq\n"
    "  (call \"%s\" (\"words\" \"choose\") [] word)\n"
    "  (seq\n"
    "    (call \"%s\" (\"letters\" \"count\") [word] count)\n"
    "    (call \"%s\" (\"console\" \"print\") [word count])))\n";

typedef struct Peer {
  const char *name;
  uint8_t seed[32];
  char id[64];
  /* Writes the JSON text of the result, or the text of an error, and returns 0 or the number of the error. */
  int32_t (*services)(const AquaVmCallRequest *request, char *result, size_t size);
  /* What the peer knows about the particle: data of its last outcome. */
  uint8_t *data;
  size_t length;
} Peer;

typedef struct Message {
  char receiver[64];
  uint8_t *data;
  size_t length;
} Message;

static Message network[16];
static size_t sent, received;

static void fail(const char *what, AquaVmStatus status) {
  fprintf(stderr, "%s: %s\n", what, aqua_vm_status_text(status));
  exit(1);
}

static AquaVmBytes bytes_of(const char *text) {
  AquaVmBytes bytes = {(const uint8_t *)text, strlen(text)};
  return bytes;
}

static int is(AquaVmBytes bytes, const char *text) {
  return bytes.length == strlen(text) && memcmp(bytes.data, text, bytes.length) == 0;
}

static uint8_t *copy_of(AquaVmBytes bytes) {
  uint8_t *copy = malloc(bytes.length + 1);
  if (copy == NULL) abort();
  if (bytes.length > 0) memcpy(copy, bytes.data, bytes.length);
  return copy;
}

static int32_t ada_serves(const AquaVmCallRequest *request, char *result, size_t size) {
  if (is(request->service_id, "words") && is(request->function_name, "choose")) {
    snprintf(result, size, "\"particle\"");
    return 0;
  }
  if (is(request->service_id, "console") && is(request->function_name, "print")) {
    snprintf(result, size, "null");
    return 0;
  }
  snprintf(result, size, "\"Ada has no such function\"");
  return 1;
}

static int32_t bob_serves(const AquaVmCallRequest *request, char *result, size_t size) {
  if (is(request->service_id, "letters") && is(request->function_name, "count")) {
    /* Arguments are a JSON text such as ["particle"]; a program of your own would parse it. */
    size_t brackets_and_quotes = 4;
    snprintf(result, size, "%zu", request->arguments.length - brackets_and_quotes);
    return 0;
  }
  snprintf(result, size, "\"Bob has no such function\"");
  return 1;
}

static void start(Peer *peer) {
  AquaVmBytes seed = {peer->seed, sizeof peer->seed};
  AquaVmBuffer *id;
  AquaVmStatus status = aqua_vm_peer_id(seed, &id);
  if (status != AQUA_VM_OK) fail("peer id", status);
  AquaVmBytes text = aqua_vm_buffer_bytes(id);
  snprintf(peer->id, sizeof peer->id, "%.*s", (int)text.length, (const char *)text.data);
  aqua_vm_buffer_free(id);
}

/* Keeps the new data and sends it on. Of a run that failed it is the old data, so a program can always do this. */
static void take_in(Peer *peer, const AquaVmOutcome *outcome) {
  AquaVmBytes data = aqua_vm_outcome_data(outcome);
  if (aqua_vm_outcome_ret_code(outcome) != 0) {
    AquaVmBytes message = aqua_vm_outcome_error_message(outcome);
    printf("%s: error %lld: %.*s\n", peer->name, (long long)aqua_vm_outcome_ret_code(outcome), (int)message.length,
           (const char *)message.data);
  }
  free(peer->data);
  peer->data = copy_of(data);
  peer->length = data.length;
  for (size_t i = 0; i < aqua_vm_outcome_next_peer_count(outcome); i++) {
    if (sent == sizeof network / sizeof network[0]) abort();
    AquaVmBytes receiver = aqua_vm_outcome_next_peer(outcome, i);
    Message *message = &network[sent++];
    snprintf(message->receiver, sizeof message->receiver, "%.*s", (int)receiver.length, (const char *)receiver.data);
    message->data = copy_of(data);
    message->length = data.length;
  }
}

/* Calls the services that an outcome asks for. Returns their results in wire form, or NULL if there was nothing to call. */
static AquaVmBuffer *serve(Peer *peer, const AquaVmOutcome *outcome) {
  AquaVmCallRequests *requests;
  AquaVmStatus status = aqua_vm_call_requests_read(aqua_vm_outcome_call_requests(outcome), &requests);
  if (status != AQUA_VM_OK) fail("call requests", status);
  size_t count = aqua_vm_call_requests_count(requests);
  AquaVmBuffer *results = NULL;
  if (count > 0) {
    AquaVmCallResult *fields = calloc(count, sizeof *fields);
    char(*texts)[256] = calloc(count, sizeof *texts);
    if (fields == NULL || texts == NULL) abort();
    for (size_t i = 0; i < count; i++) {
      AquaVmCallRequest request;
      status = aqua_vm_call_requests_get(requests, i, &request);
      if (status != AQUA_VM_OK) fail("call request", status);
      printf("%s: %.*s.%.*s(%.*s)\n", peer->name, (int)request.service_id.length, (const char *)request.service_id.data,
             (int)request.function_name.length, (const char *)request.function_name.data, (int)request.arguments.length,
             (const char *)request.arguments.data);
      fields[i].id = request.id;
      fields[i].ret_code = peer->services(&request, texts[i], sizeof texts[i]);
      fields[i].result = bytes_of(texts[i]);
    }
    status = aqua_vm_call_results_write(fields, count, &results);
    if (status != AQUA_VM_OK) fail("call results", status);
    free(texts);
    free(fields);
  }
  aqua_vm_call_requests_free(requests);
  return results;
}

/* Takes in what arrived and runs until nothing is left to do here. */
static void receive(Peer *peer, const char *initiator, const char *script, AquaVmBytes arrived) {
  AquaVmParams params;
  aqua_vm_params_init(&params);
  params.init_peer_id = bytes_of(initiator);
  params.current_peer_id = bytes_of(peer->id);
  params.particle_id = bytes_of("particle-1"); /* Signatures cover it: no two particles may have the same one. */
  params.secret_key.data = peer->seed;
  params.secret_key.length = sizeof peer->seed;
  params.timestamp = 1700000000000;
  params.ttl = 7000;

  AquaVmBuffer *results = NULL;
  do {
    AquaVmBytes kept = {peer->data, peer->length};
    AquaVmOutcome *outcome;
    AquaVmStatus status =
        aqua_vm_invoke(bytes_of(script), kept, arrived, &params, aqua_vm_buffer_bytes(results), &outcome);
    if (status != AQUA_VM_OK) fail("invoke", status);
    aqua_vm_buffer_free(results);
    take_in(peer, outcome);
    results = serve(peer, outcome);
    aqua_vm_outcome_free(outcome);
    arrived.length = 0; /* It is part of the kept data now. */
  } while (results != NULL);
}

int main(void) {
  if (aqua_vm_abi_version() != AQUA_VM_ABI_VERSION) {
    fprintf(stderr, "library %s has another header\n", aqua_vm_version());
    return 1;
  }
  Peer peers[2] = {{"Ada", {0}, "", ada_serves, NULL, 0}, {"Bob", {0}, "", bob_serves, NULL, 0}};
  for (int i = 0; i < 2; i++) {
    /* A real peer makes its seed at random and keeps it. */
    memset(peers[i].seed, i + 1, sizeof peers[i].seed);
    start(&peers[i]);
  }
  const char *ada = peers[0].id, *bob = peers[1].id;
  char script[1024];
  snprintf(script, sizeof script, SCRIPT, ada, bob, ada);

  AquaVmBytes nothing = {NULL, 0};
  receive(&peers[0], ada, script, nothing);
  while (received < sent) {
    Message *message = &network[received++];
    AquaVmBytes data = {message->data, message->length};
    for (int i = 0; i < 2; i++)
      if (strcmp(peers[i].id, message->receiver) == 0) receive(&peers[i], ada, script, data);
    free(message->data);
  }
  free(peers[0].data);
  free(peers[1].data);
  return 0;
}
