/* Every promise of the header, one after the other. Prints what layout the structures have; exits with 1 where a promise is
 * broken. */
#include "aqua_vm.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(what)                                              \
  do {                                                            \
    if (!(what)) {                                                \
      fprintf(stderr, "line %d: not so: %s\n", __LINE__, #what);  \
      exit(1);                                                    \
    }                                                             \
  } while (0)

#define FIELD(structure, field) printf("%s.%s %zu\n", #structure, #field, offsetof(structure, field))

static const AquaVmBytes NOTHING = {NULL, 0};

static AquaVmBytes text(const char *text) {
  AquaVmBytes bytes = {(const uint8_t *)text, strlen(text)};
  return bytes;
}

static int same(AquaVmBytes a, AquaVmBytes b) {
  return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static AquaVmBytes seed(void) {
  static uint8_t bytes[32];
  memset(bytes, 1, sizeof bytes);
  AquaVmBytes view = {bytes, sizeof bytes};
  return view;
}

static void layout(void) {
  printf("AquaVmBytes %zu\n", sizeof(AquaVmBytes));
  FIELD(AquaVmBytes, length);
  printf("AquaVmParams %zu\n", sizeof(AquaVmParams));
  FIELD(AquaVmParams, current_peer_id);
  FIELD(AquaVmParams, particle_id);
  FIELD(AquaVmParams, secret_key);
  FIELD(AquaVmParams, timestamp);
  FIELD(AquaVmParams, air_size_limit);
  FIELD(AquaVmParams, particle_size_limit);
  FIELD(AquaVmParams, call_result_size_limit);
  FIELD(AquaVmParams, run_size_limit);
  FIELD(AquaVmParams, run_length_limit);
  FIELD(AquaVmParams, ttl);
  FIELD(AquaVmParams, key_format);
  FIELD(AquaVmParams, hard_limit_enabled);
  FIELD(AquaVmParams, canon_map_fold);
  FIELD(AquaVmParams, trust);
  printf("AquaVmCallRequest %zu\n", sizeof(AquaVmCallRequest));
  FIELD(AquaVmCallRequest, service_id);
  FIELD(AquaVmCallRequest, function_name);
  FIELD(AquaVmCallRequest, arguments);
  FIELD(AquaVmCallRequest, tetraplets);
  printf("AquaVmCallResult %zu\n", sizeof(AquaVmCallResult));
  FIELD(AquaVmCallResult, ret_code);
  FIELD(AquaVmCallResult, result);
}

static AquaVmParams parameters(void) {
  AquaVmParams params;
  memset(&params, 0xff, sizeof params);
  EXPECT(aqua_vm_params_init(&params) == AQUA_VM_OK);
  params.init_peer_id = params.current_peer_id = text("12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5");
  params.particle_id = text("particle");
  params.secret_key = seed();
  return params;
}

static void versions_and_statuses(void) {
  EXPECT(aqua_vm_abi_version() == AQUA_VM_ABI_VERSION);
  EXPECT(strchr(aqua_vm_version(), '.') != NULL);
  EXPECT(strcmp(aqua_vm_interpreter_version(), "0.64.1") == 0);
  for (AquaVmStatus status = AQUA_VM_OK; status <= AQUA_VM_PANIC; status++) {
    EXPECT(strcmp(aqua_vm_status_text(status), "unknown status") != 0);
    for (AquaVmStatus other = AQUA_VM_OK; other < status; other++)
      EXPECT(strcmp(aqua_vm_status_text(status), aqua_vm_status_text(other)) != 0);
  }
  EXPECT(strcmp(aqua_vm_status_text(-1), "unknown status") == 0);
}

static void a_key_names_its_peer(void) {
  AquaVmBuffer *id;
  EXPECT(aqua_vm_peer_id(seed(), &id) == AQUA_VM_OK);
  EXPECT(same(aqua_vm_buffer_bytes(id), parameters().init_peer_id));
  aqua_vm_buffer_free(id);
  AquaVmBytes few = seed();
  few.length = 31;
  EXPECT(aqua_vm_peer_id(few, &id) == AQUA_VM_MALFORMED && id == NULL);
  EXPECT(aqua_vm_peer_id(seed(), NULL) == AQUA_VM_NULL);
}

/* Runs and gives the number. */
static int64_t number(AquaVmBytes air, AquaVmBytes prev, AquaVmBytes data, const AquaVmParams *params,
                      AquaVmBytes results) {
  AquaVmOutcome *outcome;
  EXPECT(aqua_vm_invoke(air, prev, data, params, results, &outcome) == AQUA_VM_OK);
  int64_t code = aqua_vm_outcome_ret_code(outcome);
  EXPECT((code == 0) == (aqua_vm_outcome_error_message(outcome).length == 0));
  aqua_vm_outcome_free(outcome);
  return code;
}

static void wrong_calls_have_a_status(void) {
  AquaVmOutcome *outcome = (AquaVmOutcome *)1;
  AquaVmParams params = parameters();
  AquaVmBytes air = text("(null)"), missing = {NULL, 7}, latin = text("(null) ; \xe9"), endless = {seed().data, SIZE_MAX};
  EXPECT(aqua_vm_invoke(missing, NOTHING, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_NULL && outcome == NULL);
  EXPECT(aqua_vm_invoke(latin, NOTHING, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_NOT_UTF8);
  EXPECT(aqua_vm_invoke(endless, NOTHING, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_OUT_OF_RANGE);
  EXPECT(aqua_vm_invoke(air, missing, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_NULL);
  EXPECT(aqua_vm_invoke(air, NOTHING, missing, &params, NOTHING, &outcome) == AQUA_VM_NULL);
  EXPECT(aqua_vm_invoke(air, NOTHING, NOTHING, &params, missing, &outcome) == AQUA_VM_NULL);
  EXPECT(aqua_vm_invoke(air, NOTHING, NOTHING, NULL, NOTHING, &outcome) == AQUA_VM_NULL && outcome == NULL);
  EXPECT(aqua_vm_invoke(air, NOTHING, NOTHING, &params, NOTHING, NULL) == AQUA_VM_NULL);
  EXPECT(aqua_vm_params_init(NULL) == AQUA_VM_NULL);
  params.particle_id = latin;
  EXPECT(aqua_vm_invoke(air, NOTHING, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_NOT_UTF8);
  params = parameters();
  params.canon_map_fold = 2;
  EXPECT(aqua_vm_invoke(air, NOTHING, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_OUT_OF_RANGE);
  params = parameters();
  params.trust = 2;
  EXPECT(aqua_vm_invoke(air, NOTHING, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_OUT_OF_RANGE);
}

static void wrong_particles_have_a_number(void) {
  AquaVmParams params = parameters();
  AquaVmBytes air = text("(null)"), some = text("x"), no_bytes = {seed().data, 0};
  EXPECT(number(air, NOTHING, NOTHING, &params, NOTHING) == 0);
  EXPECT(number(NOTHING, NOTHING, NOTHING, &params, NOTHING) == 1);
  EXPECT(number(text("(nul)"), NOTHING, NOTHING, &params, NOTHING) == 1);
  EXPECT(number(air, some, NOTHING, &params, NOTHING) == 3);
  EXPECT(number(air, NOTHING, some, &params, NOTHING) == 3);
  /* No pointer means no results; no bytes at a place are malformed results, as for the official interpreter. */
  EXPECT(number(air, NOTHING, NOTHING, &params, no_bytes) == 5);
  params.key_format = 1;
  EXPECT(number(air, NOTHING, NOTHING, &params, NOTHING) == 7);
  params.key_format = 0;
  params.secret_key = NOTHING;
  EXPECT(number(air, NOTHING, NOTHING, &params, NOTHING) == 7);
  params = parameters();
  params.air_size_limit = 5;
  params.hard_limit_enabled = 255;
  EXPECT(number(air, NOTHING, NOTHING, &params, NOTHING) == 10);
  params = parameters();
  params.run_length_limit = 1;
  EXPECT(number(text("(seq (null) (null))"), NOTHING, NOTHING, &params, NOTHING) == 20106);
  params = parameters();
  AquaVmCallResult result = {4000000000u, INT32_MIN, text("1")};
  AquaVmBuffer *results;
  EXPECT(aqua_vm_call_results_write(&result, 1, &results) == AQUA_VM_OK);
  EXPECT(number(air, NOTHING, NOTHING, &params, aqua_vm_buffer_bytes(results)) == 30000);
  aqua_vm_buffer_free(results);
}

static void an_undone_run_gives_back_what_was_known(void) {
  AquaVmParams params = parameters();
  AquaVmOutcome *outcome;
  AquaVmBytes previous = text("whatever this is");
  EXPECT(aqua_vm_invoke(text("(null)"), previous, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_OK);
  EXPECT(same(aqua_vm_outcome_data(outcome), previous) && aqua_vm_outcome_data(outcome).data != previous.data);
  EXPECT(aqua_vm_outcome_next_peer_count(outcome) == 0);
  EXPECT(same(aqua_vm_outcome_call_requests(outcome), text("\x81\x04\x80")));
  aqua_vm_outcome_free(outcome);
}

static void outcomes_are_read_field_by_field(void) {
  AquaVmParams params = parameters();
  params.timestamp = UINT64_MAX;
  params.ttl = UINT32_MAX;
  params.air_size_limit = params.call_result_size_limit = 0;
  AquaVmBytes air = text("(par (call %init_peer_id% (\"s\" \"f\") [%timestamp% %ttl%]) (par (call \"b\" (\"s\" \"f\") [])"
                         " (call \"a\" (\"s\" \"f\") [])))");
  AquaVmOutcome *outcome;
  EXPECT(aqua_vm_invoke(air, NOTHING, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_OK);
  EXPECT(aqua_vm_outcome_ret_code(outcome) == 0);
  EXPECT(aqua_vm_outcome_flags(outcome) == AQUA_VM_AIR_SIZE_EXCEEDED);
  EXPECT(aqua_vm_outcome_next_peer_count(outcome) == 2);
  EXPECT(same(aqua_vm_outcome_next_peer(outcome, 0), text("a")));
  EXPECT(same(aqua_vm_outcome_next_peer(outcome, 1), text("b")));
  EXPECT(aqua_vm_outcome_next_peer(outcome, 2).data == NULL && aqua_vm_outcome_next_peer(outcome, 2).length == 0);

  AquaVmCallRequests *requests;
  AquaVmCallRequest request;
  EXPECT(aqua_vm_call_requests_read(aqua_vm_outcome_call_requests(outcome), &requests) == AQUA_VM_OK);
  EXPECT(aqua_vm_call_requests_count(requests) == 1);
  EXPECT(aqua_vm_call_requests_get(requests, 0, &request) == AQUA_VM_OK);
  EXPECT(request.id == 1);
  EXPECT(same(request.service_id, text("s")) && same(request.function_name, text("f")));
  EXPECT(same(request.arguments, text("[18446744073709551615,4294967295]")));
  EXPECT(request.tetraplets.length > 0 && request.tetraplets.data[0] == '[');
  EXPECT(aqua_vm_call_requests_get(requests, 1, &request) == AQUA_VM_OUT_OF_RANGE);
  EXPECT(aqua_vm_call_requests_get(requests, 0, NULL) == AQUA_VM_NULL);
  EXPECT(aqua_vm_call_requests_get(NULL, 0, &request) == AQUA_VM_NULL);
  aqua_vm_call_requests_free(requests);

  AquaVmCallResult results[2] = {{1, 0, text("2")}, {1, 0, text("[1]")}};
  AquaVmBuffer *bytes;
  EXPECT(aqua_vm_call_results_write(results, 2, &bytes) == AQUA_VM_OK);
  AquaVmOutcome *next;
  EXPECT(aqua_vm_invoke(air, aqua_vm_outcome_data(outcome), aqua_vm_outcome_data(outcome), &params,
                        aqua_vm_buffer_bytes(bytes), &next) == AQUA_VM_OK);
  EXPECT(aqua_vm_outcome_ret_code(next) == 0);
  EXPECT(aqua_vm_outcome_flags(next) == (AQUA_VM_AIR_SIZE_EXCEEDED | AQUA_VM_CALL_RESULT_SIZE_EXCEEDED));
  params.particle_size_limit = 0;
  aqua_vm_outcome_free(next);
  EXPECT(aqua_vm_invoke(air, NOTHING, aqua_vm_outcome_data(outcome), &params, NOTHING, &next) == AQUA_VM_OK);
  EXPECT(aqua_vm_outcome_flags(next) == (AQUA_VM_AIR_SIZE_EXCEEDED | AQUA_VM_PARTICLE_SIZE_EXCEEDED));
  aqua_vm_outcome_free(next);
  aqua_vm_buffer_free(bytes);
  aqua_vm_outcome_free(outcome);
}

static void results_and_requests_have_their_form(void) {
  AquaVmBuffer *bytes = (AquaVmBuffer *)1;
  AquaVmCallRequests *requests = (AquaVmCallRequests *)1;
  AquaVmCallResult latin = {1, 0, text("\xe9")}, missing = {1, 0, {NULL, 1}};
  EXPECT(aqua_vm_call_results_write(NULL, 0, &bytes) == AQUA_VM_OK);
  EXPECT(same(aqua_vm_buffer_bytes(bytes), text("\x81\x04\x80")));
  aqua_vm_buffer_free(bytes);
  EXPECT(aqua_vm_call_results_write(NULL, 1, &bytes) == AQUA_VM_NULL && bytes == NULL);
  EXPECT(aqua_vm_call_results_write(&latin, 1, &bytes) == AQUA_VM_NOT_UTF8);
  EXPECT(aqua_vm_call_results_write(&missing, 1, &bytes) == AQUA_VM_NULL);
  EXPECT(aqua_vm_call_results_write(&latin, SIZE_MAX, &bytes) == AQUA_VM_OUT_OF_RANGE);
  EXPECT(aqua_vm_call_results_write(&latin, 1, NULL) == AQUA_VM_NULL);
  EXPECT(aqua_vm_call_requests_read(NOTHING, &requests) == AQUA_VM_MALFORMED && requests == NULL);
  EXPECT(aqua_vm_call_requests_read(text("\x81\x04\x81"), &requests) == AQUA_VM_MALFORMED);
  EXPECT(aqua_vm_call_requests_read(text("\x81\x04\xdf\xff\xff\xff\xff"), &requests) == AQUA_VM_MALFORMED);
  EXPECT(aqua_vm_call_requests_read(text("\x81\x04\x80"), NULL) == AQUA_VM_NULL);
}

static void lines_have_replies(void) {
  AquaVmBuffer *reply;
  EXPECT(aqua_vm_answer_line(text("{"), &reply) == AQUA_VM_OK);
  EXPECT(strncmp((const char *)aqua_vm_buffer_bytes(reply).data, "{\"ret_code\":-1,", 15) == 0);
  aqua_vm_buffer_free(reply);
  EXPECT(aqua_vm_answer_line(NOTHING, NULL) == AQUA_VM_NULL);
}

static void nothing_can_be_read_and_given_back(void) {
  EXPECT(aqua_vm_buffer_bytes(NULL).length == 0);
  EXPECT(aqua_vm_outcome_ret_code(NULL) == 0 && aqua_vm_outcome_flags(NULL) == 0);
  EXPECT(aqua_vm_outcome_error_message(NULL).length == 0 && aqua_vm_outcome_data(NULL).length == 0);
  EXPECT(aqua_vm_outcome_next_peer_count(NULL) == 0 && aqua_vm_outcome_next_peer(NULL, 0).length == 0);
  EXPECT(aqua_vm_outcome_call_requests(NULL).length == 0 && aqua_vm_call_requests_count(NULL) == 0);
  aqua_vm_buffer_free(NULL);
  aqua_vm_outcome_free(NULL);
  aqua_vm_call_requests_free(NULL);
}

/* A script as deep as they get, on a stack of the smallest size that the header promises to be enough. */
static void *deep(void *shared) {
  enum { DEPTH = 10000 };
  static const char open[] = "(seq ", middle[] = "(null)", close[] = " (null))";
  char *script = malloc(DEPTH * (sizeof open + sizeof close) + sizeof middle);
  EXPECT(script != NULL);
  char *end = script;
  for (int i = 0; i < DEPTH; i++, end += sizeof open - 1) memcpy(end, open, sizeof open - 1);
  memcpy(end, middle, sizeof middle - 1);
  end += sizeof middle - 1;
  for (int i = 0; i < DEPTH; i++, end += sizeof close - 1) memcpy(end, close, sizeof close - 1);
  AquaVmBytes air = {(uint8_t *)script, (size_t)(end - script)};
  AquaVmParams params = parameters();
  AquaVmOutcome *outcome;
  EXPECT(aqua_vm_invoke(air, NOTHING, NOTHING, &params, NOTHING, &outcome) == AQUA_VM_OK);
  EXPECT(aqua_vm_outcome_ret_code(outcome) == 0);
  /* What one thread made, the others read. */
  EXPECT(same(aqua_vm_outcome_data(outcome), aqua_vm_outcome_data(shared)));
  aqua_vm_outcome_free(outcome);
  free(script);
  return NULL;
}

static void threads_call_at_once(void) {
  AquaVmParams params = parameters();
  AquaVmOutcome *shared;
  EXPECT(aqua_vm_invoke(text("(null)"), NOTHING, NOTHING, &params, NOTHING, &shared) == AQUA_VM_OK);
  pthread_attr_t attributes;
  pthread_t threads[4];
  EXPECT(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, 1 << 20) == 0);
  for (int i = 0; i < 4; i++) EXPECT(pthread_create(&threads[i], &attributes, deep, shared) == 0);
  for (int i = 0; i < 4; i++) EXPECT(pthread_join(threads[i], NULL) == 0);
  pthread_attr_destroy(&attributes);
  aqua_vm_outcome_free(shared);
}

int main(void) {
  layout();
  versions_and_statuses();
  a_key_names_its_peer();
  wrong_calls_have_a_status();
  wrong_particles_have_a_number();
  an_undone_run_gives_back_what_was_known();
  outcomes_are_read_field_by_field();
  results_and_requests_have_their_form();
  lines_have_replies();
  nothing_can_be_read_and_given_back();
  threads_call_at_once();
  return 0;
}
