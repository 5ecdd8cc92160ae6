/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef HOTRELOAD_CONFIG_H
#define HOTRELOAD_CONFIG_H

/* A program's configuration, live: the last valid value of a document that hotreload publishes, or
 * of the file itself where nobody publishes it. See libhotreload(3).
 *
 * Functions return a negative errno when they fail, and leave *ret as it was then. Nothing blocks
 * but hotreload_config_wait(), nothing is printed, and there are no threads and no signals. An
 * object is for one thread at a time. Strings belong to the object, and live until the next
 * hotreload_config_next() or hotreload_config_wait(). */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct hotreload_config hotreload_config;

/* For hotreload_config_open(). */
#define HOTRELOAD_CONFIG_PUBLISHED_ONLY (UINT64_C(1) << 0) /* never reads the file itself */
#define HOTRELOAD_CONFIG_OPTIONAL (UINT64_C(1) << 1)       /* opens without a valid value, too */
#define HOTRELOAD_CONFIG_SYSTEM (UINT64_C(1) << 2) /* PROJECT/NAME is the system instance's */
#define HOTRELOAD_CONFIG_USER (UINT64_C(1) << 3)   /* PROJECT/NAME is the user instance's */

/* Where the current value comes from. */
#define HOTRELOAD_CONFIG_NO_SOURCE 0
#define HOTRELOAD_CONFIG_PUBLISHED 1 /* hotreloadd has checked it */
#define HOTRELOAD_CONFIG_FILE 2      /* the library has read the file */

/* What a value is. */
#define HOTRELOAD_CONFIG_NULL 0
#define HOTRELOAD_CONFIG_BOOL 1
#define HOTRELOAD_CONFIG_INTEGER 2
#define HOTRELOAD_CONFIG_DOUBLE 3
#define HOTRELOAD_CONFIG_STRING 4
#define HOTRELOAD_CONFIG_ARRAY 5
#define HOTRELOAD_CONFIG_OBJECT 6

/* hotreload_config_open(3) */
int hotreload_config_open(hotreload_config** ret, const char* name, const char* path,
                          uint64_t flags);
hotreload_config* hotreload_config_ref(hotreload_config* config);
hotreload_config* hotreload_config_unref(hotreload_config* config); /* returns NULL */

/* hotreload_config_next(3) */
int hotreload_config_get_fd(hotreload_config* config);
int hotreload_config_next(hotreload_config* config);
int hotreload_config_wait(hotreload_config* config, uint64_t timeout_usec);
int hotreload_config_has_changed(hotreload_config* config, const char* pointer);
int hotreload_config_get_patch(hotreload_config* config, const char** ret);
int hotreload_config_get_source(hotreload_config* config);
int hotreload_config_get_revision(hotreload_config* config, uint64_t* ret);
int hotreload_config_get_problem(hotreload_config* config, const char** ret_path,
                                 unsigned* ret_line, unsigned* ret_column,
                                 const char** ret_message);

/* hotreload_config_get_json(3); a pointer is one of RFC 6901: "", "/server/port", "/hosts/0" */
int hotreload_config_get_type(hotreload_config* config, const char* pointer);
int hotreload_config_get_bool(hotreload_config* config, const char* pointer, int* ret);
int hotreload_config_get_int64(hotreload_config* config, const char* pointer, int64_t* ret);
int hotreload_config_get_uint64(hotreload_config* config, const char* pointer, uint64_t* ret);
int hotreload_config_get_double(hotreload_config* config, const char* pointer, double* ret);
int hotreload_config_get_string(hotreload_config* config, const char* pointer, const char** ret);
int hotreload_config_get_json(hotreload_config* config, const char* pointer, const char** ret);
int hotreload_config_get_size(hotreload_config* config, const char* pointer, size_t* ret);
int hotreload_config_get_key(hotreload_config* config, const char* pointer, size_t index,
                             const char** ret);

/* For __attribute__((cleanup(hotreload_config_unrefp))). */
static inline void hotreload_config_unrefp(hotreload_config** config) {
    if (*config)
        hotreload_config_unref(*config);
}

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
