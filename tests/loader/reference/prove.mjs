// prove.mjs [--growth] ESTIMATE NATIVE WASM|- MODEL...: runs the reference loader in every way, with
// several chunk sizes and KV types, and compares what it held with what gguf-estimate says:
//
//   - bytes in use in the module and in ArrayBuffers, phase by phase: equal;
//   - linear memory, phase by phase: within one page;
//   - with --growth, the process at the peak, one process for each run: within 8 MB;
//   - a digest of all weights: the same natively and in wasm32, however they were loaded.
//
// WASM - leaves wasm32 out.
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, load } from "./page.mjs";

const PAGE = 65536, GROWTH = 8_000_000;
const KV_TYPES = { f32: 0, f16: 1, q8_0: 8 };
// An allocator may not be able to use what the shrinking file leaves behind: linear memory is then
// between the estimate and that of lazy-f32, which keeps the file.
const FRAGMENTS = ["lazy-f32-release"];
const NATIVE_ONLY = ["mapped", "memory64"];
const BY_CHUNKS = ["chunked", "stream-decode", "stream-decode-f32"];
const F32 = ["full-copy-f32", "eager-f32", "lazy-f32", "lazy-f32-release", "stream-decode-f32", "quantized"];

const args = process.argv.slice(2);
const growth = args[0] === "--growth";
const [estimateTool, nativeTool, wasm, ...models] = args.slice(growth ? 1 : 0);
const page = join(dirname(fileURLToPath(import.meta.url)), "page.mjs");
const module = wasm === "-" ? null : compile(wasm);

const run = (tool, ...options) => {
  try {
    return JSON.parse(execFileSync(tool, options.map(String), { maxBuffer: 1 << 26 }));
  } catch (error) {
    // Status 1 is an answer of no, printed in full.
    if (error.status === 1 && error.stdout?.length) return JSON.parse(error.stdout);
    throw error;
  }
};

// What is wrong with a run, as a list of sentences.
export function differences(expected, found, { linear, growth, ceiling }) {
  const wrong = [];
  expected.phases.forEach((phase, i) => {
    const real = found.phases[i];
    const live = phase.linear.live + phase.host.live;
    if (real.name !== phase.name) wrong.push(`phase ${phase.name} is called ${real.name}`);
    if (real.live !== live) wrong.push(`${phase.name}: ${real.live} bytes in use, estimated ${live}`);
    if (real.js !== phase.js.live) wrong.push(`${phase.name}: ${real.js} bytes in js, estimated ${phase.js.live}`);
    if (ceiling && real.linear > ceiling.phases[i].linear.held + PAGE) {
      wrong.push(`${phase.name}: linear memory ${real.linear}, at most ${ceiling.phases[i].linear.held}`);
    }
    if (linear && Math.abs(real.linear - phase.linear.held) > PAGE) {
      wrong.push(`${phase.name}: linear memory ${real.linear}, estimated ${phase.linear.held}`);
    }
    if (growth && phase.name === expected.peak_phase && Math.abs(real.growth - phase.total) > GROWTH) {
      wrong.push(`${phase.name}: the process grew by ${real.growth}, estimated ${phase.total}`);
    }
  });
  return wrong;
}

let runs = 0, failures = 0, largestGrowth = 0, largestLinear = 0;
const digests = new Map();

function check(where, model, strategy, found, options) {
  const wrong = differences(strategy, found, options);
  const form = F32.includes(strategy.name) ? "f32" : "packed";
  const key = `${model} ${form}`;
  if (!digests.has(key)) digests.set(key, found.checksum);
  if (digests.get(key) !== found.checksum) wrong.push(`other weights than loaded before (${form})`);
  for (const line of wrong) console.error(`${model}, ${strategy.name}, ${where}: ${line}`);
  failures += wrong.length;
  runs++;
  const peak = strategy.phases.findIndex((phase) => phase.name === strategy.peak_phase);
  if (options.growth) {
    largestGrowth = Math.max(largestGrowth, Math.abs(found.phases[peak].growth - strategy.peak));
  }
  if (options.linear) {
    strategy.phases.forEach((phase, i) => {
      largestLinear = Math.max(largestLinear, Math.abs(found.phases[i].linear - phase.linear.held));
    });
  }
}

function prove(model, chunk, parallel, kvType, onlyChunks) {
  const report = run(estimateTool, "--json", "--chunk-size", chunk, "--parallel", parallel,
    "-ctk", kvType, "-ctv", kvType, "-c", 128, model).files[0];
  const { settings } = report;
  report.strategies.forEach((strategy, number) => {
    if (onlyChunks && !BY_CHUNKS.includes(strategy.name)) return;
    const where = `chunks of ${chunk} × ${parallel}, KV ${kvType}`;
    const numbers = [number, report.model.data_offset, settings.window, settings.parallel,
      settings.context, KV_TYPES[kvType]];
    check(`${where}, native`, model, strategy, run(nativeTool, model, ...numbers),
      { linear: false, growth: growth && strategy.name !== "mapped" });
    if (!module || NATIVE_ONLY.includes(strategy.name)) return;
    const [, header, window, fetches, context, type] = numbers;
    const found = growth ? run(process.execPath, page, wasm, model, ...numbers)
      : load(module, { model, strategy: number, header, chunk: window, parallel: fetches, context, kvType: type });
    const open = FRAGMENTS.includes(strategy.name);
    check(`${where}, wasm32`, model, strategy, found, { linear: !open, growth: growth && !open,
      ceiling: open && report.strategies.find(({ name }) => name === "lazy-f32") });
  });
  return report;
}

for (const model of models) {
  const [first, ...others] = growth ? [4194304, 16777216] : [65536, 100000, 1048576];
  const report = prove(model, first, 1, "f32", false);
  if (!growth) prove(model, first, 3, "q8_0", false);
  for (const chunk of others) prove(model, chunk, 2, "f16", true);

  // The comparison can say no: the same load held against an estimate that is one byte off.
  const strategy = structuredClone(report.strategies.find(({ name }) => name === "chunked"));
  strategy.phases[3].linear.live += 1;
  const found = run(nativeTool, model, 6, report.model.data_offset, report.settings.window,
    report.settings.parallel, report.settings.context, 0);
  if (differences(strategy, found, { linear: false, growth: false }).length !== 1) {
    console.error(`${model}: an estimate that is one byte off is not noticed`);
    failures++;
  }
}
console.log(`${runs} runs of ${models.length} models: ${failures} differences; bytes in use equal, ` +
  `linear memory within ${largestLinear} bytes` + (growth ? `, processes within ${largestGrowth} bytes` : ""));
process.exit(failures > 0 || runs === 0 ? 1 : 0);
