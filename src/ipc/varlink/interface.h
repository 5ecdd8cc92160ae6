/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The description of org.hotreload for introspection and for the check of what goes in and out.
 * varlink/generate.py makes it out of the XML of the D-Bus interfaces. */

#include <systemd/sd-varlink-idl.h>

#ifdef __cplusplus
extern "C" {
#endif

const sd_varlink_interface* hotreload_varlink_interface(void);

#ifdef __cplusplus
}
#endif
