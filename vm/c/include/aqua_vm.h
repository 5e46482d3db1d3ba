/*
 * The Aqua virtual machine over bytes.
 *
 * aqua_vm_invoke runs a script of AIR once over particle data, as the official interpreter does: same parameters, same
 * bytes in, same bytes out. It is a pure function: no clock, no randomness, no input or output. The caller keeps the data
 * of each particle, calls its services and sends data to other peers.
 *
 *     AquaVmParams params;
 *     aqua_vm_params_init(&params);
 *     params.init_peer_id = ...                            whose particle it is, which peer runs, its secret key
 *
 *     AquaVmOutcome *outcome;
 *     AquaVmStatus status = aqua_vm_invoke(air, kept, arrived, &params, call_results, &outcome);
 *     if (status != AQUA_VM_OK) ...                        the call was wrong: aqua_vm_status_text(status)
 *     if (aqua_vm_outcome_ret_code(outcome) != 0) ...      the particle was: aqua_vm_outcome_error_message(outcome)
 *     keep aqua_vm_outcome_data(outcome), send it to each aqua_vm_outcome_next_peer(outcome, i),
 *     call what aqua_vm_outcome_call_requests(outcome) asks for, invoke again with the results
 *     aqua_vm_outcome_free(outcome);
 *
 * A whole program: example/two_peers.c.
 *
 * Ownership. What goes in stays the caller's: it is read during the call and never kept. What comes out through a pointer
 * to a pointer belongs to the caller, who gives it back with the function whose name ends in _free, exactly once; not with
 * free(). An AquaVmBytes that comes out is a view: it lives as long as the object that it was got from. When a function
 * that makes an object does not return AQUA_VM_OK, it has set the pointer to NULL and there is nothing to give back.
 *
 * Errors. A status says whether the call itself was right. What can be wrong with scripts, data, results, keys and sizes
 * is no wrong call: it comes back as the number and text of the outcome. No input makes a function crash, as long as
 * pointers point to what they should and lengths are true. A panic, which is a mistake in the machine, is caught and comes
 * back as AQUA_VM_PANIC after a report on standard error. Running out of memory ends the process.
 *
 * Threads. There is no hidden state: all functions may be called from all threads at the same time. Objects don't change
 * once they are made, so several threads may read one; freeing it must come after all reading. A call needs little of its
 * thread's stack: 1 MiB is enough, however deep the script is.
 *
 * Texts are UTF-8, not terminated by a zero. Numbers have the size and alignment that C gives them.
 */
#ifndef AQUA_VM_H
#define AQUA_VM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The form of this header. A library fits if aqua_vm_abi_version() returns the same number. */
#define AQUA_VM_ABI_VERSION 1

uint32_t aqua_vm_abi_version(void);

/* Version of this library, such as "0.1.0"; ends with a zero, lives for ever. */
const char *aqua_vm_version(void);

/* Version of the official interpreter that it stands in for, such as "0.64.1"; ends with a zero, lives for ever. */
const char *aqua_vm_interpreter_version(void);


/* ---- Statuses ---- */

typedef int32_t AquaVmStatus;

enum {
  /* Done. */
  AQUA_VM_OK = 0,
  /* A pointer that must point to something is NULL. */
  AQUA_VM_NULL = 1,
  /* What should be a text is not UTF-8. */
  AQUA_VM_NOT_UTF8 = 2,
  /* A number is not among those that its field allows. */
  AQUA_VM_OUT_OF_RANGE = 3,
  /* Bytes are not in the form they should have. */
  AQUA_VM_MALFORMED = 4,
  /* A mistake in the machine. */
  AQUA_VM_PANIC = 5
};

/* A sentence about a status; ends with a zero, lives for ever. */
const char *aqua_vm_status_text(AquaVmStatus status);


/* ---- Bytes ---- */

/* Bytes that someone else owns. data may be NULL when length is 0. */
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

/* What canon_map_fold may be: which entries of a canonical map a fold visits. All peers of a network need the same. */
enum {
  /* Every entry in canonical order, as deployed peers do. */
  AQUA_VM_FOLD_EVERY_ENTRY = 0,
  /* The last entry of each key, as interpreter 0.64 does. */
  AQUA_VM_FOLD_LAST_OF_EACH_KEY = 1
};

/* What trust may be. */
enum {
  /* Check content ids and signatures of arriving data, sign own data. */
  AQUA_VM_TRUST_VERIFY = 0,
  /* Check nothing and sign nothing: for crafted data in tests. */
  AQUA_VM_TRUST_IGNORE = 1
};

