/*
 * The Aqua virtual machine over bytes.
 *
 * aqua_vm_invoke runs a script of AIR once over particle data, as the official interpreter does: same parameters, same
 * bytes in, same bytes out. It is a pure function: no clock, no randomness, no input or output. The caller keeps the data
 * of each particle, calls its services and sends data to other peers.
 *
 *     AquaVmParams params;
 *     aqua_vm_params_init(&params);
 *     params.init_peer_id = ...                            then current_peer_id, particle_id, secret_key
 *
 *     AquaVmOutcome *outcome;
 *     AquaVmStatus status = aqua_vm_invoke(air, kept, arrived, &params, call_results, &outcome);
 *     if (status != AQUA_VM_OK) ...                        invalid call: aqua_vm_status_text(status)
 *     if (aqua_vm_outcome_ret_code(outcome) != 0) ...      failed run: aqua_vm_outcome_error_message(outcome)
 *     keep aqua_vm_outcome_data(outcome), send it to each aqua_vm_outcome_next_peer(outcome, i),
 *     call what aqua_vm_outcome_call_requests(outcome) asks for, invoke again with the results
 *     aqua_vm_outcome_free(outcome);
 *
 * A whole program: example/two_peers.c.
 *
 * Ownership. Inputs stay the caller's: they are read during the call and never kept. The caller owns an object that is
 * returned through a pointer to a pointer, and frees it exactly once with the function whose name ends in _free, not with
 * free(). A returned AquaVmBytes is a view, which is valid as long as the object that it is from. A function that does not
 * return AQUA_VM_OK has set the pointer to NULL, and there is nothing to free.
 *
 * Errors. A status reports whether the call itself was valid. Errors of scripts, data, results, keys and sizes are reported
 * by the code and message of the outcome. No input makes a function crash, as long as pointers and lengths are valid. A
 * panic, which is a bug of the machine, is caught and returned as AQUA_VM_PANIC after a report on standard error. Running
 * out of memory ends the process.
 *
 * Threads. There is no global state: all functions may be called from all threads concurrently. Objects are immutable, so
 * several threads may read one; it must be freed after all reads. A call needs at most 1 MiB of stack, however deep the
 * script is.
 *
 * Texts are UTF-8 without a terminating zero. Numbers have their size and alignment in C.
 */
#ifndef AQUA_VM_H
#define AQUA_VM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. A library is compatible if aqua_vm_abi_version() returns the same number. */
#define AQUA_VM_ABI_VERSION 1

uint32_t aqua_vm_abi_version(void);

/* Version of this library, such as "0.1.0"; zero-terminated, static. */
const char *aqua_vm_version(void);

/* Version of the official interpreter that it replaces, such as "0.64.1"; zero-terminated, static. */
const char *aqua_vm_interpreter_version(void);


/* ---- Statuses ---- */

typedef int32_t AquaVmStatus;

enum {
  /* Done. */
  AQUA_VM_OK = 0,
  /* A required pointer is NULL. */
  AQUA_VM_NULL = 1,
  /* A text is not UTF-8. */
  AQUA_VM_NOT_UTF8 = 2,
  /* A number is not allowed in its field. */
  AQUA_VM_OUT_OF_RANGE = 3,
  /* Bytes have the wrong format. */
  AQUA_VM_MALFORMED = 4,
  /* A bug of the machine. */
  AQUA_VM_PANIC = 5
};

/* A message for a status; zero-terminated, static. */
const char *aqua_vm_status_text(AquaVmStatus status);


/* ---- Bytes ---- */

/* Borrowed bytes. data may be NULL if length is 0. */
typedef struct AquaVmBytes {
  const uint8_t *data;
  size_t length;
} AquaVmBytes;

/* Bytes that the caller owns. */
typedef struct AquaVmBuffer AquaVmBuffer;

AquaVmBytes aqua_vm_buffer_bytes(const AquaVmBuffer *buffer);

/* NULL is allowed. */
void aqua_vm_buffer_free(AquaVmBuffer *buffer);


/* ---- Parameters ---- */

/* Values of canon_map_fold: the entries of a canonical map that a fold visits. All peers of a network need the same. */
enum {
  /* Every entry in canonical order, as deployed peers do. */
  AQUA_VM_FOLD_EVERY_ENTRY = 0,
  /* The last entry of each key, as interpreter 0.64 does. */
  AQUA_VM_FOLD_LAST_OF_EACH_KEY = 1
};

/* Values of trust. */
enum {
  /* Verify content ids and signatures of incoming data, sign own data. */
  AQUA_VM_TRUST_VERIFY = 0,
  /* Verify nothing and sign nothing: for crafted data in tests. */
  AQUA_VM_TRUST_IGNORE = 1
};

/* Call aqua_vm_params_init first, then set the fields of the particle and the peer. */
typedef struct AquaVmParams {
  /* The peer that made the particle; text. */
  AquaVmBytes init_peer_id;
  /* The peer that runs; text. It should be the peer of secret_key, see aqua_vm_peer_id. */
  AquaVmBytes current_peer_id;
  /* Id of the particle, which signatures cover; text. */
  AquaVmBytes particle_id;
  /* Seed of the ed25519 key of this peer, 32 bytes. */
  AquaVmBytes secret_key;
  /* Creation time and time to live of the particle, in milliseconds. Expiry is not checked: these are values only. */
  uint64_t timestamp;
  /* The largest sizes in bytes of script, incoming data and one result. A larger size raises a flag. */
  uint64_t air_size_limit;
  uint64_t particle_size_limit;
  uint64_t call_result_size_limit;
  /* The largest memory of a run in bytes, and number of instructions. A run above one of them fails. */
  uint64_t run_size_limit;
  uint64_t run_length_limit;
  /* See timestamp. */
  uint32_t ttl;
  /* Algorithm of the key: 0 for Ed25519, the only supported one. */
  uint8_t key_format;
  /* If not 0, a size above one of the first three limits is an error. */
  uint8_t hard_limit_enabled;
  /* AQUA_VM_FOLD_… */
  uint8_t canon_map_fold;
  /* AQUA_VM_TRUST_… */
  uint8_t trust;
} AquaVmParams;

