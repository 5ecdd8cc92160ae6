// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints a published document whenever its meaning changes: node reader.mjs [NAME]
import { readFileSync, watch } from "node:fs";

const directory = process.env.HOTRELOAD_CONFIGS ?? `${process.env.XDG_RUNTIME_DIR}/hotreload/configs/live`;
const name = `${process.argv[2] ?? "app"}.json`;
let taken; // undefined: none

function look() {
  let text;
  try {
    text = readFileSync(`${directory}/${name}`, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    console.error(`${name} is not published`); // and may be again: what was taken holds
    return;
  }
  const published = JSON.parse(text);
  if (published.format !== 1) throw new Error(`${name} is of a newer hotreload`);
  for (const { path, line, column, message } of published.problems)
    console.error(`not in force: ${path}:${line}:${column}: ${message}`);
  // Not by the revision alone, which begins anew with a project that went down and comes up.
  const value = JSON.stringify(published.value);
  if (value === taken) return; // another state of the same value, or none yet
  taken = value;
  console.log("took", value);
}

// The directory, as each state of the file is a file of its own. First the watch, then the look: nothing is missed.
watch(directory, (_, changed) => {
  if (changed === name) look();
});
look();
