// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validator_output.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

namespace {

Problem problem_of(std::string output, std::string reason = "exit code 1") {
    const auto resolve = [](std::string_view name) {
        return name == "conf/x.conf" ? std::optional<std::string>("/srv/conf/x.conf")
                                     : std::nullopt;
    };
    return problem_in_output({.reason = std::move(reason), .output = std::move(output)}, "nginx",
                             resolve);
}

} // namespace

TEST(ValidatorOutput, finds_the_file_and_line_in_what_nginx_says) {
    const auto problem = problem_of(
        "nginx: [emerg] unknown directive \"lisen\" in /etc/nginx/sites-enabled/default:22\n"
        "nginx: configuration file /etc/nginx/nginx.conf test failed\n");
    EXPECT_EQ(problem.path, "/etc/nginx/sites-enabled/default");
    EXPECT_EQ(problem.line, 22U);
    EXPECT_TRUE(problem.message.starts_with("nginx: [emerg]"));
}

TEST(ValidatorOutput, finds_the_file_and_line_in_what_haproxy_says) {
    const auto problem = problem_of(
        "[NOTICE]   (123) : haproxy version is 3.0.11\n"
        "[ALERT]    (123) : config : parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword\n");
    EXPECT_EQ(problem.path, "/etc/haproxy/haproxy.cfg");
    EXPECT_EQ(problem.line, 25U);
}

TEST(ValidatorOutput, finds_places_in_the_words_of_other_programs) {
    for (const auto* said :
         {"dnsmasq: bad option at line 47 of /etc/x.conf",
          "Configuration file parser failed at: ; source: /etc/x.conf line: 47 pos: 3",
          "syntax error in file \"/etc/x.conf\" line 47, near token \"x\"",
          "/etc/x.conf: line 47: Bad configuration option: x",
          "PHP Parse error: syntax error in /etc/x.conf on line 47",
          "error during parsing file /etc/x.conf, on or before line 47: syntax error",
          "Error found at `/etc/x.conf:47`."}) {
        const auto problem = problem_of(said);
        EXPECT_EQ(problem.path, "/etc/x.conf") << said;
        EXPECT_EQ(problem.line, 47U) << said;
    }
    EXPECT_EQ(problem_of("a line of /etc/x.conf is bad").line, 0U);
}

TEST(ValidatorOutput, finds_a_column_too_and_says_the_place_once) {
    EXPECT_EQ(to_string(problem_of("/srv/app/config.toml:3:14: expected a value")),
              "/srv/app/config.toml:3:14: expected a value");
}

TEST(ValidatorOutput, says_how_the_command_ended_when_it_names_no_place) {
    const auto problem = problem_of("\nport is out of range\nmore\n");
    EXPECT_EQ(problem.path, "");
    EXPECT_EQ(problem.message, "nginx: exit code 1: port is out of range");
    EXPECT_EQ(problem_of("", "timed out after 90s").message, "nginx: timed out after 90s");
}

TEST(ValidatorOutput, is_not_misled_by_paths_and_times_without_a_line_number) {
    EXPECT_EQ(problem_of("2026-11-21T10:11:12 /etc/x: no such file, see http://localhost:0/").line,
              0U);
    EXPECT_EQ(problem_of("cannot reach http://127.0.0.1:8080/health").line, 0U);
}

TEST(ValidatorOutput, knows_our_files_by_relative_names) {
    for (const auto* said :
         {"conf/x.conf:3:9: expected a value", "in file \"conf/x.conf\" line 3: no value"}) {
        EXPECT_EQ(problem_of(said).path, "/srv/conf/x.conf") << said;
        EXPECT_EQ(problem_of(said).line, 3U) << said;
    }
    EXPECT_EQ(problem_of("conf/y.conf:3: expected a value").path, "");
}

