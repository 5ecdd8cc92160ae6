/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* the macros need __VA_OPT__ and look for this */
#include "ipc/varlink/interface.h"

/* varlink/org.hotreload.varlink is the same as text; a test compares them. */

static SD_VARLINK_DEFINE_STRUCT_TYPE(
    Problem, SD_VARLINK_FIELD_COMMENT("The file; empty when it is not about one"),
    SD_VARLINK_DEFINE_FIELD(path, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT("Line and column count from 1; 0 means not known"),
    SD_VARLINK_DEFINE_FIELD(line, SD_VARLINK_INT, 0),
    SD_VARLINK_DEFINE_FIELD(column, SD_VARLINK_INT, 0),
    SD_VARLINK_FIELD_COMMENT("Where it may quote a file, callers who may not inspect are told how to see it"),
    SD_VARLINK_DEFINE_FIELD(message, SD_VARLINK_STRING, 0));

static SD_VARLINK_DEFINE_STRUCT_TYPE(
    Service, SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD(project, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT("The kind of what is kept in step: service"),
    SD_VARLINK_DEFINE_FIELD(kind, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT("The systemd unit that carries it; empty when it was never started"),
    SD_VARLINK_DEFINE_FIELD(unit, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT("The unit was installed already, not made by hotreload"),
    SD_VARLINK_DEFINE_FIELD(attached, SD_VARLINK_BOOL, 0),
    SD_VARLINK_FIELD_COMMENT("Number of the applied state; 0 before the first"),
    SD_VARLINK_DEFINE_FIELD(generation, SD_VARLINK_INT, 0),
    SD_VARLINK_FIELD_COMMENT("running, stopped, done, ended, failed, applying, invalid, incomplete, rolled-back, held-back, needs-attention, stopped-meanwhile, waiting or paused"),
    SD_VARLINK_DEFINE_FIELD(state, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD(activeState, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD(mainPID, SD_VARLINK_INT, 0),
    SD_VARLINK_FIELD_COMMENT("Strategy of the last apply: none, live, reload, swap, restart or start"),
    SD_VARLINK_DEFINE_FIELD(lastStrategy, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD(lastAppliedUSec, SD_VARLINK_INT, 0),
    SD_VARLINK_DEFINE_FIELD_BY_TYPE(problems, Problem, SD_VARLINK_ARRAY),
    SD_VARLINK_FIELD_COMMENT("Changes that wait for 'hotreloadctl reload --force'"),
    SD_VARLINK_DEFINE_FIELD(waiting, SD_VARLINK_STRING, SD_VARLINK_ARRAY),
    SD_VARLINK_FIELD_COMMENT("watching, off, or polling, incomplete or suspended with the reason"),
    SD_VARLINK_DEFINE_FIELD(watching, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT("Watched files that are named and not there"),
    SD_VARLINK_DEFINE_FIELD(missing, SD_VARLINK_STRING, SD_VARLINK_ARRAY),
    SD_VARLINK_FIELD_COMMENT("Watched files that somebody has open for writing"),
    SD_VARLINK_DEFINE_FIELD(writing, SD_VARLINK_STRING, SD_VARLINK_ARRAY),
    SD_VARLINK_FIELD_COMMENT("Result of the last reload that did something; empty before"),
    SD_VARLINK_DEFINE_FIELD(lastResult, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT(
        "Changes that it was about, as in a plan: subject, kind, before, after, strategy, reason; keys. "
        "Values are for callers who may inspect"),
    SD_VARLINK_DEFINE_FIELD(lastChanges, SD_VARLINK_OBJECT, SD_VARLINK_ARRAY),
    SD_VARLINK_FIELD_COMMENT("Changes are held back until they are resumed"),
    SD_VARLINK_DEFINE_FIELD(paused, SD_VARLINK_BOOL, 0),
    SD_VARLINK_FIELD_COMMENT("When they are resumed by themselves; 0: never, or not paused"),
    SD_VARLINK_DEFINE_FIELD(pausedUntilUSec, SD_VARLINK_INT, 0),
    SD_VARLINK_FIELD_COMMENT("Reason as it was given to the pause"),
    SD_VARLINK_DEFINE_FIELD(pauseReason, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT("Changes since then, which wait to be resumed"),
    SD_VARLINK_DEFINE_FIELD(held, SD_VARLINK_STRING, SD_VARLINK_ARRAY),
    SD_VARLINK_FIELD_COMMENT("Old generations that finish what they have in hand"),
    SD_VARLINK_DEFINE_FIELD(draining, SD_VARLINK_INT, SD_VARLINK_ARRAY),
    SD_VARLINK_FIELD_COMMENT("How long nobody served at the last restart; 0 before the first"),
    SD_VARLINK_DEFINE_FIELD(lastGapUSec, SD_VARLINK_INT, 0));

static SD_VARLINK_DEFINE_STRUCT_TYPE(
    Config, SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD(project, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD(path, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT("Number of the last valid value; 0 while there was none"),
    SD_VARLINK_DEFINE_FIELD(revision, SD_VARLINK_INT, 0),
    SD_VARLINK_FIELD_COMMENT("State of the file: valid, invalid, missing or writing"),
    SD_VARLINK_DEFINE_FIELD(state, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD_BY_TYPE(problems, Problem, SD_VARLINK_ARRAY));

static SD_VARLINK_DEFINE_STRUCT_TYPE(
    Project, SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_STRING, 0),
    SD_VARLINK_FIELD_COMMENT("The project file"),
    SD_VARLINK_DEFINE_FIELD(path, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD(enabled, SD_VARLINK_BOOL, 0),
    SD_VARLINK_FIELD_COMMENT("running, invalid or missing"),
    SD_VARLINK_DEFINE_FIELD(state, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_FIELD_BY_TYPE(problems, Problem, SD_VARLINK_ARRAY),
    SD_VARLINK_DEFINE_FIELD_BY_TYPE(services, Service, SD_VARLINK_ARRAY),
    SD_VARLINK_DEFINE_FIELD_BY_TYPE(configs, Config, SD_VARLINK_ARRAY));

static SD_VARLINK_DEFINE_METHOD(
    Status, SD_VARLINK_FIELD_COMMENT("Only this project; without it, all of them"),
    SD_VARLINK_DEFINE_INPUT(project, SD_VARLINK_STRING, SD_VARLINK_NULLABLE),
    SD_VARLINK_FIELD_COMMENT("Version of the daemon"),
    SD_VARLINK_DEFINE_OUTPUT(version, SD_VARLINK_STRING, 0),
    SD_VARLINK_DEFINE_OUTPUT_BY_TYPE(projects, Project, SD_VARLINK_ARRAY));

static SD_VARLINK_DEFINE_ERROR(NoSuchTarget, SD_VARLINK_DEFINE_FIELD(target, SD_VARLINK_STRING, 0));

static SD_VARLINK_DEFINE_INTERFACE(
    org_hotreload, "org.hotreload",
    SD_VARLINK_INTERFACE_COMMENT("What hotreloadd knows of projects and their services"),
    SD_VARLINK_SYMBOL_COMMENT("The state of projects and of their services; values and reasons for callers who may inspect"),
    &vl_method_Status, SD_VARLINK_SYMBOL_COMMENT("There is no such project"),
    &vl_error_NoSuchTarget, SD_VARLINK_SYMBOL_COMMENT("A mistake at one place of one file"),
    &vl_type_Problem, SD_VARLINK_SYMBOL_COMMENT("A service of a project"), &vl_type_Service,
    SD_VARLINK_SYMBOL_COMMENT("A document that a project publishes; its value is on the bus alone"),
    &vl_type_Config, SD_VARLINK_SYMBOL_COMMENT("A registered project"), &vl_type_Project);

const sd_varlink_interface* hotreload_varlink_interface(void) {
    return &vl_interface_org_hotreload;
}
