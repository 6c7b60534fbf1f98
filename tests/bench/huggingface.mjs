// huggingface.mjs MODEL: reads a header with @huggingface/gguf, as a page or a script would.
import { gguf } from "@huggingface/gguf";

const { metadata, tensorInfos } = await gguf(process.argv[2], { allowLocalFile: true });
console.log(Object.keys(metadata).length, tensorInfos.length);