TEST(ValidatorOutput, a_line_that_only_says_where_goes_on_in_the_next) {
    EXPECT_EQ(problem_of("AH00526: Syntax error on line 5 of /etc/apache2/apache2.conf:\n"
                         "Invalid command 'Lisen'\n")
                  .message,
              "AH00526: Syntax error on line 5 of /etc/apache2/apache2.conf: Invalid command "
              "'Lisen'");
    EXPECT_EQ(problem_of("/srv/conf.js:3\n  port: ,\n        ^\n\nSyntaxError: Unexpected token\n"
                         "    at compile (node:internal/loader:1:2)\n")
                  .message,
              "SyntaxError: Unexpected token");
    EXPECT_EQ(problem_of("Checking /etc/x.conf\n  failed\n").message,
              "nginx: exit code 1: Checking /etc/x.conf: failed");
    EXPECT_EQ(problem_of("Problems:\n  no port\n").message,
              "nginx: exit code 1: Problems: no port");
}

TEST(ValidatorOutput, the_trace_of_an_interpreter_is_not_the_place_of_the_mistake) {
    const std::string traceback = "Traceback (most recent call last):\n"
                                  "  File \"/srv/check\", line 3, in <module>\n"
                                  "    parse(open(\"conf/x.conf\"))\n"
                                  "    ~~~~~^^^^^^^^^^^^^^^^^^^^^\n"
                                  "  File \"/usr/lib/python3.13/parser.py\", line 2001, in parse\n";
    const auto python = problem_of(traceback + "ValueError: no port\n");
    EXPECT_EQ(python.path, "");
    EXPECT_EQ(python.message, "nginx: exit code 1: ValueError: no port");
    EXPECT_EQ(problem_of("panic: no port\n\ngoroutine 1 [running]:\nmain.main()\n"
                         "\t/srv/main.go:8 +0x1d\nexit status 2\n")
                  .message,
              "nginx: exit code 1: panic: no port");
}

TEST(ValidatorOutput, but_of_what_an_interpreter_could_not_read_it_is) {
    const auto problem = problem_of("  File \"/srv/settings.py\", line 3\n    a = = 1\n        ^\n"
                                    "SyntaxError: invalid syntax\n");
    EXPECT_EQ(problem.path, "/srv/settings.py");
    EXPECT_EQ(problem.line, 3U);
    EXPECT_EQ(problem.message, "SyntaxError: invalid syntax");
}

namespace {

struct Said {
    const char* by;
    std::string output;
    std::string path;
    unsigned line;
    unsigned column;
    std::string message;
};

} // namespace

