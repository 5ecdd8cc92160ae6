// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints a published document whenever its meaning changes: node reader.mjs [NAME]
import { readFileSync, watch } from "node:fs";

const directory = process.env.HOTRELOAD_CONFIGS ?? `${process.env.XDG_RUNTIME_DIR}/hotreload/configs/live`;
const name = `${process.argv[2] ?? "app"}.json`;
let revision = 0; // that was taken

function look() {
  const published = JSON.parse(readFileSync(`${directory}/${name}`, "utf8"));
  if (published.format !== 1) throw new Error(`${name} is of a newer hotreload`);
  for (const { path, line, column, message } of published.problems)
    console.error(`not in force: ${path}:${line}:${column}: ${message}`);
  if (published.revision === revision) return; // another state of the same value, or none yet
  revision = published.revision;
  console.log("took", JSON.stringify(published.value));
}

// The directory, as each state of the file is a file of its own. First the watch, then the look: nothing is missed.
watch(directory, (_, changed) => {
  if (changed === name) look();
});
look();
