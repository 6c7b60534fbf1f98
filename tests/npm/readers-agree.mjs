// readers-agree.mjs GGUF-INSPECT MODEL...: what gguf-inspect --json says of a model and what
// @huggingface/gguf says of it must be the same: keys in order, types, values, tensors. What is known to
// differ is listed here with its reason. Exits with 77 (skipped) where the npm package is missing.
import { execFileSync } from "node:child_process";
import { basename } from "node:path";

let gguf;
try {
  ({ gguf } = await import("@huggingface/gguf"));
} catch (error) {
  console.error(`skipped: ${error.message}`);
  process.exit(77);
}

// Entries that @huggingface/gguf adds to the metadata: header fields, not keys of the file.
const HEADER_FIELDS = ["version", "tensor_count", "kv_count"];

// Type names by the numbers of the format.
const TYPES = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"];

const [inspect, ...models] = process.argv.slice(2);
let differences = 0;
let compared = 0;
let known = 0;

function differ(model, what, ours, theirs) {
  differences++;
  const show = (value) =>
    JSON.stringify(value, (_, v) => (typeof v === "bigint" ? v.toString() : v))?.slice(0, 80);
  console.error(`${basename(model)}: ${what}: gguf-inspect has ${show(ours)}, @huggingface/gguf ${show(theirs)}`);
}

// 32-bit floats come as their shortest text from us and as the double they convert to from them.
function same(type, ours, theirs) {
  compared++;
  if (type === "f32") {
    return Object.is(Math.fround(Number(ours)), Math.fround(Number(theirs)));
  }
  if (typeof theirs === "bigint") {
    return BigInt(ours) === theirs;
  }
  // Their TextDecoder drops a byte order mark; U+FEFF is a token of the SentencePiece vocabularies.
  if (type === "string" && ours === `\ufeff${theirs}`) {
    known++;
    return true;
  }
  return Object.is(ours, theirs);
}

function compareEntry(model, entry, theirs) {
  if (theirs === undefined) {
    return differ(model, entry.key, entry.type, undefined);
  }
  if (TYPES[theirs.type] !== entry.type) {
    return differ(model, `type of ${entry.key}`, entry.type, TYPES[theirs.type]);
  }
  if (entry.type !== "array") {
    if (!same(entry.type, entry.value, theirs.value)) {
      differ(model, entry.key, entry.value, theirs.value);
    }
    return;
  }
  if (entry.items.length !== theirs.value.length || entry.element_type !== TYPES[theirs.subType]) {
    return differ(model, `shape of ${entry.key}`, entry.items.length, theirs.value.length);
  }
  const odd = entry.items.findIndex((item, i) => !same(entry.element_type, item, theirs.value[i]));
  if (odd >= 0) {
    differ(model, `${entry.key}[${odd}]`, entry.items[odd], theirs.value[odd]);
  }
}

function compareTensors(model, ours, theirs) {
  if (ours.tensors.length !== theirs.tensorInfos.length) {
    return differ(model, "tensor count", ours.tensors.length, theirs.tensorInfos.length);
  }
  ours.tensors.forEach((tensor, i) => {
    const other = theirs.tensorInfos[i];
    // They count offsets from the data section, we from the start of the file.
    const mine = [tensor.name, tensor.type_id, tensor.dims.map(Number), tensor.offset - ours.data_offset];
    const their = [other.name, other.dtype, other.shape.map(Number), Number(other.offset)];
    compared += 4;
    if (JSON.stringify(mine) !== JSON.stringify(their)) {
      differ(model, `tensor ${i}`, mine, their);
    }
  });
}

for (const model of models) {
  const output = execFileSync(inspect, ["--json", "--metadata", "--tensors", "--array-items=all", model],
                              { maxBuffer: 1 << 30 });
  // Integers that a double cannot hold become strings before they are parsed.
  const exact = output.toString().replace(/([:[,] ?)(-?\d{16,})(?=[,}\]])/g, '$1"$2"');
  const ours = JSON.parse(exact).files[0];
  const theirs = await gguf(model, { allowLocalFile: true, typedMetadata: true });
  const keys = Object.keys(theirs.typedMetadata).filter((key) => !HEADER_FIELDS.includes(key));
  if (ours.version !== theirs.metadata.version) {
    differ(model, "version", ours.version, theirs.metadata.version);
  }
  if (JSON.stringify(keys) !== JSON.stringify(ours.metadata.map((entry) => entry.key))) {
    differ(model, "keys", ours.metadata.map((entry) => entry.key), keys);
  }
  for (const entry of ours.metadata) {
    compareEntry(model, entry, theirs.typedMetadata[entry.key]);
  }
  compareTensors(model, ours, theirs);
}
console.log(`${models.length} models, ${compared} values compared, ${differences} differences, ${known} known ones`);
process.exit(differences === 0 && compared > 0 ? 0 : 1);