TEST(ValidatorOutput, of_the_best_known_programs) {
    const Said all[] = {
        {"haproxy",
         "[NOTICE]   (12) : haproxy version is 3.0.11\n"
         "[WARNING]  (12) : config : parsing [/etc/haproxy/haproxy.cfg:3] : old keyword\n"
         "[ALERT]    (12) : config : parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword\n",
         "/etc/haproxy/haproxy.cfg", 25, 0,
         "[ALERT]    (12) : config : parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword"},
        {"lighttpd",
         "2026-11-21 10:11:12: (configfile.c.1234) source: /etc/lighttpd/lighttpd.conf line: 47 "
         "pos: 3 parser failed\n",
         "/etc/lighttpd/lighttpd.conf", 47, 3,
         "2026-11-21 10:11:12: (configfile.c.1234) source: /etc/lighttpd/lighttpd.conf line: 47 "
         "pos: 3 parser failed"},
        {"caddy",
         "Error: adapting config using caddyfile: /etc/caddy/Caddyfile:12: unrecognized "
         "directive: x\n",
         "/etc/caddy/Caddyfile", 12, 0,
         "Error: adapting config using caddyfile: /etc/caddy/Caddyfile:12: unrecognized "
         "directive: x"},
        {"postgres",
         "LOG:  syntax error in file \"/etc/postgresql/postgresql.conf\" line 8, near token \"x\"\n"
         "FATAL:  configuration file \"/etc/postgresql/postgresql.conf\" contains errors\n",
         "/etc/postgresql/postgresql.conf", 8, 0,
         "LOG:  syntax error in file \"/etc/postgresql/postgresql.conf\" line 8, near token \"x\""},
        {"mariadbd",
         "/usr/sbin/mariadbd: error: Found option without preceding group in config file "
         "/etc/mysql/my.cnf at line 3\n/usr/sbin/mariadbd: 1 error\n",
         "/etc/mysql/my.cnf", 3, 0,
         "/usr/sbin/mariadbd: error: Found option without preceding group in config file "
         "/etc/mysql/my.cnf at line 3"},
        {"redis-server",
         "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n"
         "Reading the configuration file, at line 3\n>>> 'prot 1'\nBad directive\n",
         "", 0, 0,
         "nginx: exit code 1: *** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***: Reading the "
         "configuration file, at line 3: >>> 'prot 1': Bad directive"},
        {"unbound-checkconf",
         "/etc/unbound/unbound.conf:12: error: unknown keyword 'x'\n"
         "read /etc/unbound/unbound.conf failed: 1 errors in configuration file\n",
         "/etc/unbound/unbound.conf", 12, 0, "error: unknown keyword 'x'"},
        {"named-checkconf", "/etc/bind/named.conf:12: unknown option 'x'\n", "/etc/bind/named.conf",
         12, 0, "unknown option 'x'"},
        {"sshd -t",
         "/etc/ssh/sshd_config: line 3: Bad configuration option: x\n"
         "/etc/ssh/sshd_config: terminating, 1 bad configuration options\n",
         "/etc/ssh/sshd_config", 3, 0, "/etc/ssh/sshd_config: line 3: Bad configuration option: x"},
        {"promtool",
         "Checking /etc/p/prometheus.yml\n"
         "  FAILED: parsing YAML file /etc/p/prometheus.yml: yaml: unmarshal errors:\n"
         "  line 4: field scrape not found in type config.plain\n\n",
         "/etc/p/prometheus.yml", 4, 0,
         "FAILED: parsing YAML file /etc/p/prometheus.yml: yaml: unmarshal errors: line 4: field "
         "scrape not found in type config.plain"},
        {"promtool, of syntax",
         "Checking conf/x.conf\n  FAILED: parsing YAML file conf/x.conf: yaml: line 4: no key\n",
         "/srv/conf/x.conf", 4, 0, "FAILED: parsing YAML file conf/x.conf: yaml: line 4: no key"},
        {"promtool, of rules",
         "Checking /etc/p/r.yml\n  FAILED:\n/etc/p/r.yml: 5:3: group \"x\", rule 1: bad\n",
         "/etc/p/r.yml", 5, 3, "/etc/p/r.yml: 5:3: group \"x\", rule 1: bad"},
        {"amtool",
         "Checking '/etc/am.yml'  FAILED: yaml: unmarshal errors:\n"
         "  line 12: field x not found in type config.plain\n"
         "amtool: error: failed to validate 1 file(s)\n",
         "/etc/am.yml", 12, 0,
         "Checking '/etc/am.yml'  FAILED: yaml: unmarshal errors: line 12: field x not found in "
         "type config.plain"},
        {"loki",
         "failed parsing config: /etc/loki.yml: yaml: line 5: found character that cannot start "
         "any token\n",
         "/etc/loki.yml", 5, 0,
         "failed parsing config: /etc/loki.yml: yaml: line 5: found character that cannot start "
         "any token"},
        {"php-fpm -t",
         "[21-Nov-2026 10:11:12] ERROR: [/etc/php/pool.d/www.conf:12] unknown entry 'x'\n"
         "[21-Nov-2026 10:11:12] ERROR: Unable to include /etc/php/pool.d/www.conf from "
         "/etc/php/fpm.conf at line 143\n",
         "/etc/php/pool.d/www.conf", 12, 0,
         "[21-Nov-2026 10:11:12] ERROR: [/etc/php/pool.d/www.conf:12] unknown entry 'x'"},
        {"postfix check",
         "postfix: fatal: /etc/postfix/main.cf, line 12: missing '=' after attribute name\n",
         "/etc/postfix/main.cf", 12, 0,
         "postfix: fatal: /etc/postfix/main.cf, line 12: missing '=' after attribute name"},
        {"doveconf",
         "doveconf: Fatal: Error in configuration file /etc/dovecot/d.conf line 5: Unknown x\n",
         "/etc/dovecot/d.conf", 5, 0,
         "doveconf: Fatal: Error in configuration file /etc/dovecot/d.conf line 5: Unknown x"},
        {"mosquitto",
         "1700000000: Error: Unknown configuration variable 'x'.\n"
         "1700000000: Error found at /etc/mosquitto/m.conf:3.\n",
         "/etc/mosquitto/m.conf", 3, 0, "1700000000: Error: Unknown configuration variable 'x'."},
        {"chronyd -p",
         "2026-11-21T10:11:12Z Fatal error : Invalid directive at line 5 in file "
         "/etc/chrony.conf\n",
         "/etc/chrony.conf", 5, 0,
         "2026-11-21T10:11:12Z Fatal error : Invalid directive at line 5 in file /etc/chrony.conf"},
        {"squid -k parse",
         "2026/11/21 10:11:12| Processing Configuration File: /etc/squid/squid.conf (depth 0)\n"
         "2026/11/21 10:11:12| FATAL: Bungled /etc/squid/squid.conf line 12: acl x\n",
         "/etc/squid/squid.conf", 12, 0,
         "2026/11/21 10:11:12| FATAL: Bungled /etc/squid/squid.conf line 12: acl x"},
        {"squid, newer",
         "2026/11/21 10:11:12| ERROR: /etc/squid/squid.conf(12): unrecognized: 'x'\n",
         "/etc/squid/squid.conf", 12, 0,
         "2026/11/21 10:11:12| ERROR: /etc/squid/squid.conf(12): unrecognized: 'x'"},
        {"varnishd -C",
         "Message from VCC-compiler:\nExpected an action, 'if', '{' or '}'\n"
         "('/etc/varnish/default.vcl' Line 3 Pos 5)\n   foo;\n---###-\n"
         "Running VCC-compiler failed, exited with 2\n",
         "/etc/varnish/default.vcl", 3, 5, "Expected an action, 'if', '{' or '}'"},
        {"keepalived -t", "(/etc/keepalived/k.conf: Line 6) Unknown keyword 'x'\n",
         "/etc/keepalived/k.conf", 6, 0, "(/etc/keepalived/k.conf: Line 6) Unknown keyword 'x'"},
        {"visudo -c", "/etc/sudoers:12:5: syntax error\nx ALL\n    ^\n", "/etc/sudoers", 12, 5,
         "syntax error"},
        {"visudo, older", ">>> /etc/sudoers: syntax error near line 12 <<<\n", "/etc/sudoers", 12,
         0, ">>> /etc/sudoers: syntax error near line 12 <<<"},
        {"systemd-analyze verify",
         "/etc/systemd/system/x.service:5: Unknown key 'Foo' in section [Service], ignoring.\n",
         "/etc/systemd/system/x.service", 5, 0,
         "Unknown key 'Foo' in section [Service], ignoring."},
        {"python -m compileall",
         "*** Error compiling '/srv/a.py'...\n  File \"/srv/a.py\", line 3\n    a = = 1\n"
         "        ^\nSyntaxError: invalid syntax\n",
         "/srv/a.py", 3, 0, "SyntaxError: invalid syntax"},
        {"tsc", "src/b.ts(1,1): see\nconf/x.conf(3,5): error TS1005: ';' expected.\n",
         "/srv/conf/x.conf", 3, 5, "error TS1005: ';' expected."},
        {"tsc --pretty", "conf/x.conf:3:5 - error TS1005: ';' expected.\n", "/srv/conf/x.conf", 3,
         5, "conf/x.conf:3:5 - error TS1005: ';' expected."},
        {"gcc",
         "/srv/a.c: In function 'main':\n/srv/a.c:3:5: warning: unused variable\n"
         "/srv/a.c:9:1: error: expected ';'\n",
         "/srv/a.c", 9, 1, "error: expected ';'"},
        {"go vet", "# example.org/x\nvet: /srv/main.go:5:2: undefined: x\n", "/srv/main.go", 5, 2,
         "vet: /srv/main.go:5:2: undefined: x"},
        {"cargo check",
         "error[E0425]: cannot find value `x` in this scope\n --> conf/x.conf:3:5\n  |\n"
         "3 |     x\n  |     ^ not found\n\nerror: could not compile `a` due to 1 error\n",
         "/srv/conf/x.conf", 3, 5, "error[E0425]: cannot find value `x` in this scope"},
        {"ruby -c", "/srv/x.rb:3: syntax error, unexpected end-of-input\n", "/srv/x.rb", 3, 0,
         "syntax error, unexpected end-of-input"},
        {"perl -c",
         "syntax error at /srv/x.pl line 3, near \"x\"\n/srv/x.pl had compilation errors.\n",
         "/srv/x.pl", 3, 0, "syntax error at /srv/x.pl line 3, near \"x\""},
        {"telegraf",
         "E! error loading config file /etc/t.conf: plugin inputs.cpu: line 9: no such field\n",
         "/etc/t.conf", 9, 0,
         "E! error loading config file /etc/t.conf: plugin inputs.cpu: line 9: no such field"},
        {"proftpd -t", "fatal: unknown directive 'x' on line 3 of '/etc/proftpd.conf'\n",
         "/etc/proftpd.conf", 3, 0,
         "fatal: unknown directive 'x' on line 3 of '/etc/proftpd.conf'"},
        {"bacula", "Config error: Keyword not permitted\n   : line 3, col 5 of file /etc/b.conf\n",
         "/etc/b.conf", 3, 5, "Config error: Keyword not permitted"},
        {"freeradius", "/etc/radius/r.conf[12]: Expecting section start\n", "/etc/radius/r.conf",
         12, 0, "Expecting section start"},
        {"yamllint", "/etc/x.yaml\n  3:5       error    syntax error: no key (syntax)\n",
         "/etc/x.yaml", 3, 5, "error    syntax error: no key (syntax)"},
        {"a file and, below, a line", "/etc/x.cfg\n\t[line  4]: bad value\n", "/etc/x.cfg", 4, 0,
         "[line  4]: bad value"},
        {"ansible", "The error appears to be in '/srv/x.yml': line 3, column 5, but may be\n",
         "/srv/x.yml", 3, 5,
         "The error appears to be in '/srv/x.yml': line 3, column 5, but may be"},
        {"nft -c", "/etc/nftables.conf:3:5-9: Error: syntax error, unexpected x\n",
         "/etc/nftables.conf", 3, 5, "Error: syntax error, unexpected x"},
        {"icinga2",
         "[2026] critical/config: Error: syntax error\nLocation: in /etc/i.conf: 3:1-3:5\n",
         "/etc/i.conf", 3, 1, "Location: in /etc/i.conf: 3:1-3:5"},
    };
    for (const auto& said : all) {
        const auto problem = problem_of(said.output);
        EXPECT_EQ(problem.path, said.path) << said.by;
        EXPECT_EQ(problem.line, said.line) << said.by;
        EXPECT_EQ(problem.column, said.column) << said.by;
        EXPECT_EQ(problem.message, said.message) << said.by;
    }
}

TEST(ValidatorOutput, a_line_that_only_announces_is_no_reason) {
    EXPECT_EQ(problem_of("Loading modules\nERROR: no such module\nbye\n").message,
              "nginx: exit code 1: ERROR: no such module");
    EXPECT_EQ(problem_of("warning: port is low\nport is out of range\n").message,
              "nginx: exit code 1: warning: port is low");
    EXPECT_EQ(problem_of("see error.log\nfatal: no port\n").message,
              "nginx: exit code 1: fatal: no port");
    EXPECT_EQ(problem_of("see /var/log/error.log\nfatal: no port\n").message,
              "nginx: exit code 1: fatal: no port");
}

TEST(ValidatorOutput, a_number_is_not_taken_for_a_line) {
    for (const auto* said :
         {"/etc/x: 3 errors", "/etc/x: 10:11:12 started", "/etc/x line", "/etc/x(a)", "/etc/x[0]",
          "/etc/x:0:5", "online 3 /etc/x", "/etc/x: baseline 3", "/etc/x:99999999999"})
        EXPECT_EQ(problem_of(said).path, "") << said;
}
