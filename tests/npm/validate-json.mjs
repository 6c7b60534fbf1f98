// validate-json.mjs SCHEMA FILE...: checks JSON files (- for stdin) against a JSON Schema of draft
// 2020-12; says what is wrong and exits with 1. Exits with 77 (skipped) where the npm packages of
// package.json are not installed.
import { readFileSync } from "node:fs";

let Ajv, addFormats;
try {
  Ajv = (await import("ajv/dist/2020.js")).default.default;
  addFormats = (await import("ajv-formats")).default.default;
} catch (error) {
  console.error(`skipped: ${error.message}`);
  process.exit(77);
}

const [schemaPath, ...paths] = process.argv.slice(2);
if (paths.length === 0) {
  console.error("usage: validate-json.mjs SCHEMA FILE...");
  process.exit(2);
}
const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(schemaPath, "utf8")));

let failed = false;
for (const path of paths) {
  if (!validate(JSON.parse(readFileSync(path === "-" ? 0 : path, "utf8")))) {
    failed = true;
    for (const error of validate.errors.slice(0, 10)) {
      console.error(`${path}: ${error.instancePath || "/"} ${error.message}`);
    }
  }
}
process.exit(failed ? 1 : 0);