/* Sets everything: empty texts and key, no time, the limits and rules of deployed peers. */
AquaVmStatus aqua_vm_params_init(AquaVmParams *params);

/* The peer id, a text, of the key with a seed of 32 bytes. AQUA_VM_MALFORMED for another length. */
AquaVmStatus aqua_vm_peer_id(AquaVmBytes seed, AquaVmBuffer **peer_id);


/* ---- Running ---- */

typedef struct AquaVmOutcome AquaVmOutcome;

/*
 * Runs a script once.
 *
 * air           the script; text
 * prev_data     data of the outcome of this peer's last run of the particle; empty before the first
 * data          incoming data from another peer, or empty
 * call_results  the output of aqua_vm_call_results_write; NULL and 0 mean no results
 */
AquaVmStatus aqua_vm_invoke(AquaVmBytes air, AquaVmBytes prev_data, AquaVmBytes data, const AquaVmParams *params,
                            AquaVmBytes call_results, AquaVmOutcome **outcome);

/* 0, or the error code: 1 to 10 the run did not begin, 10000 to 10012 the script failed, 20000 and more the run failed,
 * 30000 there were results that no call waits for. */
int64_t aqua_vm_outcome_ret_code(const AquaVmOutcome *outcome);

/* The error message, empty for success. */
AquaVmBytes aqua_vm_outcome_error_message(const AquaVmOutcome *outcome);

/* The data to keep as prev_data and to send to the next peers; prev_data itself if the run did not begin or failed. */
AquaVmBytes aqua_vm_outcome_data(const AquaVmOutcome *outcome);

/* The peers that the particle goes to next, sorted and unique. An index out of range gives no bytes. */
size_t aqua_vm_outcome_next_peer_count(const AquaVmOutcome *outcome);
AquaVmBytes aqua_vm_outcome_next_peer(const AquaVmOutcome *outcome, size_t index);

/* Calls of services of this peer, in wire form: MessagePack, or see aqua_vm_call_requests_read. */
AquaVmBytes aqua_vm_outcome_call_requests(const AquaVmOutcome *outcome);

/* Sizes that were above their limits: a sum of these. */
enum {
  AQUA_VM_AIR_SIZE_EXCEEDED = 1,
  AQUA_VM_PARTICLE_SIZE_EXCEEDED = 2,
  AQUA_VM_CALL_RESULT_SIZE_EXCEEDED = 4
};
uint32_t aqua_vm_outcome_flags(const AquaVmOutcome *outcome);

/* NULL is allowed. */
void aqua_vm_outcome_free(AquaVmOutcome *outcome);


/* ---- Call requests and results ---- */

/* A call of a service, its parts views into the AquaVmCallRequests that it is from. */
typedef struct AquaVmCallRequest {
  /* The id of its result. */
  uint32_t id;
  /* Texts. */
  AquaVmBytes service_id;
  AquaVmBytes function_name;
  /* A JSON text: the list of arguments. */
  AquaVmBytes arguments;
  /* A JSON text: for each argument a list of {"peer_pk", "service_id", "function_name", "lens"}, its origins. */
  AquaVmBytes tetraplets;
} AquaVmCallRequest;

typedef struct AquaVmCallRequests AquaVmCallRequests;

/* Reads call requests from their wire form. AQUA_VM_MALFORMED if they are not. */
AquaVmStatus aqua_vm_call_requests_read(AquaVmBytes bytes, AquaVmCallRequests **requests);

size_t aqua_vm_call_requests_count(const AquaVmCallRequests *requests);

/* By index, from 0, sorted by id. AQUA_VM_OUT_OF_RANGE beyond the last. */
AquaVmStatus aqua_vm_call_requests_get(const AquaVmCallRequests *requests, size_t index, AquaVmCallRequest *request);

/* NULL is allowed. */
void aqua_vm_call_requests_free(AquaVmCallRequests *requests);

/* A service result. */
typedef struct AquaVmCallResult {
  /* Id of the call request. */
  uint32_t id;
  /* 0 for success, otherwise the service's error code. */
  int32_t ret_code;
  /* The JSON text of the value, or the text of the error. */
  AquaVmBytes result;
} AquaVmCallResult;

/* Writes results in their wire form. Of two with the same id the later is used. results may be NULL if count is 0. */
AquaVmStatus aqua_vm_call_results_write(const AquaVmCallResult *results, size_t count, AquaVmBuffer **bytes);


/* ---- Lines of JSON ---- */

/* Runs a script once. Request and reply are JSON objects as in `aqua air serve`, without line breaks. An invalid request
 * gets a reply with an error. */
AquaVmStatus aqua_vm_answer_line(AquaVmBytes line, AquaVmBuffer **reply);

#ifdef __cplusplus
}
#endif

#endif