/* Call aqua_vm_params_init first, then set what belongs to the particle and the peer. */
typedef struct AquaVmParams {
  /* The peer that made the particle; text. */
  AquaVmBytes init_peer_id;
  /* The peer that runs; text. It should be the peer of secret_key, see aqua_vm_peer_id. */
  AquaVmBytes current_peer_id;
  /* Id of the particle, which signatures cover; text. */
  AquaVmBytes particle_id;
  /* Seed of the ed25519 key of this peer, 32 bytes. */
  AquaVmBytes secret_key;
  /* When the particle was made and how long it lives, in milliseconds. Nothing expires here: these are values only. */
  uint64_t timestamp;
  /* Most bytes of script, arriving data and one result; more raise a flag. */
  uint64_t air_size_limit;
  uint64_t particle_size_limit;
  uint64_t call_result_size_limit;
  /* Most bytes that one run may make, and most instructions that it may begin; a run above one of them is undone. */
  uint64_t run_size_limit;
  uint64_t run_length_limit;
  /* See timestamp. */
  uint32_t ttl;
  /* Kind of the key: 0 for ed25519, the only one in use. */
  uint8_t key_format;
  /* Other than 0: a size above one of the first three limits is an error. */
  uint8_t hard_limit_enabled;
  /* AQUA_VM_FOLD_… */
  uint8_t canon_map_fold;
  /* AQUA_VM_TRUST_… */
  uint8_t trust;
} AquaVmParams;

/* Sets everything: empty texts and key, no time, the limits and rules of deployed peers. */
AquaVmStatus aqua_vm_params_init(AquaVmParams *params);

/* The peer id, a text, of the key that grows from a seed of 32 bytes. AQUA_VM_MALFORMED for another length. */
AquaVmStatus aqua_vm_peer_id(AquaVmBytes seed, AquaVmBuffer **peer_id);


/* ---- Running ---- */

typedef struct AquaVmOutcome AquaVmOutcome;

/*
 * Runs a script once.
 *
 * air           the script; text
 * prev_data     data of the outcome of this peer's last run of the particle; empty before the first
 * data          what arrived from another peer; empty if nothing did
 * call_results  what aqua_vm_call_results_write made; NULL and 0 are the same as no results
 */
AquaVmStatus aqua_vm_invoke(AquaVmBytes air, AquaVmBytes prev_data, AquaVmBytes data, const AquaVmParams *params,
                            AquaVmBytes call_results, AquaVmOutcome **outcome);

/* 0, or the number of the error: 1 to 10 the run did not begin, 10000 to 10012 the script failed, 20000 and more the run was
 * undone, 30000 there were results that no call waits for. */
int64_t aqua_vm_outcome_ret_code(const AquaVmOutcome *outcome);

/* Text of the error, empty for success. */
AquaVmBytes aqua_vm_outcome_error_message(const AquaVmOutcome *outcome);

/* What to keep as prev_data and to send to the next peers; prev_data itself if the run did not begin or was undone. */
AquaVmBytes aqua_vm_outcome_data(const AquaVmOutcome *outcome);

/* Peers that the particle goes to next: sorted, each once. An index beyond the last gives nothing. */
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
  /* Give the result back under it. */
  uint32_t id;
  /* Texts. */
  AquaVmBytes service_id;
  AquaVmBytes function_name;
  /* A JSON text: the list of arguments. */
  AquaVmBytes arguments;
  /* A JSON text: for each argument a list of {"peer_pk", "service_id", "function_name", "lens"}, where it comes from. */
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

/* What a service answered. */
typedef struct AquaVmCallResult {
  /* Id of the call request. */
  uint32_t id;
  /* 0 for success, otherwise the service's error code. */
  int32_t ret_code;
  /* The JSON text of the value, or the text of the error. */
  AquaVmBytes result;
} AquaVmCallResult;

/* Writes results in their wire form. Of two with one id the later counts. results may be NULL when count is 0. */
AquaVmStatus aqua_vm_call_results_write(const AquaVmCallResult *results, size_t count, AquaVmBuffer **bytes);


/* ---- Lines of JSON ---- */

/* Runs a script once, request and reply being JSON objects: the form of `aqua air serve`, without the line breaks. A text
 * that is no request gets a reply that says so. */
AquaVmStatus aqua_vm_answer_line(AquaVmBytes line, AquaVmBuffer **reply);

#ifdef __cplusplus
}
#endif

#endif
