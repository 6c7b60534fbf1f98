// read-header.mjs MODEL: reads a header with @huggingface/gguf, as a script would; tests/bench measures it.
import { gguf } from "@huggingface/gguf";

const { metadata, tensorInfos } = await gguf(process.argv[2], { allowLocalFile: true });
console.log(Object.keys(metadata).length, tensorInfos.length);
