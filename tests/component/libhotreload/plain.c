// SPDX-License-Identifier: LGPL-2.1-or-later
/* The header is C11, and needs nothing but itself. */
#include <hotreload/config.h>

int main(void) {
    hotreload_config *config = NULL;
    return hotreload_config_open(&config, NULL, NULL, 0) < 0 && !config ? 0 : 1;
}
